package meanfield

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// twoInputs returns the recursion of a highway or feedforward net of that many layers whose a_1 has two
// inputs at an angle.
func twoInputs(t *testing.T, net models.Config, layers int, angle float64) *recursion {
	t.Helper()
	net.Depth = layers + 1
	r := advance(t, Config{Net: net, X: []float64{-1, 1}}, 0)
	c := math.Cos(angle)
	copy(r.state.k, []float64{1, c, c, 1})
	return r
}

// TestWithoutNormalisationGradientsShatterLikeAPower: an angle shrinks by p theta^2 / (3 pi) a layer, where p
// is the branch's share, so that R_l is (1 + p l theta_0 / (3 pi))^-3, at all depths, up to a bounded factor
// which comes from theta^3 and beyond.
func TestWithoutNormalisationGradientsShatterLikeAPower(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const layers = 20_000
	for _, test := range []struct{ angle, tolerance float64 }{{1, 0.31}, {0.86, 0.31}, {0.1, 0.1}} {
		for _, net := range []models.Config{
			{Net: "feedforward"}, {Net: "highway", Gamma2: math.Sqrt(0.5)}, {Net: "highway", Gamma2: 0.1},
		} {
			p := 1.0
			if net.Gamma2 > 0 {
				p = net.Gamma2 * net.Gamma2
			}
			r := twoInputs(t, net, layers+1, test.angle)
			worst := 0.0
			for l := 1; l <= layers; l++ {
				if err := r.layer(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				want := -3 * math.Log1p(p*float64(l)*test.angle/(3*math.Pi))
				worst = max(worst, math.Abs(math.Log(r.layers[l].Correlation)-want))
			}
			if worst > test.tolerance {
				t.Errorf("%s, p = %g, angle %g: log R is off by %g", net.Net, p, test.angle, worst)
			}
		}
	}
}

// TestResidualWeightsCountOnlyByTheirShare: alpha and beta enter R by the branch's share beta^2 / (1 +
// beta^2) alone, as if they were those of highway nets.
func TestResidualWeightsCountOnlyByTheirShare(t *testing.T) {
	const layers = 30
	x := grid(t, 8)
	net := models.Config{Net: "residual", Alpha: 0.7, Beta: 0.5, Depth: layers}
	residual, err := Run(t.Context(), Config{Net: net, X: x})
	if err != nil {
		t.Fatal(err)
	}
	// gain^2 / (carry^2 + gain^2), where matrices of variance 2/N make up for inactive units
	share := 0.25 / 1.25
	net = models.Config{Net: "highway", Gamma2: math.Sqrt(share), Depth: layers}
	highway, err := Run(t.Context(), Config{Net: net, X: x})
	if err != nil {
		t.Fatal(err)
	}
	for l, layer := range residual.Layers {
		if other := highway.Layers[l]; math.Abs(layer.Correlation/other.Correlation-1) > 1e-12 {
			t.Errorf("layer %d: R is %g, and %g in the highway net of that share",
				l, layer.Correlation, other.Correlation)
		}
	}
}

// TestHighwayLimit: with gamma2^2 = 1/L the correlation tends to (1 + theta_0 / (3 pi))^-3 up to 0.4 %, and
// not to 1/sqrt(e), because the gates do not stay independent: 0.7733 over the pairs of the grid, 0.634 for
// independent signals. At 1000 layers it is within 1/1000 of that.
func TestHighwayLimit(t *testing.T) {
	const layers = 1000
	net := models.Config{Net: "highway", Gamma2: math.Sqrt(1.0 / layers)}
	for _, angle := range []float64{0.3, 0.86, 1.2} {
		r := twoInputs(t, net, layers, angle)
		for l := 1; l <= layers; l++ {
			if err := r.layer(t.Context(), l); err != nil {
				t.Fatal(err)
			}
		}
		want := math.Pow(1+angle/(3*math.Pi), -3)
		if got := r.layers[layers].Correlation; math.Abs(got/want-1) > 0.005 {
			t.Errorf("angle %g: R is %g, want %g", angle, got, want)
		}
	}
	r := twoInputs(t, net, layers, math.Pi/2)
	for l := 1; l <= layers; l++ {
		if err := r.layer(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.layers[layers].Correlation; math.Abs(got-0.634) > 0.001 {
		t.Errorf("independent signals: R is %g, want 0.634", got)
	}
	net.Depth = layers + 1
	result, err := Run(t.Context(), Config{Net: net, X: grid(t, 48)})
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Layers[layers].Correlation; math.Abs(got-0.7733) > 0.001 {
		t.Errorf("over the grid R is %g, want 0.7733", got)
	}
}

// fall returns the logarithm of a quantity at the second layer over that at the first.
func fall(r *Result, quantity func(Layer) float64, first, second int) float64 {
	return math.Log(quantity(r.Layers[second]) / quantity(r.Layers[first]))
}

func variance(l Layer) float64    { return l.Variance }
func correlation(l Layer) float64 { return l.Correlation }

// TestNormalisedFeedforwardRates: behind batch normalisation C(i,i) grows by pi/(pi-1) a layer and R falls by
// 1/2, both in the limit of wide batches and deep nets, and faster before: by factors of 2^0.74 and
// exp(-0.76) over layers 5 to 10 of the paper's grid.
func TestNormalisedFeedforwardRates(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	config := Config{Net: models.Config{Net: "feedforward", Norm: norms.Batch, Depth: 33}, X: grid(t, 128)}
	result, err := Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name        string
		quantity    func(Layer) float64
		first, last int
		want, error float64
	}{
		{"C(i,i) of layers 5 to 10", variance, 5, 10, 0.74 * math.Ln2, 0.005},
		{"R of layers 5 to 10", correlation, 5, 10, -0.76, 0.01},
		// The mean of 1/s^2 exceeds 1 by 2/M and more.
		{"C(i,i) of deep layers", variance, 26, 32, math.Log(math.Pi / (math.Pi - 1)), 0.012},
		{"R of deep layers", correlation, 26, 32, -math.Ln2, 0.01},
	} {
		got := fall(result, test.quantity, test.first, test.last) / float64(test.last-test.first)
		if math.Abs(got-test.want) > test.error {
			t.Errorf("%s: a layer adds %.4f to the logarithm, want %.4f", test.name, got, test.want)
		}
	}
}

// TestUncorrelatedInputsAreFixed: in a wide batch of independent inputs and two that are a little correlated
// batch normalisation makes these less so by (1/2) pi/(pi-1) a layer, and their gradients by 1/2.
func TestUncorrelatedInputsAreFixed(t *testing.T) {
	const m, little = 256, 0.01
	r := advance(t, Config{Net: models.Config{Net: "feedforward", Norm: norms.Batch, Depth: 3},
		X: grid(t, m)}, 0)
	for i := range m * m {
		r.state.k[i], r.state.d[i], r.state.t[i] = 0, 0, 0
	}
	for i := range m {
		r.state.k[i*m+i], r.state.t[i*m+i] = 1, 1
	}
	for _, i := range []int{1, m} { // of inputs 0 and 1
		r.state.k[i], r.state.t[i] = little, little
	}
	if err := r.layer(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	z := r.state.centred()
	// Less what all pairs have, -1/(m-1): the mean is that of the inputs.
	signal := (z.k[1] - z.k[2*m+3]) / z.k[0]
	gradient := (r.state.t[1] - r.state.t[2*m+3]) / r.state.t[0]
	// The order of little squared, and of 1/m.
	if want := math.Pi / (math.Pi - 1) / 2 * little; math.Abs(signal/want-1) > 0.01 {
		t.Errorf("the signals' correlation becomes %g, want %g", signal, want)
	}
	if want := little / 2; math.Abs(gradient/want-1) > 0.01 {
		t.Errorf("the gradients' correlation becomes %g, want %g", gradient, want)
	}
}

// TestNeighboursPartExponentially: behind batch normalisation the distance 1 - c of neighbours grows by
// pi/(pi-1) a layer, times the mean of 1/s^2, which for n uncorrelated inputs less their mean is (n-1)/(n-3).
// Hence the correlation length of deep gradients.
func TestNeighboursPartExponentially(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const n = 48
	var x []float64
	for _, point := range grid(t, n) {
		x = append(x, point, point+1e-5) // so near that 25 layers leave them neighbours
	}
	r := advance(t, Config{Net: models.Config{Net: "feedforward", Norm: norms.Batch, Depth: 30}, X: x}, 20)
	distance := func() (mean float64) { // of the logarithms
		z, m := r.state.centred(), 2*n
		for i := 0; i < m; i += 2 {
			c := z.k[i*m+i+1] / math.Sqrt(z.k[i*m+i]*z.k[(i+1)*m+i+1])
			mean += math.Log(1-c) / n
		}
		return mean
	}
	before := distance()
	for l := 21; l <= 25; l++ {
		if err := r.layer(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	// The inputs still have some correlation, and their deviations differ: of all together less than 1 %.
	want := math.Pi / (math.Pi - 1) * (n - 1) / (n - 3)
	if got := math.Exp((distance() - before) / 5); math.Abs(got/want-1) > 0.01 {
		t.Errorf("a layer parts neighbours by a factor of %.4f, want %.4f", got, want)
	}
}
