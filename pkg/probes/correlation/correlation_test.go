package correlation_test

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
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

func Example() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	result, err := correlation.Run(context.Background(), engine.New(opened), correlation.Config{
		Net:    models.Config{Net: "feedforward", Depth: 6, Width: 50, Norm: norms.Batch},
		Inputs: 64, Draws: 20, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("R at depth 6 is less than 1/8: %t; theory says 1/64\n",
		result.Curve()[5].Correlation.Value < 1.0/8)
	// Output: R at depth 6 is less than 1/8: true; theory says 1/64
}

// TestOneLayerHasItsClosedForm: after one layer, C(i,j) is twice the share of neurons active on both inputs.
// The neurons of a wide net are Gaussian, with the covariance k(x,y) = E[rho(x-b) rho(y-b)], b ~ Normal(0,
// 1), so this share is 1/4 + arcsin(k(x,y) / sqrt(k(x,x) k(y,y))) / 2 pi.
func TestOneLayerHasItsClosedForm(t *testing.T) {
	t.Run("on the grid", func(t *testing.T) { testOneLayer(t, correlation.Config{Inputs: 17}) })
	t.Run("at points of one's own", func(t *testing.T) {
		testOneLayer(t, correlation.Config{Points: []float64{1.5, -2, 0.1, 3, -0.9, 0.3, 0.7, -1.5, 2.2}})
	})
}

func testOneLayer(t *testing.T, config correlation.Config) {
	const width = 1000
	config.Net, config.Draws, config.Seed = models.Config{Net: "feedforward", Depth: 1, Width: width}, 60, 3
	result, curve := run(t, config)
	kernel := func(x, y float64) float64 {
		low := min(x, y)
		cdf, density := distuv.UnitNormal.CDF(low), distuv.UnitNormal.Prob(low)
		return (x*y+1)*cdf + (x+y-low)*density
	}
	coactive, pairs := 0.0, 0
	for i, x := range result.X {
		for _, y := range result.X[i+1:] {
			if y-x >= 1-1e-9 {
				coactive += 0.25 + math.Asin(kernel(x, y)/math.Sqrt(kernel(x, x)*kernel(y, y)))/(2*math.Pi)
				pairs++
			}
		}
	}
	coactive /= float64(pairs)
	if pairs != result.Pairs {
		t.Errorf("%d pairs, want %d", result.Pairs, pairs)
	}
	p := curve[0]
	for _, check := range []struct {
		name string
		got  stats.Estimate
		want float64
	}{
		{"C(i,i)", p.Variance, 1},
		{"C(i,j)", p.Covariance, 2 * coactive},
		{"R(i,j)", p.Correlation, 2 * coactive},
		{"active", p.Active, 0.5},
		{"coactive", p.Coactive, coactive},
	} {
		// Four standard errors, for five numbers, and what a finite width adds: at x = -2 a share of 0.023 of
		// the units of the first layer is active, and the relative deviation of the kernel is of the order of
		// 1/(0.023 width).
		if tolerance := 4*check.got.StdErr + 0.1/(0.023*width); check.got.StdErr > 0.005 ||
			math.Abs(check.got.Value-check.want) > tolerance {
			t.Errorf("%s is %.5f +- %.5f, want %.5f", check.name, check.got.Value, check.got.StdErr,
				check.want)
		}
	}
}

// TestLinearNetIsPerfectlyCorrelated: without rectifiers all inputs share all paths, whatever the weights.
func TestLinearNetIsPerfectlyCorrelated(t *testing.T) {
	_, curve := run(t, correlation.Config{
		Net:    models.Config{Net: "residual", Depth: 5, Width: 8, Beta: 1, Activation: activations.Linear},
		Inputs: 8, Draws: 3, Seed: 1,
	})
	for _, point := range curve {
		// Sums of products in float32.
		if math.Abs(point.Correlation.Value-1) > 1e-5 || math.Abs(point.Counted.Value-1) > 1e-5 {
			t.Errorf("at depth %d a linear net has R = %.7f, counted %.7f, want 1", point.Depth,
				point.Correlation.Value, point.Counted.Value)
		}
	}
}

// TestSlopeFindsGrowth: a linear resnet with beta = 1 and variance 2/N multiplies C(i,i) by 1 + 2 a layer.
func TestSlopeFindsGrowth(t *testing.T) {
	result, _ := run(t, correlation.Config{
		Net:    models.Config{Net: "residual", Depth: 8, Width: 40, Beta: 1, Activation: activations.Linear},
		Inputs: 8, Draws: 200, Seed: 2,
	})
	slope, err := result.Slope(correlation.CII, 2, 8, func(depth float64) float64 { return depth })
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(slope.Value-math.Log(3)) > 4*slope.StdErr || slope.StdErr > 0.02 {
		t.Errorf("log C(i,i) grows by %.4f +- %.4f a layer, want log 3 = %.4f", slope.Value, slope.StdErr,
			math.Log(3))
	}
	for _, depths := range [][2]int{{0, 5}, {2, 9}, {3, 4}} {
		if _, err := result.Slope(correlation.R, depths[0], depths[1], math.Log); err == nil ||
			!strings.Contains(err.Error(), "at least three") {
			t.Errorf("fitting depths %v gives %v", depths, err)
		}
	}
}

func TestSameSeedSameResult(t *testing.T) {
	config := correlation.Config{Net: models.Config{Net: "highway", Depth: 4, Width: 8, Norm: norms.Batch},
		Inputs: 16, Draws: 4, Seed: 7}
	_, first := run(t, config)
	if _, second := run(t, config); fmt.Sprint(first) != fmt.Sprint(second) {
		t.Error("two runs of the same config differ")
	}
	config.Seed = 8
	if _, other := run(t, config); fmt.Sprint(first) == fmt.Sprint(other) {
		t.Error("another seed gives the same correlations")
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	own, err := models.Compose("mine", []int{1}, models.Stage{Name: "a", Block: models.Linear{In: 1, Out: 2}})
	if err != nil {
		t.Fatal(err)
	}
	good := correlation.Config{Net: models.Config{Net: "feedforward", Depth: 2, Width: 4}, Draws: 2,
		Inputs: 8}
	for want, change := range map[string]func(*correlation.Config){
		"draws is 1":       func(c *correlation.Config) { c.Draws = 1 },
		"distance is 5":    func(c *correlation.Config) { c.Distance = 5 },
		"distance is NaN":  func(c *correlation.Config) { c.Distance = math.NaN() },
		"depth is 0":       func(c *correlation.Config) { c.Net.Depth = 0 },
		"grid of 1 points": func(c *correlation.Config) { c.Inputs = 1 },
		"statistics is": func(c *correlation.Config) {
			c.Net.Norm, c.Net.Statistics = norms.Batch,
				norms.Coupled
		},
		"branches have skips over 2 layers: ": func(c *correlation.Config) {
			c.Net = models.Config{Net: "residual", Depth: 4, Width: 4, Beta: 1}
			c.Net.Branch.Layers = 2
		},
		"paths can't be counted": func(c *correlation.Config) { c.Net.Initializer = initializers.Zero },
		"several outputs":        func(c *correlation.Config) { c.Net.Activation = doubling },
		"range of float32": func(c *correlation.Config) {
			c.Net = models.Config{Net: "residual", Depth: 8, Width: 4, Alpha: 1e30, Beta: 1}
		},
		"net \"pyramid\"":              func(c *correlation.Config) { c.Net.Net = "pyramid" },
		"net \"mine\" is one as it is": func(c *correlation.Config) { c.Net = own.Config },
	} {
		config := good
		change(&config)
		_, err := correlation.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := correlation.Run(ctx, e, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}

// doubling is an activation with two outputs a unit.
var doubling = &activations.Activation{Name: "doubling", Apply: activations.ReLU.Apply, Expand: 2}

// run runs the probe on the test backend.
func run(t *testing.T, config correlation.Config) (*correlation.Result, []correlation.Point) {
	t.Helper()
	result, err := correlation.Run(t.Context(), engine.New(testbackend.Open(t)), config)
	if err != nil {
		t.Fatal(err)
	}
	return result, result.Curve()
}
