package meanfield_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// someNets are nets of each architecture and normalisation.
var someNets = []models.Config{
	{Net: "feedforward", Norm: norms.Center}, {Net: "feedforward", Norm: norms.Batch},
	{Net: "residual", Beta: 0.5, Norm: norms.Batch}, {Net: "residual", Beta: 1},
	{Net: "highway", Gamma2: 0.5, Norm: norms.Center},
}

// TestEachIsRunAtEachDepth: one pass over the depths gives what a run of each gives, to the last bit.
func TestEachIsRunAtEachDepth(t *testing.T) {
	for _, net := range someNets {
		config := meanfield.Config{Net: net, X: grid(t, 12), Coupled: true}
		var depths []int
		err := meanfield.Each(t.Context(), config, []int{6, 1, 2, 2}, func(r *meanfield.Result) error {
			depths = append(depths, r.Config.Net.Depth)
			alone := config
			alone.Net.Depth = r.Config.Net.Depth
			want, err := meanfield.Run(t.Context(), alone)
			if err != nil {
				return err
			}
			if !mat.Equal(r.Covariance, want.Covariance) || !slices.Equal(r.Layers, want.Layers) ||
				!mat.Equal(r.Coupled, want.Coupled) {
				t.Errorf("%s of depth %d in one pass differs from a run of its own", net.Title(),
					r.Config.Net.Depth)
			}
			return nil
		})
		if err != nil || !slices.Equal(depths, []int{1, 2, 6}) {
			t.Errorf("%s: depths %d, %v", net.Title(), depths, err)
		}
	}
}

func TestEachRefuses(t *testing.T) {
	never := func(*meanfield.Result) error { t.Error("a result of a bad config"); return nil }
	for want, depths := range map[string][]int{
		"there are no depths": nil, "depth is 0": {0}, "one gamma2": {2, 3},
	} {
		err := meanfield.Each(t.Context(), meanfield.Config{Net: models.Config{Net: "highway"}}, depths,
			never)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("depths %d: %v does not say %q", depths, err, want)
		}
	}
	stop := errors.New("stop")
	err := meanfield.Each(t.Context(), meanfield.Config{Net: someNets[0], X: grid(t, 4)}, []int{2, 3},
		func(*meanfield.Result) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("an error of visit gives %v", err)
	}
}

func TestCovers(t *testing.T) {
	net := someNets[0]
	net.Depth = 3
	if err := meanfield.Covers(net); err != nil {
		t.Error(err)
	}
	net.Statistics = norms.Coupled
	if err := meanfield.Covers(net); err == nil ||
		!strings.Contains(err.Error(), "hold the batch statistics fixed") {
		t.Errorf("coupled statistics: %v", err)
	}
}

// TestCoupledWithoutNormalisation: without batch statistics the guess is gradient independence, the
// covariance of the first layer times the count of paths, whose mean over inputs is known from Definition
// 1.
func TestCoupledWithoutNormalisation(t *testing.T) {
	x := grid(t, 9)
	for _, net := range []models.Config{{Net: "residual", Beta: 0.7, Depth: 5}, {Net: "highway", Depth: 4}} {
		r, err := meanfield.Run(t.Context(), meanfield.Config{Net: net, X: x, Coupled: true})
		if err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for i := range x {
			mean += r.Coupled.At(i, i) / (2 * distuv.UnitNormal.CDF(x[i])) / float64(len(x))
			// No neighbours, nothing to drop.
			if g := r.Covariance.At(i, i); math.Abs(r.Coupled.At(i, i)/g-1) > 1e-12 {
				t.Errorf("%s: variance %g at input %d, that of the theory is %g", net.Net, r.Coupled.At(i, i),
					i, g)
			}
		}
		if want := r.Layers[len(r.Layers)-1].Variance; math.Abs(mean/want-1) > 1e-12 {
			t.Errorf("%s: %g paths, Definition 1 has %g", net.Net, mean, want)
		}
	}
}

// TestCoupledTakesMeansOff: a net of two layers by hand. Behind the first rectifier the derivatives are those
// of a sum over inputs that was centred, so that they sum to 0.
func TestCoupledTakesMeansOff(t *testing.T) {
	x := []float64{-1, 0.5, 2}
	net := models.Config{Net: "feedforward", Norm: norms.Center, Depth: 2}
	r, err := meanfield.Run(t.Context(), meanfield.Config{Net: net, X: x, Coupled: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		sum := 0.0
		for j := range x {
			sum += r.Coupled.At(i, j) / distuv.UnitNormal.CDF(min(x[i], x[j]))
		}
		if math.Abs(sum) > 1e-12 {
			t.Errorf("derivatives at input %d and the sum of all have the covariance %g, want 0", i, sum)
		}
	}
}

// TestCorrelation is that of pairs of inputs: of one layer min(x_i, x_j) decides.
func TestCorrelation(t *testing.T) {
	x := []float64{-1, 0, 1}
	r, err := meanfield.Run(
		t.Context(),
		meanfield.Config{Net: models.Config{Net: "feedforward", Depth: 1}, X: x},
	)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Correlation(2)
	if err != nil {
		t.Fatal(err)
	}
	low, middle, high := distuv.UnitNormal.CDF(-1), 0.5, distuv.UnitNormal.CDF(1)
	want := []float64{1, (low + middle) / (low/2 + middle + high/2), low / (low/2 + high/2)}
	for lag := range want {
		if math.Abs(got[lag]-want[lag]) > 1e-14 {
			t.Errorf("correlation %g at lag %d, want %g", got[lag], lag, want[lag])
		}
	}
	if _, err := r.Correlation(3); err == nil {
		t.Error("a lag of 3 among 3 inputs is taken")
	}
}
