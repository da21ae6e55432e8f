package meanfield

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestResolutionOfCentredNets: how white a feedforward net of 24 layers looks is a matter of the grid, and
// one of 50 layers looks less so again. The values are a prototype's.
func TestResolutionOfCentredNets(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	for _, test := range []struct {
		depth, m int
		want     float64
	}{{24, 64, 0.015}, {24, 128, 0.009}, {24, 256, 0.016}, {24, 512, 0.134}, {50, 256, 0.028}} {
		net := models.Config{Net: "feedforward", Norm: norms.Center, Depth: test.depth}
		result, err := Run(t.Context(), Config{Net: net, X: grid(t, test.m)})
		if err != nil {
			t.Fatal(err)
		}
		acf, err := result.ACF(1)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(acf[1]-test.want) > 0.0005 { // the values have three decimals
			t.Errorf("%d layers, %d inputs: the ACF at lag 1 is %.4f, want %g", test.depth, test.m, acf[1],
				test.want)
		}
	}
}

// TestCentredNetsLoseTheirWhiteness: without division the input of the largest deviation grows, until it
// carries the variance of all: by the factors and correlations stated for the paper's grid. After 24 layers
// neighbours are as good as uncorrelated and after 50 they are not.
func TestCentredNetsLoseTheirWhiteness(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const m = 256
	net := models.Config{Net: "feedforward", Norm: norms.Center, Depth: 202}
	r := advance(t, Config{Net: net, X: grid(t, m)}, 0)
	for l := 1; l <= 200; l++ {
		if l == 1 || l == 10 || l == 24 || l == 50 || l == 200 {
			want := map[int]struct{ share, correlation float64 }{
				// The state's indices count from a_1; the correlation of L = 1 is that of a straight line and
				// not stated.
				1: {4, math.NaN()}, 10: {12, 0.27}, 24: {41, 0.40}, 50: {80, 0.85}, 200: {209, 0.99},
			}[l]
			z := r.state.centred()
			trace, share, absolute := 0.0, z.k[m*m-1], 0.0
			for i := range m {
				trace += z.k[i*m+i]
				for j := range i {
					absolute += math.Abs(z.k[i*m+j]) / math.Sqrt(z.k[i*m+i]*z.k[j*m+j]) / pairs(m)
				}
			}
			// The correlations have two decimals; of the share it is the growth over layers that matters,
			// from 4 to 209.
			if share *= m / trace; math.Abs(share/want.share-1) > 0.2 ||
				math.Abs(absolute-want.correlation) > 0.02 {
				t.Errorf("layer %d: the last input has %.1f times its share, want %g; correlations are "+
					"%.3f, want %g",
					l, share, want.share, absolute, want.correlation)
			}
		}
		if err := r.layer(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
}

// TestResidualRates: with batch normalisation the signal's variance grows by beta^2 (1 - 1/pi) a layer, so
// that the exponents of C(i,i) and R, between L/2 and L, tend to pi/(pi-1) and half of it, -0.733. They do so
// slowly. The expected values are a prototype's on the paper's grid; on 64 points R's are up to 0.01 smaller.
func TestResidualRates(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	config := Config{Net: models.Config{Net: "residual", Beta: 1, Norm: norms.Batch, Depth: 601},
		X: grid(t, 64)}
	result, err := Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		layer       int
		r, variance float64
	}{{10, -1.15, 2.1}, {40, -1.07, 1.9}, {160, -0.96, 1.8}, {600, -0.88, 1.66}} {
		r := fall(result, correlation, test.layer/2, test.layer) / math.Ln2
		c := fall(result, variance, test.layer/2, test.layer) / math.Ln2
		if math.Abs(r-test.r) > 0.015 || math.Abs(c-test.variance) > 0.05 {
			t.Errorf("layer %d: the exponents of R and C(i,i) are %.3f and %.3f, want %g and %g",
				test.layer, r, c, test.r, test.variance)
		}
	}
}

// TestResidualSignalsGrow: with batch normalisation a layer adds beta^2 (1 - 1/pi) to the signal's variance
// over the inputs, which is why C(i,i) grows with another power than Theorem 3's. The correction falls like a
// power of the depth and with the number of inputs: behind 400 layers on 64 inputs it is below 1 %.
func TestResidualSignalsGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const m = 64
	for _, beta := range []float64{0.3, 1} {
		net := models.Config{Net: "residual", Beta: beta, Norm: norms.Batch, Depth: 800}
		config, err := Config{Net: net, X: grid(t, m), Tolerance: 1e-6}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		r := newRecursion(config)
		r.first()
		variance := func(depth int) (mean float64) {
			if err := r.to(t.Context(), depth); err != nil {
				t.Fatal(err)
			}
			z := r.state.centred()
			for i := range m {
				mean += z.k[i*m+i] / m
			}
			return mean
		}
		before := variance(400)
		got, want := (variance(800)-before)/400, beta*beta*(1-1/math.Pi)
		if math.Abs(got/want-1) > 0.01 {
			t.Errorf("beta = %g: a layer adds %.4f to the variance, want %.4f", beta, got, want)
		}
	}
}
