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

// maps are feature maps: one row of features a position, positions in the order image, y, x.
type maps struct {
	rows          [][]float64
	height, width int
}

// convReference evaluates nets of images in plain Go from the documentation: convolutions as loops over taps.
type convReference struct {
	reference
	images int
}

// output returns the sum of all outputs for the images x, [images, height, width, channels] in row-major
// order.
func (r *convReference) output(x []float64) float64 {
	r.next = 0
	if r.record {
		r.means, r.scales = nil, nil
	}
	c := r.net.Config
	a := maps{height: c.Images.Height, width: c.Images.Width}
	for ; len(x) > 0; x = x[c.Images.Channels:] {
		a.rows = append(a.rows, x[:c.Images.Channels])
	}
	a = r.convolve(a, r.draw.Values(0)[0], c.Width, 1)
	filters, stage, branches := c.Width, 1, c.Depth/2
	for branch := range branches {
		wanted := c.Width
		for range branch * c.Images.Resolutions / max(branches, c.Images.Resolutions) {
			wanted *= 2
		}
		layers := 2
		if branch == branches-1 && c.Depth%2 == 0 {
			layers = 1
		}
		h, into := a, a
		for layer := range layers {
			h.rows = r.rectifyNormalized(h.rows)
			if layer == 0 {
				into = h
			}
			stride := 1
			if layer == 0 && wanted > filters {
				stride = 2
			}
			if c.Net == "conv-residual" {
				h = r.convolve(h, r.draw.Values(stage)[layer], wanted, stride)
			} else {
				h = r.convolve(h, r.draw.Values(stage)[0], wanted, stride)
				stage++
			}
		}
		if c.Net == "conv-residual" {
			a = r.shortcut(a, into, wanted, h.height, r.draw.Values(stage)[layers:])
			for k, row := range h.rows {
				for o, value := range row {
					a.rows[k][o] = c.Alpha * (a.rows[k][o] + c.Beta*value)
				}
			}
			stage++
		} else {
			a = h
		}
		filters = wanted
	}
	if c.Net == "conv-feedforward" {
		a.rows = r.rectifyNormalized(a.rows)
	}
	return r.readOut(a, r.draw.Values(stage)[0])
}

// convolve returns the 3 x 3 convolution of the maps, with a border of zeros.
func (r *convReference) convolve(a maps, kernel []float32, filters, stride int) maps {
	in := len(a.rows[0])
	out := maps{height: (a.height + stride - 1) / stride, width: (a.width + stride - 1) / stride}
	for image := range r.images {
		for y := range out.height {
			for x := range out.width {
				row := make([]float64, filters)
				for dy := range 3 {
					for dx := range 3 {
						fromY, fromX := y*stride+dy-1, x*stride+dx-1
						if fromY < 0 || fromY >= a.height || fromX < 0 || fromX >= a.width {
							continue
						}
						for i, value := range a.rows[(image*a.height+fromY)*a.width+fromX] {
							for o := range row {
								row[o] += value * float64(kernel[((dy*3+dx)*in+i)*filters+o])
							}
						}
					}
				}
				out.rows = append(out.rows, row)
			}
		}
	}
	return out
}

// shortcut returns what a skip hands on of a, where the branch, whose first convolution sees the maps into,
// makes maps of that many filters and that height. The matrix is [filters in, filters out], the only one of
// weights, or there is none.
func (r *convReference) shortcut(a, into maps, filters, height int, weights [][]float32) maps {
	kind := r.net.Config.Images.EffectiveShortcut().Name
	from, stride, changes := a, 1, filters != len(a.rows[0])
	if changes && kind == "preactivated" {
		from = into
	}
	out := maps{height: height, width: a.width}
	if height < a.height {
		stride, out.width = 2, (a.width+1)/2
	}
	for image := range r.images {
		for y := range out.height {
			for x := range out.width {
				old := from.rows[(image*a.height+y*stride)*a.width+x*stride]
				row := make([]float64, filters)
				for o := range row {
					switch {
					case !changes || kind == "option-a" && o < len(old):
						row[o] = old[o]
					case kind == "copy":
						row[o] = old[o%len(old)]
					case kind != "option-a":
						for i, value := range old {
							row[o] += value * float64(weights[0][i*filters+o])
						}
					}
				}
				out.rows = append(out.rows, row)
			}
		}
	}
	return out
}

