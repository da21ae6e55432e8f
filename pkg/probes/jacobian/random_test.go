package jacobian_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

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
