package theory_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

func ExampleFeedforward() {
	feedforward, err := theory.Feedforward(10)
	if err != nil {
		fmt.Println(err)
		return
	}
	residual, err := theory.Residual(10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("correlation of two gradients, 10 layers: %.5f feedforward, %.5f residual\n",
		feedforward.Correlation(), residual.Correlation())
	// Output: correlation of two gradients, 10 layers: 0.00098 feedforward, 0.05631 residual
}

// near tells whether two numbers agree up to the rounding of a logarithm of at most 50 and its exponential.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-12*math.Abs(want) }

// TestClosedFormsByHand compares with fractions worked out by hand.
func TestClosedFormsByHand(t *testing.T) {
	must := func(c theory.Covariance, err error) theory.Covariance {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, test := range map[string]struct {
		got                             theory.Covariance
		variance, covariance, correlate float64
	}{
		"feedforward 1":  {must(theory.Feedforward(1)), 1, 1. / 2, 1. / 2},
		"feedforward 3":  {must(theory.Feedforward(3)), 1, 1. / 8, 1. / 8},
		"feedforward 50": {must(theory.Feedforward(50)), 1, 1. / (1 << 50), 1. / (1 << 50)},
		"residual 1":     {must(theory.Residual(1)), 2, 3. / 2, 3. / 4},
		"residual 3":     {must(theory.Residual(3)), 8, 27. / 8, 27. / 64},
		"highway 2":      {must(theory.Highway(2, 0.6, 0.8)), 1, 0.68 * 0.68, 0.68 * 0.68},
		"highway, gates": {must(theory.Highway(4, 0, 1)), 1, 1. / 16, 1. / 16},
		"rescaled 1":     {must(theory.RescaledExact(1, 0.5)), 1, 1, 1},
		"rescaled 3":     {must(theory.RescaledExact(3, 1)), 3, 3. / 2 * 5. / 4, 5. / 8},
		"rescaled 3 0.5": {must(theory.RescaledExact(3, 0.5)), 1.5, 9. / 8 * 1.1, 9. / 8 * 1.1 / 1.5},
	} {
		if !near(test.got.Variance(), test.variance) || !near(test.got.Covariance(), test.covariance) ||
			!near(test.got.Correlation(), test.correlate) {
			t.Errorf("%s: C(i,i) = %g, C(i,j) = %g, R = %g, want %g, %g, %g", name, test.got.Variance(),
				test.got.Covariance(), test.got.Correlation(),
				test.variance, test.covariance, test.correlate)
		}
	}
}

// TestVeryDeepNetsHaveFiniteLogarithms: 2^2000 is beyond float64, its logarithm and the correlation are not.
func TestVeryDeepNetsHaveFiniteLogarithms(t *testing.T) {
	c, err := theory.Residual(2000)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsInf(c.Variance(), 1) || !near(c.LogVariance, 2000*math.Ln2) {
		t.Errorf("2^2000 has logarithm %g, want %g", c.LogVariance, 2000*math.Ln2)
	}
	// the logarithm is -575
	if got, want := c.Correlation(), math.Pow(0.75, 2000); math.Abs(got/want-1) > 1e-10 {
		t.Errorf("R is %g, want %g", got, want)
	}
}

// TestRescaledIsAGammaFunction compares the product of layers with its closed form.
func TestRescaledIsAGammaFunction(t *testing.T) {
	gamma := func(x float64) float64 {
		value, _ := math.Lgamma(x)
		return value
	}
	for _, beta := range []float64{0.1, 0.3, 1, 2} {
		for _, depth := range []int{1, 2, 10, 200} {
			got, err := theory.RescaledExact(depth, beta)
			if err != nil {
				t.Fatal(err)
			}
			c, l := 1/(beta*beta), float64(depth)
			want := gamma(c) - gamma(c+0.5) + gamma(l-0.5+c) - gamma(l-1+c)
			// logarithms of the gamma function are up to 1300 here
			if math.Abs(got.LogCovariance-want) > 1e-11 {
				t.Errorf("beta %g, depth %d: log C(i,j) = %g, want %g", beta, depth, got.LogCovariance, want)
			}
		}
	}
}

// TestRescaledTendsToItsRates: far beyond beta^2 L = 1 the exact forms grow as the theorem says.
func TestRescaledTendsToItsRates(t *testing.T) {
	const beta = 0.1
	at := func(depth int) (theory.Rates, theory.Covariance) {
		rates, err := theory.Rescaled(depth, beta)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := theory.RescaledExact(depth, beta)
		if err != nil {
			t.Fatal(err)
		}
		if !near(rates.Variance, exact.Variance()) {
			t.Errorf("depth %d: C(i,i) = %g and %g", depth, rates.Variance, exact.Variance())
		}
		return rates, exact
	}
	rates, exact := at(1_000_000)
	// With c = 1/beta^2 = 100, G(c) sqrt(c) / G(c + 1/2) = 1 + 1/(8c) + ... = 1.0013, and beta^2 L = 10^4
	// leaves 10^-4 to go.
	if ratio := exact.Covariance() / rates.CovarianceRate; math.Abs(ratio-1.00125) > 2e-4 {
		t.Errorf("C(i,j) / (beta sqrt(L)) = %g, want 1.00125", ratio)
	}
	if ratio := exact.Correlation() / rates.CorrelationRate; math.Abs(ratio-1.00125) > 2e-4 {
		t.Errorf("R beta sqrt(L) = %g, want 1.00125", ratio)
	}
}

func TestHighwayLimit(t *testing.T) {
	const depth = 1_000_000
	c, err := theory.Highway(depth, math.Sqrt(1-1./depth), math.Sqrt(1./depth))
	if err != nil {
		t.Fatal(err)
	}
	// (1 - 1/(2L))^L = exp(-1/2 - 1/(8L) - ...).
	if got := c.Correlation(); math.Abs(got-theory.HighwayLimit()) > 1e-6 {
		t.Errorf("R at %d layers is %g, want about %g", depth, got, theory.HighwayLimit())
	}
}

func TestClosedFormsRefuseBadInput(t *testing.T) {
	_, feedforward := theory.Feedforward(0)
	_, residual := theory.Residual(-1)
	_, gammas := theory.Highway(3, 1, 1)
	_, notANumber := theory.Highway(3, math.NaN(), 1)
	_, depth := theory.Rescaled(0, 1)
	_, zero := theory.Rescaled(3, 0)
	_, infinite := theory.RescaledExact(3, math.Inf(1))
	_, negative := theory.RescaledExact(3, -1)
	for name, err := range map[string]error{
		"feedforward depth 0": feedforward, "residual depth -1": residual, "gammas (1, 1)": gammas,
		"gamma NaN":        notANumber,
		"rescaled depth 0": depth, "beta 0": zero, "beta infinite": infinite, "beta negative": negative,
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
