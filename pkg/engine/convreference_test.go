package engine_test

import "github.com/shattered-gradients/shattered/pkg/models/norms"

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
