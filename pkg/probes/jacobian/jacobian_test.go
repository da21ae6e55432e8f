package jacobian_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func must(t *testing.T, config models.Config) *models.Net {
	t.Helper()
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func run(t *testing.T, config jacobian.Config) *jacobian.Result {
	t.Helper()
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	result, err := jacobian.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// pair returns a pair of inputs of standard normals.
func pair(size int, stream uint64) path.Pair {
	rng := random.Stream(31, stream)
	p := path.Pair{From: make([]float64, size), To: make([]float64, size)}
	for k := range size {
		p.From[k], p.To[k] = rng.NormFloat64(), rng.NormFloat64()
	}
	return p
}

// near reports a value that is further from what it should be than the tolerance.
func near(t *testing.T, what string, got subject.Estimate, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got.Value-want) <= tolerance) {
		t.Errorf("%s is %.10g, want %.10g within %.1g", what, got.Value, want, tolerance)
	}
}

// numbers returns the numbers of the singular values at some points, averaged: mean square, its deviation,
// mean, deviation, largest, smallest.
func numbers(spectra [][]float64) []float64 {
	means := make([]float64, 6)
	for _, s := range spectra {
		squares := make([]float64, len(s))
		least, most := math.Inf(1), 0.0
		for i, value := range s {
			squares[i] = value * value
			least, most = min(least, value), max(most, value)
		}
		mean, variance := stat.PopMeanVariance(s, nil)
		square, squareVariance := stat.PopMeanVariance(squares, nil)
		for i, value := range []float64{square, math.Sqrt(squareVariance), mean, math.Sqrt(variance), most,
			least} {
			means[i] += value / float64(len(spectra))
		}
	}
	return means
}

// check compares a spectrum that was computed in full with singular values at the points.
func check(t *testing.T, what string, got jacobian.Spectrum, spectra [][]float64, tolerance float64) {
	t.Helper()
	if got.Full == nil {
		t.Errorf("%s: not computed in full", what)
		return
	}
	want := numbers(spectra)
	near(t, what+": mean square", got.MeanSquare, want[0], tolerance*want[4]*want[4])
	near(t, what+": deviation of squares", got.SpreadSquare, want[1], tolerance*want[4]*want[4])
	near(t, what+": mean", got.Full.Mean, want[2], tolerance*want[4])
	near(t, what+": deviation", got.Full.Spread, want[3], tolerance*want[4])
	near(t, what+": largest", got.Full.Largest, want[4], tolerance*want[4])
	near(t, what+": smallest", got.Full.Smallest, want[5], tolerance*want[4])
}

// TestSpectraArePyTorchs compares the singular values of the whole net and of its stages.
func TestSpectraArePyTorchs(t *testing.T) {
	torch := testnets.TorchNet(t)
	size := torch.Sizes[0]
	result := run(t, jacobian.Config{
		Subject: subject.Subject{Net: torch.Net, Weights: torch.Fixed.Weights, DType: dtypes.Float64},
		Points:  len(torch.Correlation),
		Pairs:   []path.Pair{{From: torch.Inputs[:size], To: torch.Inputs[size : 2*size]}},
	})
	// Two float64 decompositions of matrices with six rows at most.
	check(t, "the whole net", result.Whole.Spectrum, torch.Spectra[0], 1e-12)
	for i, stage := range result.Stages {
		check(t, "stage "+stage.Name, stage.Spectrum, torch.Spectra[i+1], 1e-12)
		if stage.Inputs != torch.Sizes[i] || stage.Outputs != torch.Sizes[i+1] {
			t.Errorf("stage %s is %d x %d", stage.Name, stage.Outputs, stage.Inputs)
		}
	}
}

