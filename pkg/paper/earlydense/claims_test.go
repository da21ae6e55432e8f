package earlydense

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// width is the width of an interval.
func width(e stats.Estimate) float64 { return e.High - e.Low }

// twoNets makes two nets with three draws and two looks; the gradients of both are constant in some
// draws of the second look.
func twoNets(t *testing.T) (a, b *Series) {
	t.Helper()
	net := func(span int, constant ...int) *Series {
		summary, err := gradients.Summarize(testseries.Smoothed(3, 64, span))
		if err != nil {
			t.Fatal(err)
		}
		acfs := summary.Autocorrelations
		later := slices.Clone(acfs)
		for _, draw := range constant {
			later[draw] = nil
		}
		return &Series{
			EarlyNet: paper.EarlyNet{
				Variant:    paper.Variant{Net: "feedforward", Norm: norms.Center.Name},
				Activation: "relu",
			},
			Statistics: norms.Frozen, Draws: 3, Steps: []int{0, 5},
			acfs: [][][]float64{acfs, later}, inputs: 64, Brownness: []*stats.Estimate{nil, nil},
			losses: [][]float64{{0, 1}, {0, 10}, {0, 100}}, Constant: []int{0, len(constant)},
		}
	}
	return net(5, 0), net(3, 1)
}

func TestNetsAreComparedDrawByDraw(t *testing.T) {
	a, b := twoNets(t)
	first := a.browner(b, 0, 1)
	if len(first) != 1 || first[0].Draws != 3 || !(first[0].Value > 0) {
		t.Errorf("at first the smoother net is browner by %+v", first)
	}
	if later := a.browner(b, 1, 2); len(later) != 0 {
		t.Errorf("with one draw in which both nets have a brownness it differs by %+v", later)
	}
	if same := a.browner(a, 1, 2)[0]; same.Value != 0 || width(same) != 0 ||
		(claims.Claim{}).Above(same, 0).Verdict != claims.Contradicted {
		t.Errorf("the brownness of equal nets differs by %+v", same)
	}
	beta := 1.0
	resnet := *a
	resnet.Net, resnet.Beta, resnet.losses = "residual", &beta, [][]float64{{0, 0.5}, {0, 9.5}, {0, 99.5}}
	all := learnFaster([]*Series{&resnet, a})
	got := all[0].Measured
	if len(all) != 1 || math.Abs(got.Value-0.5) > 1e-12 || width(got) > 1e-12 { // rounding
		t.Errorf("a loss that is lower by 1/2 in every draw gives %+v", all)
	}
}

// TestNothingIsClaimedAboutNothing: where gradients are constant there is nothing to compare, and no claim.
func TestNothingIsClaimedAboutNothing(t *testing.T) {
	a, b := twoNets(t)
	all := staysWhite(a) // no brownness: not one of 0
	all = paper.AllAbove(all, a.claim(later, "q"), a.browner(b, 1, 2), 0)
	if len(all) > 0 {
		t.Errorf("about constant gradients it is claimed that %+v", all)
	}
}