// readOut returns the sum over images and outputs of the linear map of each image's mean, or of all its
// positions.
func (r *convReference) readOut(a maps, weights []float32) float64 {
	outputs, positions := r.net.Config.Images.Outputs, a.height*a.width
	sum := 0.0
	for k, row := range a.rows {
		for i, value := range row {
			at := i
			if r.net.Config.Images.Flatten {
				at += k % positions * len(row)
			} else {
				value /= float64(positions)
			}
			for o := range outputs {
				sum += value * float64(weights[at*outputs+o])
			}
		}
	}
	return sum
}

// gradient returns central finite differences of the sum of the outputs, with the statistics held for frozen
// ones. With these an image's outputs don't depend on the others', so the sum has each image's own gradient.
func (r *convReference) gradient(x []float64) []float64 {
	const step = 1e-6
	r.record = true
	r.output(x)
	r.record = r.net.Config.Statistics == norms.Coupled
	gradient := make([]float64, len(x))
	for i, value := range x {
		x[i] = value + step
		above := r.output(x)
		x[i] = value - step
		gradient[i] = (above - r.output(x)) / (2 * step)
		x[i] = value
	}
	return gradient
}

// imageBatch returns images of white noise as values and as a batch.
func imageBatch(images, height, width, channels int) ([]float64, *tensors.Tensor) {
	x := make([]float64, images*height*width*channels)
	rng := random.Stream(11)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x, tensors.FromFlatDataAndDimensions(append([]float64(nil), x...), images, height, width, channels)
}

func TestConvolutionalGradientsAgainstFiniteDifferences(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	x, batch := imageBatch(2, 5, 6, 2) // odd and even, so that both ways of halving are seen
	bases := []models.Config{{Net: "conv-feedforward"}}
	for _, name := range models.Shortcuts.Names() {
		kind, err := models.Shortcuts.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		bases = append(bases,
			models.Config{Net: "conv-residual", Beta: 0.4, Alpha: 0.9, Images: models.Images{Shortcut: kind}})
	}
	for _, base := range bases {
		for _, norm := range []*norms.Norm{norms.None, norms.Center, norms.Batch} {
			// 6 and 7 change the shape twice, with frozen statistics and with coupled ones
			for i, depth := range []int{2, 3, 4, 7, 6} {
				config := base
				config.Norm, config.Depth, config.Width = norm, depth, 3
				config.Statistics = []norms.Statistics{norms.Frozen, norms.Coupled}[i%2]
				shortcut := config.Images.Shortcut
				config.Images = models.Images{Height: 5, Width: 6, Channels: 2, Outputs: 3, Flatten: i%2 == 1,
					Shortcut: shortcut}
				t.Run(fmt.Sprintf("%s/%s/%s/%s/depth=%d", config.Net, shortcut, norm, config.Statistics,
					depth), func(t *testing.T) {
					net, err := models.New(config)
					if err != nil {
						t.Fatal(err)
					}
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
					// Two float64 evaluations of the same formula: rounding only, of sums of some hundred
					// terms of size 1.
					if got := want.output(x); math.Abs(sum-got) > 1e-11*math.Max(1, math.Abs(got)) {
						t.Errorf("outputs sum to %g, the formula's to %g", sum, got)
					}
					// As for the dense nets: differences err by about 1e-10 times the size of the sum, which
					// is tens of times a gradient's, and no kink of these nets lies within a step.
					if d := distance(trace.Gradient, want.gradient(x)); d > 1e-6 {
						t.Errorf("gradient differs from finite differences by %.1e", d)
					}
					rectifiers := depth
					if net.Config.Net == "conv-residual" {
						rectifiers = depth - 1 // none in front of the read-out
					}
					if len(trace.Taps) != rectifiers {
						t.Errorf("%d rectifiers were seen, want %d", len(trace.Taps), rectifiers)
					}
				})
			}
		}
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
