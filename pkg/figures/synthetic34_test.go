package figures_test

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUpVariants are the nets of made-up Figures 3 and 4.
func madeUpVariants() []paper.Variant {
	var all []paper.Variant
	for _, norm := range []*norms.Norm{norms.None, norms.Batch} {
		all = append(all, paper.Variant{Net: "feedforward", Norm: norm.Name})
	}
	for _, b := range []float64{1, 0.3, 0.1} {
		for _, norm := range []*norms.Norm{norms.None, norms.Batch} {
			all = append(all, paper.Variant{Net: "residual", Norm: norm.Name, Beta: beta(b)})
		}
	}
	return all
}

// figure3Result returns a made-up Figure 3 of 12 layers: coactivations climb to 1/2 or fall to 1/4.
func figure3Result() *paper.Figure3Result {
	result := new(paper.Figure3Result)
	for _, v := range madeUpVariants() {
		s := paper.ActivationSeries{Variant: v, Active: new(stats.Curve), Coactive: new(stats.Curve)}
		end, spread := 0.25, 0.01
		if v.Norm == norms.None.Name {
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
		}
		result.Series = append(result.Series, s)
	}
	return result
}

// figure4Result returns a made-up Figure 4 of 20 units on 48 inputs: rows whose values change the more often
// the deeper the net is, and rows that never change without batch normalisation.
func figure4Result() *paper.Figure4Result {
	const units = 20
	result := new(paper.Figure4Result)
	for i, v := range madeUpVariants() {
		for j, depth := range []int{2, 10, 50} {
			v.Depth = depth
			stream := random.Stream(3, uint64(i), uint64(j))
			raster := &activations.Raster{Units: units, Inputs: inputs, On: make([]bool, units*inputs)}
			for unit := range units {
				row := raster.Row(unit)
				value := stream.IntN(2) == 1
				constant := v.Norm == norms.None.Name && stream.Float64() < 0.4+0.01*float64(depth)
				for x := range row {
					if !constant && stream.Float64() < 0.04*math.Sqrt(float64(depth)) {
						value = !value
					}
					row[x] = value
				}
			}
			result.Patterns = append(result.Patterns, paper.Pattern{
				Variant: v, Raster: raster, Draws: 1,
				Activation: activations.ActiveHistogram(raster), Contiguity: activations.ContiguityHistogram(raster),
			})
		}
	}
	return result
}
