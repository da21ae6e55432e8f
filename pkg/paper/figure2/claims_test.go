package figure2

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// smoothed returns a series of moving averages; those of all spans share their draws.
func smoothed(t *testing.T, span int) paper.Series {
	t.Helper()
	summary, err := gradients.Summarize(testseries.Smoothed(12, 128, span))
	if err != nil {
		t.Fatal(err)
	}
	return paper.Series{Summary: *summary}
}

// width is the width of an interval.
func width(e stats.Estimate) float64 { return e.High - e.Low }

// TestNetsAreComparedDrawByDraw: the correlation of equal nets differs by exactly 0, and that of others is
// known better than if their draws were independent.
func TestNetsAreComparedDrawByDraw(t *testing.T) {
	a, b := smoothed(t, 5), smoothed(t, 6)
	if same := moreCorrelated(a, a); same.Value != 0 || width(same) != 0 ||
		(claims.Claim{}).Above(same, 0).Verdict != claims.Contradicted {
		t.Errorf("equal nets differ by %+v", same)
	}
	more, independent := moreCorrelated(b, a), b.MeanCorrelation.MinusIndependent(a.MeanCorrelation)
	if width(more) > width(independent)/2 {
		t.Errorf("correlation %+v less %+v is %+v", b.MeanCorrelation, a.MeanCorrelation, more)
	}
	fewer := b
	fewer.Autocorrelations = b.Autocorrelations[1:]
	if unequal := moreCorrelated(a, fewer); unequal.Made() {
		t.Errorf("unequal numbers of draws differ by %v", unequal)
	}
}

// TestCurvesFollowTheLaw: one that is off by less than 3/N does, and one that is off by more does not.
func TestCurvesFollowTheLaw(t *testing.T) {
	config := Paper()
	r := &Result{Config: config}
	for i, depth := range []int{2, 4} {
		s := smoothed(t, 5)
		s.Net, s.Depth, s.Statistics = "feedforward", depth, norms.Frozen
		for k, mean := range s.Mean {
			off := 2*s.StdErr[k] + 0.01 + 0.01*float64(i) // 3/200 is between them
			s.Theory = append(s.Theory, mean+off)
		}
		r.Series = append(r.Series, s)
	}
	all := r.lawClaims()
	if len(all) != 2 || all[0].Verdict != claims.Holds || all[1].Verdict != claims.Contradicted ||
		all[0].ID != "figure-2.law.feedforward.depth-2" {
		t.Errorf("%+v", all)
	}
}

// TestNothingIsClaimedAboutNothing: without curves, or two depths to compare, there is no claim.
func TestNothingIsClaimedAboutNothing(t *testing.T) {
	if all := new(Result).Claims(); len(all) > 0 {
		t.Errorf("without curves it is claimed that %+v", all)
	}
	if all := losesSteadily([]paper.Series{smoothed(t, 4)}, norms.Frozen); len(all) > 0 {
		t.Errorf("of one depth it is claimed that %+v", all)
	}
}
