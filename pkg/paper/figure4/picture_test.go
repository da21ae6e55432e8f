package figure4_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure4"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// madeUp makes up a figure of 20 units on 48 inputs: rows whose values change the more often the deeper the
// net is, and rows that never change without batch normalisation.
func madeUp() *figure4.Result {
	const units, inputs = 20, 48
	result := new(figure4.Result)
	for i, net := range paper.NormalizedNets(norms.None, norms.Batch) {
		for j, depth := range []int{2, 10, 50} {
			stream := random.Stream(3, uint64(i), uint64(j))
			raster := &activations.Raster{Units: units, Inputs: inputs, On: make([]bool, units*inputs)}
			for unit := range units {
				row := raster.Row(unit)
				value := stream.IntN(2) == 1
				constant := net.Norm == norms.None && stream.Float64() < 0.4+0.01*float64(depth)
				for x := range row {
					if !constant && stream.Float64() < 0.04*math.Sqrt(float64(depth)) {
						value = !value
					}
					row[x] = value
				}
			}
			result.Patterns = append(result.Patterns, figure4.Pattern{
				Variant: paper.Variant{Net: net.Net, Norm: net.Norm.Name, Beta: paper.BetaOf(net),
					Depth: depth},
				Raster: raster, Draws: 1, Activation: activations.ActiveHistogram(raster),
				Contiguity: activations.ContiguityHistogram(raster),
			})
		}
	}
	return result
}

// TestGoldenPicture compares, and makes sure that the tolerance of the comparison lets no change of the data
// pass.
func TestGoldenPicture(t *testing.T) {
	figure, err := figure4.Draw(madeUp())
	want := plottest.Rendered(t, figure, err)
	plottest.Golden(t, "figure-4", want)
	changed := madeUp()
	on := changed.Patterns[0].Raster.On
	on[7] = !on[7]
	figure, err = figure4.Draw(changed)
	plottest.CheckDiffers(t, "a single value of a raster", plottest.Rendered(t, figure, err), want)
	changed = madeUp()
	changed.Patterns[3].Contiguity[0] /= 2
	figure, err = figure4.Draw(changed)
	plottest.CheckDiffers(t, "a bar of a histogram", plottest.Rendered(t, figure, err), want)
}

func TestTexts(t *testing.T) {
	for name, draw := range map[string]func(*figure4.Result) (*plots.Figure, error){
		"figure-4": figure4.Draw, "figure-4-resnets": figure4.DrawResnets,
		"figure-4-resnets-bn": figure4.DrawResnetsNormalized,
	} {
		figure, err := draw(madeUp())
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

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := figure4.Draw(nil)
	plottest.CheckSentence(t, "nil", err, `0 depths of "feedforward without batch norm"`)
	for phrase, spoil := range map[string]func(*figure4.Result){
		`0 depths of "resnet with batch norm, β = 1"`: func(r *figure4.Result) { r.Patterns = r.Patterns[:6] },
		"has no raster of the 10-layer feedforward, no normalisation, which": func(r *figure4.Result) {
			r.Patterns[1].Raster = nil
		},
		"a raster of 0 values for 20 units and 48 inputs": func(r *figure4.Result) {
			r.Patterns[1].Raster.On = nil
		},
		"has 0 columns":  func(r *figure4.Result) { r.Patterns[4].Activation = nil },
		"value 2 is NaN": func(r *figure4.Result) { r.Patterns[5].Contiguity[2] = math.NaN() },
		// Nets of a user's are not the paper's.
		`0 depths of "feedforward without batch norm"`: func(r *figure4.Result) {
			for i := range r.Patterns {
				if r.Patterns[i].Norm == norms.None.Name {
					r.Patterns[i].Also = "tanh"
				}
			}
		},
	} {
		result := madeUp()
		spoil(result)
		_, err := figure4.Draw(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
