package activations

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// TailoredCorrelation is what Zhang et al. 2022 make of orthogonal inputs behind all layers of a net: a
// correlation of 0.9.
const TailoredCorrelation = 0.9

// maxTailored is the largest number of layers: finding the slope takes as many steps some sixty times.
const maxTailored = 10000

// Tailored returns the tailored leaky rectifier of Zhang et al. 2022 (TAT) for a feedforward net of that many
// layers,
//
//	s (max(x, 0) + a min(x, 0)),  s = sqrt(2 / (1 + a^2)),
//
// which keeps the second moment at weights of variance 1/fan-in, initializers.LeCun or
// initializers.Orthogonal. Behind a layer of it the correlation c of two inputs is
//
//	C(c) = c + (1 - a)^2 / (pi (1 + a^2)) (sqrt(1 - c^2) - c arccos c),
//
// and the slope a is the one in [0, 1] at which as many layers carry 0 to target, which is above 0 and below
// 1, as [TailoredCorrelation] is. A net too shallow for that, even at a = 0, has the rectifier's slope. The
// same arguments have one activation, and [Registry] knows it by its name, such as tailored-50-0.9. Tailored
// returns an error when depth is below 1 or above 10 000, or target is out of its range.
func Tailored(depth int, target float64) (*Activation, error) {
	switch {
	case depth < 1 || depth > maxTailored:
		return nil, fmt.Errorf("depth is %d: give the number of layers of the tailored rectifier, "+
			"from 1 to %d", depth, maxTailored)
	case !(target > 0 && target < 1):
		return nil, fmt.Errorf("target is %g: give the correlation that orthogonal inputs end at, above 0 "+
			"and below 1 (the usual is %g)", target, TailoredCorrelation)
	}
	low, high := 0.0, 1.0 // correlations at the end fall with a, to 0 at a = 1
	for range 60 {
		if middle := (low + high) / 2; correlationBehind(depth, middle) > target {
			low = middle
		} else {
			high = middle
		}
	}
	slope := high
	if correlationBehind(depth, 0) <= target {
		slope = 0
	}
	scale := math.Sqrt(2 / (1 + slope*slope))
	return piecewise(fmt.Sprintf("tailored-%d-%g", depth, target),
		fmt.Sprintf("tailored ReLU (%.3f)", slope), Slopes{scale * slope, scale}), nil
}

// tailoredNamed returns the tailored rectifier of a name, or what is wrong with its numbers.
func tailoredNamed(name string) (*Activation, bool, error) {
	parameters, is := strings.CutPrefix(name, "tailored-")
	layers, correlation, both := strings.Cut(parameters, "-")
	depth, depthErr := strconv.Atoi(layers)
	target, targetErr := strconv.ParseFloat(correlation, 64)
	if !is || !both || depthErr != nil || targetErr != nil {
		return nil, false, nil
	}
	tailored, err := Tailored(depth, target)
	return tailored, true, err
}

// correlationBehind returns what that many layers of slope a make of a correlation of 0.
func correlationBehind(depth int, a float64) float64 {
	c, kink := 0.0, (1-a)*(1-a)/(math.Pi*(1+a*a))
	for range depth {
		c = min(1, c+kink*(math.Sqrt(1-c*c)-c*math.Acos(c)))
	}
	return c
}
