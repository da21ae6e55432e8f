package engine_test

import (
	"math"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// reference evaluates nets in plain Go from the formulas of package models' documentation, sharing no code
// with them but the drawn weights. It can hold batch statistics at values recorded earlier, which is what
// frozen statistics mean.
type reference struct {
	net  *models.Net
	draw *models.Draw

	// means and scales are the batch statistics of each normalisation, in order: recorded while record is
	// set, used as they are otherwise.
	record        bool
	means, scales [][]float64
	next          int // the normalisation that comes next
}

// output returns f at every input.
func (r *reference) output(x []float64) []float64 {
	r.next = 0
	if r.record {
		r.means, r.scales = nil, nil
	}
	c := r.net.Config
	if c.Net == "mixer" || strings.HasPrefix(c.Net, "transformer") {
		return r.sequence(x)
	}
	n, last := c.Width, len(r.net.Stages)-1
	bias := r.draw.Values(0)[0]
	h := make([][]float64, len(x))
	for i := range x {
		h[i] = make([]float64, n)
		for j := range h[i] {
			h[i][j] = math.Max(0, x[i]-float64(bias[j]))
		}
	}
	readout := r.draw.Values(last)[0]
	if c.Depth == 1 {
		return multiplyVector(h, readout)
	}
	a := multiply(h, r.draw.Values(1)[0], n)
	carry, gain := 0.0, 1.0
	switch c.Net {
	case "residual", "post-residual":
		carry, gain = c.Alpha, c.Alpha*c.Beta
	case "highway":
		carry, gain = math.Sqrt(1-c.Gamma2*c.Gamma2), c.Gamma2
	}
	if c.Net == "post-residual" {
		return multiplyVector(r.post(r.rectifyNormalized(a), carry, gain), readout)
	}
	if c.Net == "densenet" {
		return multiplyVector(r.rectifyNormalized(r.dense(a)), readout)
	}
	for stage := 2; stage < last; stage++ {
		branch := a
		for _, weights := range r.draw.Values(stage) {
			if len(weights) > 1 { // and not the learnt weight of the branch, which starts at beta
				branch = multiply(r.rectifyNormalized(branch), weights, n)
			}
		}
		a = add(a, branch, carry, gain)
	}
	if c.Net == "feedforward" {
		a = r.rectifyNormalized(a)
	}
	return multiplyVector(a, readout)
}

// post returns what the layers of a net with its rectifiers behind the sums make of h.
func (r *reference) post(h [][]float64, carry, gain float64) [][]float64 {
	for stage := 3; stage < len(r.net.Stages)-1; stage++ {
		branch := h
		for k, weights := range r.draw.Values(stage) {
			if len(weights) == 1 { // the learnt weight of the branch, which starts at beta
				continue
			}
			if k > 0 {
				branch = r.rectifyNormalized(branch)
			}
			branch = multiply(branch, weights, r.net.Config.Width)
		}
		h = rectify(add(h, r.normalized(branch), carry, gain))
	}
	return h
}

// dense returns what the layers of a net of dense connections make of a.
func (r *reference) dense(a [][]float64) [][]float64 {
	for stage := 2; stage < len(r.net.Stages)-1; stage++ {
		weights := r.draw.Values(stage)[0]
		made := multiply(r.rectifyNormalized(a), weights, len(weights)/len(a[0]))
		if strings.HasPrefix(r.net.Stages[stage].Name, "layer") {
			for i, row := range a {
				made[i] = slices.Concat(row, made[i])
			}
		}
		a = made
	}
	return a
}

// add returns carry a + gain branch.
func add(a, branch [][]float64, carry, gain float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		for j := range a[i] {
			out[i] = append(out[i], carry*a[i][j]+gain*branch[i][j])
		}
	}
	return out
}

// rectifyNormalized returns rho(norm(a)).
func (r *reference) rectifyNormalized(a [][]float64) [][]float64 { return rectify(r.normalized(a)) }

// rectify returns rho(a).
func rectify(a [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i, row := range a {
		for _, value := range row {
			out[i] = append(out[i], math.Max(0, value))
		}
	}
	return out
}

// normalized returns norm(a).
func (r *reference) normalized(a [][]float64) [][]float64 {
	switch r.net.Config.Norm.Name {
	case "layer", "group": // the groups of 7 features are one
		return normalizeEach(a, true)
	case "rms":
		return normalizeEach(a, false)
	}
	if r.record {
		mean, scale := make([]float64, len(a[0])), make([]float64, len(a[0]))
		for j := range mean {
			sum, squares := 0.0, 0.0
			for i := range a {
				sum += a[i][j]
			}
			for i := range a {
				squares += math.Pow(a[i][j]-sum/float64(len(a)), 2)
			}
			scale[j] = 1
			if r.net.Config.Norm.Name != "none" {
				mean[j] = sum / float64(len(a))
			}
			if r.net.Config.Norm.Name == "bn" {
				scale[j] = 1 / math.Sqrt(squares/float64(len(a))+1e-5)
			}
		}
		r.means, r.scales = append(r.means, mean), append(r.scales, scale)
	}
	mean, scale := r.means[r.next], r.scales[r.next]
	r.next++
	out := make([][]float64, len(a))
	for i := range a {
		for j := range a[i] {
			out[i] = append(out[i], (a[i][j]-mean[j])*scale[j])
		}
	}
	return out
}

// normalizeEach normalises each input by itself, around its mean or not.
func normalizeEach(a [][]float64, centre bool) [][]float64 {
	out := make([][]float64, len(a))
	for i, row := range a {
		mean, square := 0.0, 0.0
		for _, value := range row {
			mean += value / float64(len(row))
		}
		if !centre {
			mean = 0
		}
		for _, value := range row {
			square += (value - mean) * (value - mean) / float64(len(row))
		}
		for _, value := range row {
			out[i] = append(out[i], (value-mean)/math.Sqrt(square+1e-5))
		}
	}
	return out
}

// gradient returns the central finite differences of the output: of f(x_i) with statistics held for frozen
// statistics, of the sum of all outputs for coupled ones.
func (r *reference) gradient(x []float64) []float64 {
	const step = 3e-7
	r.record = true
	r.output(x)
	r.record = r.net.Config.Statistics == "coupled"
	sumAt := func(i int, shift float64) float64 {
		moved := append([]float64(nil), x...)
		moved[i] += shift
		sum := 0.0
		for _, f := range r.output(moved) {
			sum += f
		}
		return sum
	}
	gradient := make([]float64, len(x))
	for i := range x {
		gradient[i] = (sumAt(i, step) - sumAt(i, -step)) / (2 * step)
	}
	return gradient
}

// multiply returns h W for W of n columns in row-major order.
func multiply(h [][]float64, weights []float32, n int) [][]float64 {
	out := make([][]float64, len(h))
	for i := range h {
		out[i] = make([]float64, n)
		for k, value := range h[i] {
			for j := range n {
				out[i][j] += value * float64(weights[k*n+j])
			}
		}
	}
	return out
}

// multiplyVector returns h w.
func multiplyVector(h [][]float64, weights []float32) []float64 {
	out := make([]float64, len(h))
	for i, column := range multiply(h, weights, 1) {
		out[i] = column[0]
	}
	return out
}
