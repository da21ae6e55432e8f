package figure3_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp makes up a figure of 12 layers: coactivations climb to 1/2 or fall to 1/4.
func madeUp() *figure3.Result {
	result := new(figure3.Result)
	for _, net := range paper.NormalizedNets(norms.None, norms.Batch) {
		s := figure3.Series{Active: new(stats.Curve), Coactive: new(stats.Curve),
			Variant: paper.Variant{Net: net.Net, Norm: net.Norm.Name, Beta: paper.BetaOf(net)}}
		end, spread := 0.25, 0.01
		if net.Norm == norms.None {
			end, spread = 0.5, 0.05
		}
		add := func(layers *stats.Curve, mean float64) {
			layers.Mean = append(layers.Mean, mean)
			layers.StdErr = append(layers.StdErr, spread/5)
			layers.Lower = append(layers.Lower, mean-spread)
			layers.Upper = append(layers.Upper, mean+spread)
		}
		for l := range 12 {
			s.Layers = append(s.Layers, l+1)
			add(s.Active, 0.5)
			add(s.Coactive, end+(0.3-end)*math.Exp(-float64(l)/3))
			s.Theory = append(s.Theory, end+(0.31-end)*math.Exp(-float64(l)/4))
		}
		result.Series = append(result.Series, s)
	}
	return result
}

// TestGoldenPicture compares, and makes sure that the tolerance of the comparison lets no change of the data
// pass.
func TestGoldenPicture(t *testing.T) {
	figure, err := figure3.Draw(madeUp())
	want := plottest.Rendered(t, figure, err)
	plottest.Golden(t, "figure-3", want)
	changed := madeUp()
	changed.Series[0].Coactive.Mean[5] += 0.02
	figure, err = figure3.Draw(changed)
	plottest.CheckDiffers(t, "one coactivation by 0.02", plottest.Rendered(t, figure, err), want)
}

func TestTexts(t *testing.T) {
	figure, err := figure3.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "figure-3" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) feedforward": 1, "(b) resnet, β = 1": 1, "(c) resnet, β = 0.3": 1, "(d) resnet, β = 0.1": 1,
		"layer": 4, "share": 1,
	})
}

// TestOwnNetsHaveTheirOwnTitles changes nets of the paper's figure into ones of a user's, as notebooks invite
// to.
func TestOwnNetsHaveTheirOwnTitles(t *testing.T) {
	own := madeUp()
	own.Series[1].Norm, own.Series[3].Norm, own.Series[5].Also = "mine", "center", "tanh"
	figure, err := figure3.Draw(own)
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) feedforward": 1, "(b) feedforward, mine": 1, "(c) resnet, β = 1": 1,
		"(d) resnet, mean-centred, β = 1": 1, "(e) resnet, β = 0.3": 1, "(f) resnet, β = 0.3, tanh": 1,
		"(g) resnet, β = 0.1": 1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := figure3.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in figure-3")
	const resnet = `panel "(b) resnet, β = 1" has 12 x for 0 values`
	for name, c := range map[string]struct {
		spoil  func(*figure3.Result)
		phrase string
	}{
		"empty":    {func(r *figure3.Result) { r.Series = nil }, "nothing to draw in figure-3"},
		"no means": {func(r *figure3.Result) { r.Series[2].Active.Mean = nil }, resnet},
		"nothing":  {func(r *figure3.Result) { r.Series[2].Coactive = nil }, resnet},
		"NaN": {func(r *figure3.Result) { r.Series[1].Coactive.Upper[3] = math.NaN() },
			"value 3 is NaN"},
	} {
		result := madeUp()
		c.spoil(result)
		_, err := figure3.Draw(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}
