package activations

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Shape is a raster in numbers: what the eye reads from its picture and its two histograms.
type Shape struct {
	// Constant is the share of units that are active at all inputs or at none.
	Constant float64

	// Balanced is the share of units that are active at a quarter to three quarters of the inputs.
	Balanced float64

	// Longest, Shortest and Peak are shares of the runs: those of length M, those of length 1, and those in
	// the fullest bin of the contiguity histogram below its last.
	Longest, Shortest, Peak float64

	// Last is the share of the runs in the last bin of the contiguity histogram.
	Last float64

	// MeanRun is the mean length of the runs, from 1 to M.
	MeanRun float64
}

// Shape returns the raster's numbers.
func (r *Raster) Shape() Shape {
	var s Shape
	for _, active := range r.Active() {
		if active == 0 || active == 1 {
			s.Constant++
		}
		if active >= 0.25 && active <= 0.75 {
			s.Balanced++
		}
	}
	s.Constant /= float64(r.Units)
	s.Balanced /= float64(r.Units)
	runs := r.Contiguity()
	for _, length := range runs {
		if length == r.Inputs {
			s.Longest++
		}
		if length == 1 {
			s.Shortest++
		}
	}
	count := float64(len(runs))
	s.Longest /= count
	s.Shortest /= count
	s.MeanRun = float64(len(r.On)) / count
	bins := ContiguityHistogram(r)
	s.Last = bins[Bins-1]
	s.Peak = slices.Max(bins[:Bins-1])
	return s
}

// Bins is the number of bins of the histograms. It is odd, as in the paper's picture, so that 1/2 is the
// middle of a bin.
const Bins = 11

// ActiveHistogram returns the distribution of the activation per unit over all units of the rasters: the
// shares of units in Bins equal bins from 0 to 1.
func ActiveHistogram(rasters ...*Raster) []float64 {
	var values []float64
	for _, r := range rasters {
		values = append(values, r.Active()...)
	}
	return histogram(values, 0, 1)
}

// ContiguityHistogram returns the distribution of the lengths of all runs of the rasters, which have equally
// many inputs: the shares of runs in Bins equal bins from 1 to M.
func ContiguityHistogram(rasters ...*Raster) []float64 {
	var values []float64
	for _, r := range rasters {
		for _, length := range r.Contiguity() {
			values = append(values, float64(length))
		}
	}
	return histogram(values, 1, float64(rasters[0].Inputs))
}

// histogram returns the shares of the values in Bins equal bins from low to high, both included.
func histogram(values []float64, low, high float64) []float64 {
	slices.Sort(values)
	dividers := make([]float64, Bins+1)
	for i := range dividers {
		dividers[i] = low + (high-low)*float64(i)/Bins
	}
	dividers[Bins] = math.Nextafter(high, math.Inf(1)) // stat.Histogram's bins exclude their upper ends
	shares := stat.Histogram(nil, dividers, values, nil)
	for i := range shares {
		shares[i] /= float64(len(values))
	}
	return shares
}
