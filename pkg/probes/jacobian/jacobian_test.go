package jacobian_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
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

// TestRandomVectorsAgreeWithTheFullJacobian compares the two ways on a rectifier net's stages, of as many,
// more and fewer outputs than inputs.
func TestRandomVectorsAgreeWithTheFullJacobian(t *testing.T) {
	net := testnets.Net(t, "chain", []int{30}, testnets.Dense{In: 30, Out: 30, Tanh: true},
		testnets.Dense{In: 30, Out: 50}, testnets.Dense{In: 50, Out: 20, Tanh: true})
	config := jacobian.Config{Subject: subject.Subject{Net: net, Seed: 2}, Points: 3,
		Pairs: []path.Pair{pair(30, 4)}}
	full := run(t, config)
	const vectors = 300
	config.Rows, config.Vectors = 1, vectors
	random := run(t, config)
	for i, want := range append(full.Stages, full.Whole) {
		got := append(random.Stages, random.Whole)[i].Spectrum
		// The variance of u^T G u is at most 2 tr(G^2), of which the mean over vectors has one part in as
		// many; four deviations.
		scale := math.Sqrt(math.Pow(want.Spectrum.MeanSquare.Value,
			2)+math.Pow(want.Spectrum.SpreadSquare.Value, 2)) /
			math.Sqrt(float64(min(want.Outputs, want.Inputs)))
		near(t, want.Name+": mean square", got.MeanSquare, want.Spectrum.MeanSquare.Value,
			4*scale*math.Sqrt(2.0/vectors))
		// The deviation's square is a mean over pairs of vectors of squares of normals or so, with a relative
		// deviation of sqrt(2) / vectors and what the dependence of pairs adds: a tenth is ten times that,
		// and the mean square's error.
		near(t, want.Name+": deviation of squares", got.SpreadSquare, want.Spectrum.SpreadSquare.Value,
			0.1*want.Spectrum.SpreadSquare.Value)
		if got.Full != nil || want.Spectrum.Full == nil {
			t.Error("the two were not taken in two ways")
		}
	}
}

// TestRectifiersLoseHalf: after a rectifier half of the directions are lost, and matrices of variance 2/N
// make up for it on average.
func TestRectifiersLoseHalf(t *testing.T) {
	net := must(t, models.Config{Net: "feedforward", Depth: 4, Width: 100, Norm: norms.Batch})
	result := run(t, jacobian.Config{Subject: subject.Subject{Net: net, Draws: 4}, Points: 32,
		Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}}})
	inner := result.Stages[2]
	// A share of 1/2 of 100 units at 32 points that see much the same, in 4 draws: a deviation of at most 0.5
	// / 20.
	near(t, "rank", inner.Spectrum.Full.Rank, 0.5, 0.1)
	if inner.Spectrum.Full.Smallest.Value != 0 || !math.IsInf(inner.Spectrum.Full.Condition(), 1) {
		t.Errorf("smallest singular value %g, condition number %g: want 0 and "+
			"infinity", inner.Spectrum.Full.Smallest.Value, inner.Spectrum.Full.Condition())
	}
	if inner.Spectrum.MeanSquare.Low == nil || *inner.Spectrum.Full.Inverse.Low < 0 {
		t.Error("four draws give no interval, or one beyond what is possible")
	}
}

// TestOnlySomeStages: those that are asked for have the spectra that they have among all.
func TestOnlySomeStages(t *testing.T) {
	config := jacobian.Config{
		Subject: subject.Subject{Net: must(t, models.Config{Net: "residual", Depth: 6, Beta: 0.5, Width: 8}),
			Draws: 2},
		Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}}, Points: 3,
	}
	all := run(t, config)
	config.Only = []int{2, 4}
	some := run(t, config)
	if want := []jacobian.Part{all.Stages[2], all.Stages[4]}; !reflect.DeepEqual(some.Stages, want) ||
		!reflect.DeepEqual(some.Whole, all.Whole) {
		t.Errorf("of stages 2 and 4 there is %+v, want %+v", some.Stages, want)
	}
}

func TestBadConfigsAreSentences(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	good := jacobian.Config{Subject: subject.Subject{Net: testnets.Net(t, "linear", []int{2},
		testnets.Dense{In: 2, Out: 2})}, Pairs: []path.Pair{pair(2, 5)}}
	for want, change := range map[string]func(*jacobian.Config){
		"there is no net":           func(c *jacobian.Config) { c.Net = nil },
		"there are no pairs":        func(c *jacobian.Config) { c.Pairs = nil },
		"unknown kind":              func(c *jacobian.Config) { c.Kind = "spiral" },
		"at least 2 random vectors": func(c *jacobian.Config) { c.Vectors = 1 },
		"hold the batch statistics": func(c *jacobian.Config) { c.Net.Config.Statistics = norms.Coupled },
		"numbers from 0 to 0":       func(c *jacobian.Config) { c.Only = []int{1} },
		"give numbers from 0":       func(c *jacobian.Config) { c.Only = []int{0, 0} },
		"would need":                func(c *jacobian.Config) { c.Rows, c.Vectors = 1, 1<<38 },
		"leaves the range": func(c *jacobian.Config) {
			c.Net = testnets.Net(t, "large", []int{2}, testnets.HalfSquare{})
			c.Pairs = []path.Pair{{From: []float64{1e39, 1}, To: []float64{1e39, 2}}}
		},
	} {
		config := good
		net := *good.Net
		config.Net = &net
		change(&config)
		_, err := jacobian.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
		if errors.Is(err, engine.ErrNotFinite) != (want == "leaves the range") {
			t.Errorf("it can't be told from the error %v whether numbers are finite", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := jacobian.Run(ctx, e, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