// TestWholeNetOfImagesAgainstFiniteDifferences takes the Jacobian of a convolutional net from differences of
// its outputs.
func TestWholeNetOfImagesAgainstFiniteDifferences(t *testing.T) {
	net := must(t, models.Config{Net: "conv-residual", Depth: 4, Beta: 0.5, Width: 2,
		Images: models.Images{Height: 4, Width: 4, Resolutions: 2, Outputs: 3}})
	ends := pair(48, 1)
	result := run(t, jacobian.Config{Subject: subject.Subject{Net: net, DType: dtypes.Float64}, Points: 2,
		Pairs: []path.Pair{ends}})
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	var spectra [][]float64
	for _, x := range [][]float64{ends.From, ends.To} {
		const step = 1e-6
		shifted := make([]float64, 0, 96*48)
		for k := range 96 {
			row := append([]float64(nil), x...)
			row[k/2] += step * float64(1-2*(k%2))
			shifted = append(shifted, row...)
		}
		batch, err := engine.Batch(shifted, dtypes.Float64, 96, 4, 4, 3)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(0, 0), Inputs: batch, Output: true})
		if err != nil {
			t.Fatal(err)
		}
		j := mat.NewDense(3, 48, nil)
		for k := range 48 {
			for o := range 3 {
				j.Set(o, k, (trace.Output[2*k*3+o]-trace.Output[(2*k+1)*3+o])/(2*step))
			}
		}
		var svd mat.SVD
		svd.Factorize(j, mat.SVDNone)
		spectra = append(spectra, svd.Values(nil))
	}
	// Rounding of the differences, 1e-16 / 1e-6, in 48 columns; no kink of the net lies within a step.
	check(t, "the net", result.Whole.Spectrum, spectra, 1e-7)
}

// TestLooksLinearIsExactlyAnIsometry: after concatenated rectifiers, mirrored orthogonal matrices make every
// stage orthogonal at every input, and a net of them, whatever its depth. The matrices are drawn in float32,
// whose rounding of 6e-8 in each of 2 N entries of a row is all that is lost; in a convolution the matrix is
// the kernel's centre.
func TestLooksLinearIsExactlyAnIsometry(t *testing.T) {
	const width, depth = 12, 20
	dense := must(t, models.Config{
		Net: "feedforward", Depth: depth, Width: width, Activation: activations.CReLU,
		Initializer: initializers.Orthogonal, LooksLinear: true,
	})
	result := run(t, jacobian.Config{Subject: subject.Subject{Net: dense, Draws: 2, DType: dtypes.Float64},
		Points: 5, Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}}})
	for _, stage := range result.Stages[2 : len(result.Stages)-1] {
		near(t, stage.Name+": smallest", stage.Spectrum.Full.Smallest, 1, 1e-6)
		near(t, stage.Name+": largest", stage.Spectrum.Full.Largest, 1, 1e-6)
		near(t, stage.Name+": inverse condition", stage.Spectrum.Full.Inverse, 1, 2e-6)
		near(t, stage.Name+": rank", stage.Spectrum.Full.Rank, 1, 1e-12)
		if c := stage.Spectrum.Full.Condition(); math.Abs(c-1) > 2e-6 {
			t.Errorf("%s: condition number %g", stage.Name, c)
		}
	}
	// The net of the equal layers alone.
	inner, err := models.Compose("layers", []int{width}, dense.Stages[2:depth]...)
	if err != nil {
		t.Fatal(err)
	}
	layers := run(t, jacobian.Config{Subject: subject.Subject{Net: inner, DType: dtypes.Float64}, Points: 5,
		Pairs: []path.Pair{pair(width, 2)}})
	near(t, "all layers: smallest", layers.Whole.Spectrum.Full.Smallest, 1, 1e-6*depth)
	near(t, "all layers: largest", layers.Whole.Spectrum.Full.Largest, 1, 1e-6*depth)

	images := must(t, models.Config{
		Net: "conv-feedforward", Depth: 4, Width: 3,
		Images:     models.Images{Height: 8, Width: 8, Resolutions: 1},
		Activation: activations.CReLU, Initializer: initializers.Orthogonal, LooksLinear: true,
	})
	for _, rows := range []int{192, 1} { // in full, and from random vectors
		result := run(t, jacobian.Config{Subject: subject.Subject{Net: images, DType: dtypes.Float64},
			Points: 2, Rows: rows, Pairs: []path.Pair{pair(192, 3)}})
		for _, stage := range result.Stages[1:4] {
			near(t, stage.Name+": mean square", stage.Spectrum.MeanSquare, 1, 1e-6)
			near(t, stage.Name+": deviation of squares", stage.Spectrum.SpreadSquare, 0, 1e-5)
			if full := stage.Spectrum.Full != nil; full != (rows == 192) {
				t.Errorf("%s: in full is %t", stage.Name, full)
			} else if full {
				near(t, stage.Name+": smallest", stage.Spectrum.Full.Smallest, 1, 1e-6)
			}
		}
	}
}
