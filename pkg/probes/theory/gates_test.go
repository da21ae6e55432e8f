package theory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

func ExampleRun() {
	result, err := theory.Run(context.Background(), theory.Config{
		Net: theory.ResidualNet, Depths: []int{10}, Width: 200, Draws: 20_000, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	closed, err := theory.Residual(10)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := result.Points[0].Correlation
	fmt.Printf("(3/4)^10 = %.4f is measured: %t\n", closed.Correlation(), r.Low < closed.Correlation() &&
		closed.Correlation() < r.High)
	// Output: (3/4)^10 = 0.0563 is measured: true
}

// nets are one of each kind.
func nets() map[string]theory.Config {
	return map[string]theory.Config{
		"feedforward": {Net: theory.FeedforwardNet},
		"residual":    {Net: theory.ResidualNet},
		"rescaled":    {Net: theory.RescaledNet, Beta: 0.7},
		"highway":     {Net: theory.HighwayNet, Gamma2: 0.8},
		"limit":       {Net: theory.HighwayNet},
	}
}

// agree tells whether a mean lies within 4.5 standard errors of what it should be: of the about 200
// comparisons here, none is to be further out by chance (seven in a million are).
func agree(measured stats.Estimate, want float64) bool {
	return math.Abs(measured.Value-want) <= 4.5*measured.StdErr+1e-12*math.Abs(want)
}

func compare(t *testing.T, what string, p theory.Point, want theory.Covariance) {
	t.Helper()
	for quantity, values := range map[string]struct {
		measured stats.Estimate
		want     float64
	}{
		"C(i,i)": {p.Variance, want.Variance()}, "C(i,j)": {p.Covariance, want.Covariance()},
		"R(i,j)": {p.Correlation, want.Correlation()},
	} {
		if !agree(values.measured, values.want) {
			t.Errorf("%s, depth %d: %s = %g +- %g, want %g", what, p.Depth, quantity, values.measured.Value,
				values.measured.StdErr, values.want)
		}
	}
}

// TestBothEstimatorsMeetTheClosedForms, at a width that is not a multiple of the machine's word.
func TestBothEstimatorsMeetTheClosedForms(t *testing.T) {
	for name, config := range nets() {
		config.Seed = 5
		config.Estimator, config.Depths, config.Width, config.Draws = theory.Plain, []int{1, 2, 4}, 20, 4000
		plain, err := theory.Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		config.Estimator, config.Depths, config.Width, config.Draws = "", []int{1, 2, 4, 20, 50}, 200, 10_000
		conditioned, err := theory.Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append(plain.Points, conditioned.Points...) {
			closed, err := config.Closed(p.Depth)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, p, closed)
		}
	}
}

// TestConditioningMeetsBruteForce compares with Jacobians of nets that are written down as matrix products,
// forwards, at a size where a few units decide and finite width would show.
func TestConditioningMeetsBruteForce(t *testing.T) {
	const width, depth, draws = 3, 3, 60_000
	carryGain := map[string][2]float64{"feedforward": {0, 1}, "residual": {1, 1}, "highway": {0.6, 0.8}}
	for name, scales := range carryGain {
		rng := random.Stream(8, uint64(len(name)))
		diagonal, off := make([]float64, draws), make([]float64, draws)
		for d := range draws {
			gradient := bruteForce(width, depth, scales[0], scales[1], rng)
			diagonal[d] = mat.Dot(gradient[0], gradient[0]) / width
			off[d] = mat.Dot(gradient[0], gradient[1]) / width
		}
		config := nets()[name]
		config.Depths, config.Width, config.Draws = []int{depth}, width, 100_000
		result, err := theory.Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for quantity, pair := range map[string]struct {
			brute []float64
			p     stats.Estimate
		}{"C(i,i)": {diagonal, result.Points[0].Variance}, "C(i,j)": {off, result.Points[0].Covariance}} {
			brute := stats.Mean(pair.brute)
			if difference := brute.Value -
				pair.p.Value; math.Abs(difference) > 4*math.Hypot(brute.StdErr, pair.p.StdErr) {
				t.Errorf("%s: %s by brute force %g +- %g, conditioned %g +- %g", name, quantity, brute.Value,
					brute.StdErr, pair.p.Value, pair.p.StdErr)
			}
			if pair.p.StdErr*math.Sqrt(100_000) >= brute.StdErr*math.Sqrt(draws) {
				t.Errorf("%s: conditioning does not lower the variance of %s", name, quantity)
			}
		}
	}
}

// bruteForce returns the gradients of the sum of the outputs, for two inputs whose gates are drawn
// independently.
func bruteForce(width, depth int, carry, gain float64, rng *rand.Rand) [2]*mat.VecDense {
	var jacobians [2]*mat.Dense
	for i := range jacobians {
		jacobians[i] = mat.NewDense(width, width, nil)
		for k := range width {
			jacobians[i].Set(k, k, 1)
		}
	}
	for range depth {
		w := mat.NewDense(width, width, nil)
		w.Apply(func(int, int, float64) float64 { return rng.NormFloat64() * math.Sqrt(2/float64(width)) }, w)
		for i := range jacobians {
			step := mat.DenseCopyOf(w)
			for column := range width {
				scale := gain * float64(rng.IntN(2))
				for row := range width {
					step.Set(row, column, scale*step.At(row, column))
				}
				step.Set(column, column, step.At(column, column)+carry)
			}
			next := new(mat.Dense)
			next.Mul(step, jacobians[i])
			jacobians[i] = next
		}
	}
	ones := mat.NewVecDense(width, nil)
	for k := range width {
		ones.SetVec(k, 1)
	}
	var gradients [2]*mat.VecDense
	for i := range gradients {
		gradients[i] = new(mat.VecDense)
		gradients[i].MulVec(jacobians[i].T(), ones)
	}
	return gradients
}

// TestSpreadOfTheConditionedEstimator compares with the variance of a product of binomial counts, worked out
// by hand: for a feedforward net E[(2n/N)^2] = (1 + 3/N)/4 with n ~ Binomial(N, 1/4), and the layers are
// independent.
func TestSpreadOfTheConditionedEstimator(t *testing.T) {
	const width, depth, draws = 100, 10, 50_000
	result, err := theory.Run(t.Context(),
		theory.Config{Net: theory.FeedforwardNet, Depths: []int{depth}, Width: width, Draws: draws})
	if err != nil {
		t.Fatal(err)
	}
	got := result.Points[0].Covariance.StdErr * math.Sqrt(draws) * math.Pow(2, depth)
	want := math.Sqrt(math.Pow(1+3./width, depth) - 1)
	if math.Abs(got/want-1) > 0.05 { // a deviation from 50000 skewed values is good to about 1 %
		t.Errorf("relative deviation of a draw is %g, want %g", got, want)
	}
}

// TestPlainMonteCarloDrowns: at 20 layers its error is far above the covariance 2^-20, and the conditioned
// estimator's far below.
func TestPlainMonteCarloDrowns(t *testing.T) {
	config := theory.Config{Net: theory.FeedforwardNet, Depths: []int{20}, Width: 30, Draws: 500,
		Estimator: theory.Plain}
	plain, err := theory.Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	config.Estimator = theory.Conditioned
	conditioned, err := theory.Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	signal := math.Pow(2, -20)
	if noise := plain.Points[0].Covariance.StdErr; noise < 100*signal {
		t.Errorf("plain Monte Carlo has standard error %g, expected far more than %g", noise, signal)
	}
	if noise := conditioned.Points[0].Covariance.StdErr; noise > signal/2 {
		t.Errorf("the conditioned estimator has standard error %g, expected far less than %g", noise, signal)
	}
}

func TestRunDoesNotDependOnTheProcessors(t *testing.T) {
	run := func(seed uint64) *theory.Result {
		result, err := theory.Run(t.Context(),
			theory.Config{Net: theory.RescaledNet, Beta: 1, Depths: []int{1, 7}, Width: 70, Draws: 1700,
				Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := run(3)
	previous := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(previous)
	if second := run(3); !reflect.DeepEqual(first, second) {
		t.Errorf("one processor measures %v, several %v", second.Points, first.Points)
	}
	if other := run(4); reflect.DeepEqual(first.Points, other.Points) {
		t.Error("another seed gives the same numbers")
	}
}

func TestRunRefusesBadConfigs(t *testing.T) {
	good := theory.Config{Net: theory.FeedforwardNet, Depths: []int{2}, Width: 10, Draws: 10}
	for want, change := range map[string]func(*theory.Config){
		"no net":        func(c *theory.Config) { c.Net = "convolutional" },
		"beta is 0":     func(c *theory.Config) { c.Net = theory.RescaledNet },
		"beta is 1":     func(c *theory.Config) { c.Beta = 1 },
		"gamma2 is 2":   func(c *theory.Config) { c.Net, c.Gamma2 = theory.HighwayNet, 2 },
		"gamma2 is 0.5": func(c *theory.Config) { c.Gamma2 = 0.5 },
		"no estimator":  func(c *theory.Config) { c.Estimator = "quantum" },
		"no depths":     func(c *theory.Config) { c.Depths = nil },
		"depth 0":       func(c *theory.Config) { c.Depths = []int{3, 0} },
		"too large":     func(c *theory.Config) { c.Net, c.Depths = theory.ResidualNet, []int{5000} },
		"width is 0":    func(c *theory.Config) { c.Width = 0 },
		"draws is 1":    func(c *theory.Config) { c.Draws = 1 },
	} {
		config := good
		change(&config)
		if _, err := theory.Run(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one about %q", config, err, want)
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := theory.Run(ctx,
		theory.Config{Net: theory.FeedforwardNet, Depths: []int{2}, Width: 10, Draws: 10}); !errors.Is(err,
		context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func BenchmarkConditioned(b *testing.B) {
	config := theory.Config{Net: theory.FeedforwardNet, Depths: []int{50}, Width: 200, Draws: 1000}
	for b.Loop() {
		if _, err := theory.Run(b.Context(), config); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlain(b *testing.B) {
	config := theory.Config{Net: theory.FeedforwardNet, Depths: []int{10}, Width: 50, Draws: 100,
		Estimator: theory.Plain}
	for b.Loop() {
		if _, err := theory.Run(b.Context(), config); err != nil {
			b.Fatal(err)
		}
	}
}
