package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// pictures4 are the pictures of Figure 4.
var pictures4 = map[string]func(*paper.Figure4Result) (*plots.Figure, error){
	"figure-4": figures.Figure4, "figure-4-resnets": figures.Figure4Resnets, "figure-4-resnets-bn": figures.Figure4ResnetsNormalized,
}

func TestGoldenActivations(t *testing.T) {
	figure, err := figures.Figure3(figure3Result())
	plottest.Golden(t, "figure-3", plottest.Rendered(t, figure, err))
	figure, err = figures.Figure4(figure4Result())
	plottest.Golden(t, "figure-4", plottest.Rendered(t, figure, err))
}

// TestGoldenSeesActivations makes sure that the tolerance of the comparison lets no change of the data pass.
func TestGoldenSeesActivations(t *testing.T) {
	figure, err := figures.Figure3(figure3Result())
	want3 := plottest.Rendered(t, figure, err)
	three := figure3Result()
	three.Series[0].Coactive.Mean[5] += 0.02
	figure, err = figures.Figure3(three)
	plottest.CheckDiffers(t, "one coactivation by 0.02", plottest.Rendered(t, figure, err), want3)

	figure, err = figures.Figure4(figure4Result())
	want4 := plottest.Rendered(t, figure, err)
	four := figure4Result()
	on := four.Patterns[0].Raster.On
	on[7] = !on[7]
	figure, err = figures.Figure4(four)
	plottest.CheckDiffers(t, "a single value of a raster", plottest.Rendered(t, figure, err), want4)
	four = figure4Result()
	four.Patterns[3].Contiguity[0] /= 2
	figure, err = figures.Figure4(four)
	plottest.CheckDiffers(t, "a bar of a histogram", plottest.Rendered(t, figure, err), want4)
}

func TestActivationTexts(t *testing.T) {
	figure, err := figures.Figure3(figure3Result())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "figure-3" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) feedforward": 1, "(b) resnet, β = 1": 1, "(c) resnet, β = 0.3": 1, "(d) resnet, β = 0.1": 1, "layer": 4, "share": 1,
	})
	for name, draw := range pictures4 {
		figure, err := draw(figure4Result())
		if err != nil {
			t.Fatal(err)
		}
		if figure.Name() != name {
			t.Errorf("the name of %s is %q", name, figure.Name())
		}
		plottest.CheckTexts(t, figure, map[string]int{
			"depth 2": 1, "depth 10": 1, "depth 50": 1, "input": 3, "contiguity": 3, "hidden unit": 3,
		})
	}
}

// TestOwnNetsHaveTheirOwnTitles changes nets of the paper's figures into ones of a user's, as notebooks
// invite to.
func TestOwnNetsHaveTheirOwnTitles(t *testing.T) {
	three := figure3Result()
	three.Series[1].Norm, three.Series[3].Norm, three.Series[5].Also = "rms", "center", "tanh"
	figure, err := figures.Figure3(three)
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) feedforward": 1, "(b) feedforward, rms": 1, "(c) resnet, β = 1": 1, "(d) resnet, mean-centred, β = 1": 1,
		"(e) resnet, β = 0.3": 1, "(f) resnet, β = 0.3, tanh": 1, "(g) resnet, β = 0.1": 1,
	})
	two := figure2Result()
	two.Config.Nets[0].Norm = norms.Batch
	for i := range two.Series {
		if two.Series[i].Net == "feedforward" {
			two.Series[i].Also = "batch norm"
		}
	}
	if figure, err = figures.Figure2(two); err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{"(a) feedforward, batch norm": 1})
	four := figure4Result()
	for i := range four.Patterns {
		if four.Patterns[i].Norm == norms.None.Name {
			four.Patterns[i].Also = "tanh"
		}
	}
	_, err = figures.Figure4(four)
	plottest.CheckSentence(t, "another activation", err, `0 depths of "feedforward without batch norm"`)
}

func TestFigure3Errors(t *testing.T) {
	_, err := figures.Figure3(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in figure-3")
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure3Result)
		phrase string
	}{
		"empty":    {func(r *paper.Figure3Result) { r.Series = nil }, "nothing to draw in figure-3"},
		"no means": {func(r *paper.Figure3Result) { r.Series[2].Active.Mean = nil }, `panel "(b) resnet, β = 1" has 12 x for 0 values`},
		"nothing":  {func(r *paper.Figure3Result) { r.Series[2].Coactive = nil }, `panel "(b) resnet, β = 1" has 12 x for 0 values`},
		"NaN":      {func(r *paper.Figure3Result) { r.Series[1].Coactive.Upper[3] = math.NaN() }, "value 3 is NaN"},
	} {
		result := figure3Result()
		c.spoil(result)
		_, err := figures.Figure3(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

func TestFigure4Errors(t *testing.T) {
	_, err := figures.Figure4(nil)
	plottest.CheckSentence(t, "nil", err, `0 depths of "feedforward without batch norm"`)
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure4Result)
		phrase string
	}{
		"no resnets":   {func(r *paper.Figure4Result) { r.Patterns = r.Patterns[:6] }, `0 depths of "resnet with batch norm, β = 1"`},
		"no raster":    {func(r *paper.Figure4Result) { r.Patterns[1].Raster = nil }, `has no raster of the 10-layer feedforward, no normalisation, which`},
		"wrong raster": {func(r *paper.Figure4Result) { r.Patterns[1].Raster.On = nil }, "a raster of 0 values for 20 units and 48 inputs"},
		"no bars":      {func(r *paper.Figure4Result) { r.Patterns[4].Activation = nil }, "has 0 columns"},
		"NaN":          {func(r *paper.Figure4Result) { r.Patterns[5].Contiguity[2] = math.NaN() }, "value 2 is NaN"},
	} {
		result := figure4Result()
		c.spoil(result)
		_, err := figures.Figure4(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}
