package initializers

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/random"
)

// Standardized draws He's weights and standardises them (weight standardisation, Qiao et al., 2019, scaled
// after Brock et al., 2021): the weights of every output get mean 0 over its inputs exactly, and mean square
//
//	2 / ((1 - 1/pi) fan-in),
//
// which keeps the variance behind a rectifier of normal arguments, whose mean such weights do not see. An
// output of one input, or one whose weights are all alike, has weight 0.
//
// Weight standardisation is a reparametrisation, a function of the weights that training differentiates too.
// Here it is done to the draw and not to the net: gradients with respect to inputs and to the standardised
// weights are those of the reparametrised net at initialisation, and training does not keep the weights
// standardised.
var Standardized = register(&Initializer{Name: "standardized", Fill: fillStandardized})

func fillStandardized(rng *random.Generator, dims []int, values []float32) {
	He.Fill(rng, dims, values)
	if len(dims) == 0 {
		return
	}
	fanIn, out := FanIn(dims), dims[len(dims)-1]
	for o := range out {
		mean, square := 0.0, 0.0
		for i := range fanIn {
			mean += float64(values[i*out+o]) / float64(fanIn)
		}
		for i := range fanIn {
			difference := float64(values[i*out+o]) - mean
			square += difference * difference
		}
		gain := 0.0
		if square > 0 {
			gain = math.Sqrt(2 / (1 - 1/math.Pi) / square)
		}
		for i := range fanIn {
			values[i*out+o] = float32(gain * (float64(values[i*out+o]) - mean))
		}
	}
}
