package gradients_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

func Example() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	result, err := gradients.Run(context.Background(), engine.New(opened), gradients.Config{
		Net:   models.Config{Net: "residual", Depth: 10, Width: 50, Norm: norms.Batch, Beta: 0.1},
		Draws: 4, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	summary, err := result.Summary()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d draws of %d gradients, nearer to brown noise than to white: %t\n",
		len(result.Gradients), len(result.X), summary.Brownness.Value > 0.5)
	// Output: 4 draws of 256 gradients, nearer to brown noise than to white: true
}

// TestOneLayerHasItsClosedForm compares with df/dx = sum of the w_i whose unit is on, b_i < x.
func TestOneLayerHasItsClosedForm(t *testing.T) {
	config := models.Config{Net: "feedforward", Depth: 1, Width: 20}
	result, err := gradients.Run(t.Context(), engine.New(testbackend.Open(t)),
		gradients.Config{Net: config, Draws: 3, Seed: 9, Inputs: 40})
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for draw, gradient := range result.Gradients {
		weights := net.Draw(9, uint64(draw))
		bias, readout := weights.Values(0)[0], weights.Values(1)[0]
		for i, x := range result.X {
			want := 0.0
			for k := range bias {
				if float32(x) > bias[k] {
					want += float64(readout[k])
				}
			}
			// 20 terms of at most 1, in float32.
			if math.Abs(gradient[i]-want) > 1e-6 {
				t.Errorf("draw %d: gradient at %g is %g, want %g", draw, x, gradient[i], want)
			}
		}
	}
}

func TestSameSeedSameResult(t *testing.T) {
	config := gradients.Config{Net: models.Config{Net: "feedforward", Depth: 6, Width: 16,
		Norm: norms.Center}, Draws: 5, Seed: 3, Inputs: 32}
	run := func(config gradients.Config) [][]float64 {
		result, err := gradients.Run(t.Context(), engine.New(testbackend.Open(t)), config)
		if err != nil {
			t.Fatal(err)
		}
		return result.Gradients
	}
	first, second := run(config), run(config)
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Error("two runs of the same config differ")
	}
	fewer := config
	fewer.Draws = 2
	if fmt.Sprint(run(fewer)) != fmt.Sprint(first[:2]) {
		t.Error("the first draws depend on how many there are")
	}
	other := config
	other.Seed = 4
	if fmt.Sprint(run(other)) == fmt.Sprint(first) {
		t.Error("another seed gives the same gradients")
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	good := gradients.Config{Net: models.Config{Net: "feedforward", Depth: 2, Width: 4}, Draws: 1, Inputs: 8}
	for want, change := range map[string]func(*gradients.Config){
		"draws is 0":       func(c *gradients.Config) { c.Draws = 0 },
		"depth is -1":      func(c *gradients.Config) { c.Net.Depth = -1 },
		"grid of 1 points": func(c *gradients.Config) { c.Inputs = 1 },
		"float32": func(c *gradients.Config) {
			c.Net = models.Config{Net: "residual", Depth: 8, Width: 4, Alpha: 1e30, Beta: 1}
		},
	} {
		config := good
		change(&config)
		_, err := gradients.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gradients.Run(ctx, e, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}

// TestBrownnessIntervalCoversTheTruth draws AR(1) series and asks whether the jackknife's 95 % intervals
// cover the brownness of the exact expected autocorrelation.
func TestBrownnessIntervalCoversTheTruth(t *testing.T) {
	const m, draws, ensembles, phi = 128, 20, 200, 0.7
	exact, err := stats.ExpectedACF(autoregressive(m, phi), gradients.MaxLag)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := stats.Colour(exact, m)
	if err != nil {
		t.Fatal(err)
	}
	covered := 0
	for ensemble := range ensembles {
		series := make([][]float64, draws)
		for draw := range series {
			series[draw] = autoregression(m, phi, uint64(ensemble), uint64(draw))
		}
		summary, err := gradients.Summarize(series)
		if err != nil {
			t.Fatal(err)
		}
		if summary.Brownness.Low <= truth.Brownness && truth.Brownness <= summary.Brownness.High {
			covered++
		}
	}
	// 95 % of 200 is 190, with a deviation of 3.1; the bound is four deviations away, because the jackknife's
	// interval of a smooth but nonlinear statistic covers 95 % only approximately.
	if covered < 178 {
		t.Errorf("%d of %d intervals cover the true brownness %.3f", covered, ensembles, truth.Brownness)
	}
}

// autoregression draws x_t = phi x_{t-1} + noise from its stationary distribution.
func autoregression(m int, phi float64, path ...uint64) []float64 {
	rng := random.Stream(11, path...)
	x := make([]float64, m)
	x[0] = rng.NormFloat64() / math.Sqrt(1-phi*phi)
	for i := 1; i < m; i++ {
		x[i] = phi*x[i-1] + rng.NormFloat64()
	}
	return x
}

func TestSummarizeWantsTwoDraws(t *testing.T) {
	if _, err := gradients.Summarize([][]float64{autoregression(64, 0)}); err == nil ||
		!strings.Contains(err.Error(), "at least 2") {
		t.Errorf("one draw gives %v", err)
	}
}

// autoregressive returns the covariance phi^|i-j| of a stationary AR(1) process, up to scale.
func autoregressive(m int, phi float64) *mat.SymDense {
	covariance := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			covariance.SetSym(i, j, math.Pow(phi, float64(j-i)))
		}
	}
	return covariance
}

// TestCovarianceOfOneLayer compares with its closed form: the gradient of one layer is a sum of the w_i, of
// variance 1/N, whose kinks b_i lie below x, so that C(i,j) = min(Phi(x_i), Phi(x_j)) for every width, with
// Phi the normal distribution function.
func TestCovarianceOfOneLayer(t *testing.T) {
	const draws = 4000
	result, err := gradients.Run(t.Context(), engine.New(testbackend.Open(t)), gradients.Config{
		Net: models.Config{Net: "feedforward", Depth: 1, Width: 50}, Draws: draws, Seed: 2, Inputs: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	covariance, err := result.Covariance()
	if err != nil {
		t.Fatal(err)
	}
	correlation, err := result.Correlation()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		for j := i; j < 10; j++ {
			s, u := distuv.UnitNormal.CDF(result.X[i]), distuv.UnitNormal.CDF(result.X[j])
			// A product of two gradients has at most about twice the variance of that of normals, 2 s u,
			// because a sum of few random weights has heavier tails; four deviations of the mean over the
			// draws. At the lowest input a unit in 44 is on.
			if tolerance := 4 * math.Sqrt(2*2*s*u/draws); math.Abs(covariance.At(i, j)-s) > tolerance {
				t.Errorf("C(%d,%d) is %.4f, want %.4f within %.4f", i, j, covariance.At(i, j), s, tolerance)
			}
			if tolerance := 4 * math.Sqrt(2.0/draws); math.Abs(correlation.At(i,
				j)-math.Sqrt(s/u)) > tolerance {
				t.Errorf("R(%d,%d) is %.4f, want %.4f within %.4f", i, j, correlation.At(i, j),
					math.Sqrt(s/u), tolerance)
			}
		}
	}
}
