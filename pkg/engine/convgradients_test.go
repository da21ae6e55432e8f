package engine_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// imageBatch returns images of white noise as values and as a batch.
func imageBatch(images, height, width, channels int) ([]float64, *tensors.Tensor) {
	x := make([]float64, images*height*width*channels)
	rng := random.Stream(11)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x, tensors.FromFlatDataAndDimensions(append([]float64(nil), x...), images, height, width, channels)
}

// convolutionalNets returns small nets of images: of every shortcut, normalisation, statistics and number of
// layers in the last branch, and with a change of shape.
func convolutionalNets(t *testing.T) []*models.Net {
	t.Helper()
	var nets []*models.Net
	for _, base := range convolutionalKinds(t) {
		for _, norm := range []*norms.Norm{norms.None, norms.Center, norms.Batch} {
			// 6 and 7 change the shape twice, with frozen statistics and with coupled ones
			for i, depth := range []int{2, 3, 4, 7, 6} {
				n := normed{norm, []norms.Statistics{norms.Frozen, norms.Coupled}[i%2]}
				nets = append(nets, smallConvolutional(t, base, n, depth, 3, i%2 == 1))
			}
		}
	}
	return nets
}

// someConvolutionalNets returns fewer, each of a kind and a normalisation that meet there. Where the shape
// changes a skip hands on what the first rectifier of the branch makes or not, and that is normalised: the
// kinds that do and the first of those that don't have every normalisation. One change of shape shows what
// two do, of an odd height and an even width; the net with the two is that with coupled statistics.
func someConvolutionalNets(t *testing.T) []*models.Net {
	t.Helper()
	var nets []*models.Net
	for i, base := range convolutionalKinds(t) {
		shortcut := base.Images.Shortcut
		add := func(n normed, depth, resolutions int, flatten bool) {
			nets = append(nets, smallConvolutional(t, base, n, depth, resolutions, flatten))
		}
		add(frozen(norms.Batch), 5, 2, true)
		if i > 1 && !shortcut.Rectified {
			continue
		}
		add(frozen(norms.None), 4, 2, true)
		add(coupled(norms.Center), 5, 2, false)
		add(coupled(norms.Batch), 6, 3, false)
		if i <= 1 {
			add(frozen(norms.Center), 2, 3, false)
			add(coupled(norms.None), 3, 3, false)
		}
	}
	return nets
}

// convolutionalKinds returns a feedforward net and residual ones of every shortcut.
func convolutionalKinds(t *testing.T) []models.Config {
	t.Helper()
	kinds := []models.Config{{Net: "conv-feedforward"}}
	for _, name := range models.Shortcuts.Names() {
		shortcut, err := models.Shortcuts.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, models.Config{Net: "conv-residual", Beta: 0.4, Alpha: 0.9,
			Images: models.Images{Shortcut: shortcut}})
	}
	return kinds
}

// smallConvolutional returns a net of images of 5 x 6, odd and even, so that both ways of halving are seen.
func smallConvolutional(t *testing.T, config models.Config, n normed, depth, resolutions int,
	flatten bool) *models.Net {
	t.Helper()
	config.Width = 3
	config.Images = models.Images{Height: 5, Width: 6, Channels: 2, Outputs: 3, Flatten: flatten,
		Resolutions: resolutions, Shortcut: config.Images.Shortcut}
	return small(t, config, n, depth)
}

func TestConvolutionalGradientsAgainstFiniteDifferences(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	x, batch := imageBatch(2, 5, 6, 2)
	nets := someConvolutionalNets(t)
	if everyNet(t, e.Backend()) {
		nets = append(nets, convolutionalNets(t)...)
	}
	for _, net := range nets {
		c := net.Config
		t.Run(fmt.Sprintf("%s/%s/%s/%s/depth=%d", c.Net, c.Images.Shortcut, c.Norm, c.Statistics, c.Depth),
			func(t *testing.T) {
				draw := net.Draw(5, 2)
				trace, err := e.Run(t.Context(), engine.Request{
					Net: net, Weights: draw, Inputs: batch, Output: true, Gradient: true,
					Tap: engine.Preactivations,
				})
				if err != nil {
					t.Fatal(err)
				}
				want := &convReference{reference: reference{net: net, draw: draw, record: true},
					images: 2}
				sum := 0.0
				for _, output := range trace.Output {
					sum += output
				}
				// Two float64 evaluations of the same formula: rounding only, of sums of some hundred terms
				// of size 1.
				if got := want.output(x); !(math.Abs(sum-got) <= 1e-11*math.Max(1, math.Abs(got))) {
					t.Errorf("outputs sum to %g, the formula's to %g", sum, got)
				}
				// As for the dense nets: differences err by about 1e-10 times the size of the sum, which is
				// tens of times a gradient's, and no kink of these nets lies within a step.
				if d := distance(trace.Gradient, want.gradient(x)); d > 1e-6 {
					t.Errorf("gradient differs from finite differences by %.1e", d)
				}
				rectifiers := c.Depth
				if c.Net == "conv-residual" {
					rectifiers-- // none in front of the read-out
				}
				if len(trace.Taps) != rectifiers {
					t.Errorf("%d rectifiers were seen, want %d", len(trace.Taps), rectifiers)
				}
			})
	}
}

// TestKernelsHaveTheirFanIn: a convolution initialised after He et al. keeps the second moment of a rectified
// signal: twice the variance of white noise through 3 x 3 x 4 inputs of which half are off. A kernel whose
// axes were read in another order (9 x 50 inputs instead of 9 x 4) would be off by a factor of 12.
func TestKernelsHaveTheirFanIn(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	net, err := models.New(models.Config{
		Net: "conv-feedforward", Depth: 2, Width: 4,
		Images: models.Images{Height: 16, Width: 16, Channels: 50, Resolutions: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, batch := imageBatch(2, 16, 16, 50)
	sum, squares, count := 0.0, 0.0, 0
	for draw := range uint64(200) {
		trace, err := e.Run(t.Context(),
			engine.Request{Net: net, Weights: net.Draw(1, draw), Inputs: batch, Output: true,
				Tap: engine.Preactivations})
		if err != nil {
			t.Fatal(err)
		}
		// What comes into the second rectifier, over what comes out of the first, at a position inside the
		// image.
		first, second := trace.Taps[0], trace.Taps[1]
		at := func(tap []float64, y, x int) []float64 { return tap[(y*16+x)*4:][:4] }
		before := 0.0
		for y := 7; y <= 9; y++ {
			for x := 7; x <= 9; x++ {
				for _, value := range at(first, y, x) {
					before += math.Pow(math.Max(0, value), 2) * 2 / 36
				}
			}
		}
		for _, value := range at(second, 8, 8) {
			ratio := value * value / before
			sum, squares, count = sum+ratio, squares+ratio*ratio, count+1
		}
	}
	mean := sum / float64(count)
	deviation := math.Sqrt((squares/float64(count) - mean*mean) / float64(count))
	// Given what comes in, each output is normal with exactly the variance in the ratio, and outputs are
	// independent: 4 deviations.
	if math.Abs(mean-1) > 4*deviation {
		t.Errorf("convolutions change the second moment by a factor of %.3f +- %.3f", mean, deviation)
	}
}
