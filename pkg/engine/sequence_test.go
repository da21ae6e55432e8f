package engine_test

import (
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// sequence is output for nets that make a sequence of x. The tokens of all inputs are rows, those of an input
// together.
func (r *reference) sequence(x []float64) []float64 {
	n, last := r.net.Config.Width, len(r.net.Stages)-1
	var a [][]float64
	slopes, offsets := r.draw.Values(0)[0], r.draw.Values(0)[1]
	for _, at := range x {
		for t := range models.Tokens {
			row := make([]float64, n)
			for j := range row {
				row[j] = at*float64(slopes[t*n+j]) + float64(offsets[t*n+j])
			}
			a = append(a, row)
		}
	}
	for stage := 1; stage < last; stage++ {
		w := r.draw.Values(stage)
		switch r.net.Config.Net {
		case "transformer-pre":
			a = add(a, attend(r.normalized(a), w), 1, 1)
			a = add(a, perceptron(r.normalized(a), w[4], w[5]), 1, 1)
		case "transformer-post":
			a = r.normalized(add(a, attend(a, w), 1, 1))
			a = r.normalized(add(a, perceptron(a, w[4], w[5]), 1, 1))
		case "mixer":
			a = add(a, exchange(perceptron(exchange(r.normalized(a), models.Tokens), w[0], w[1]), n), 1, 1)
			a = add(a, perceptron(r.normalized(a), w[2], w[3]), 1, 1)
		}
	}
	if r.net.Config.Net != "transformer-post" {
		a = r.normalized(a)
	}
	f := make([]float64, len(x))
	for i, value := range multiplyVector(a, r.draw.Values(last)[0]) {
		f[i/models.Tokens] += value / models.Tokens
	}
	return f
}

// perceptron returns W' rho(W a).
func perceptron(a [][]float64, first, second []float32) [][]float64 {
	return multiply(rectify(multiply(a, first, len(first)/len(a[0]))), second, len(a[0]))
}

// exchange makes rows of the columns of each input, which has so many rows.
func exchange(a [][]float64, rows int) [][]float64 {
	var out [][]float64
	for first := 0; first < len(a); first += rows {
		for j := range a[0] {
			var column []float64
			for t := range rows {
				column = append(column, a[first+t][j])
			}
			out = append(out, column)
		}
	}
	return out
}

// attend returns the attention of each input's tokens, by the matrices of queries, keys, values and of the
// output.
func attend(a [][]float64, w [][]float32) [][]float64 {
	n := len(a[0])
	each := n / models.Heads
	q, k, v := multiply(a, w[0], n), multiply(a, w[1], n), multiply(a, w[2], n)
	made := make([][]float64, len(a))
	for t := range a {
		made[t] = make([]float64, n)
		first := t - t%models.Tokens
		for head := range models.Heads {
			shares, sum := make([]float64, models.Tokens), 0.0
			for s := range shares {
				for e := head * each; e < (head+1)*each; e++ {
					shares[s] += q[t][e] * k[first+s][e] / math.Sqrt(float64(each))
				}
			}
			largest := slices.Max(shares) // left out of all scores, for the exponential to be a number
			for s, score := range shares {
				shares[s] = math.Exp(score - largest)
				sum += shares[s]
			}
			for s, share := range shares {
				for e := head * each; e < (head+1)*each; e++ {
					made[t][e] += share / sum * v[first+s][e]
				}
			}
		}
	}
	return multiply(made, w[3], n)
}
