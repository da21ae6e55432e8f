package path_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// TestArcHasItsClosedForm takes the net |x|^2 / 2, whose gradient at x is x: on an arc of angle theta and
// radius r, g_i . g_j = r^2 cos(theta (t_i - t_j)), so that R(d) = cos(theta d), which is 1/2 at d = (pi / 3)
// / theta; and the gradient is orthogonal to the arc.
func TestArcHasItsClosedForm(t *testing.T) {
	const theta, points = 2.0, 65
	from, to := make([]float64, 6), make([]float64, 6)
	from[1], to[1], to[4] = 3, 5*math.Cos(theta), 5*math.Sin(theta)
	result := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "square", []int{2, 3}, testnets.HalfSquare{}),
			DType: dtypes.Float64},
		Kind: path.Arc, Points: points, Pairs: []path.Pair{{From: from, To: to}},
	})
	curve := result.Correlation()
	for k, d := range result.Distances {
		if want := math.Cos(theta * d); !close(curve[k].Value, want) || !close(result.Map.At(0, k), want) {
			t.Errorf("R at distance %g is %g and %g, want %g", d, curve[k].Value, result.Map.At(0, k), want)
		}
		if math.Abs(result.Series[0][k]) > 1e-12 { // of numbers of size r = 4
			t.Errorf("the derivative along the arc is %g, want 0", result.Series[0][k])
		}
	}
	length := result.Length()
	// A straight line over a step h errs by at most h^2 theta^2 / 8, over a slope of theta sin(pi / 3).
	tolerance := math.Pow(theta/(points-1), 2) / 8 / (theta * math.Sin(math.Pi/3))
	if want := math.Pi / 3 / theta; math.Abs(length.Length.Value-want) > tolerance || !length.Reached ||
		!length.Resolved || length.Length.Low != nil {
		t.Errorf("correlation length %+v, want %g within %g", length, want, tolerance)
	}
}

// TestLineHasItsClosedForm takes the same net on lines, with the products of the inputs themselves, for two
// pairs and two equal draws.
func TestLineHasItsClosedForm(t *testing.T) {
	const points = 9
	pairs := []path.Pair{{From: []float64{1, 0, 2}, To: []float64{-1, 1, 0}},
		{From: []float64{0, 3, 0}, To: []float64{2, -2, 1}}}
	result := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "square", []int{3}, testnets.HalfSquare{}), Draws: 2,
			DType: dtypes.Float64}, Points: points, Pairs: pairs,
	})
	product := func(i, j int) float64 { // sum over pairs
		sum := 0.0
		for _, pair := range pairs {
			for k := range pair.From {
				at := func(i int) float64 {
					return pair.From[k] +
						float64(i)/(points-1)*(pair.To[k]-pair.From[k])
				}
				sum += at(i) * at(j)
			}
		}
		return sum
	}
	curve := result.Correlation()
	for lag := range points {
		above, below := 0.0, 0.0
		for i := range points - lag {
			above += product(i, i+lag)
			below += math.Sqrt(product(i, i) * product(i+lag, i+lag))
			if want := product(i, i+lag) /
				math.Sqrt(product(i, i)*product(i+lag, i+lag)); !close(result.Map.At(i, i+lag), want) {
				t.Errorf("R(%d,%d) is %g, want %g", i, i+lag, result.Map.At(i, i+lag), want)
			}
		}
		if !close(curve[lag].Value, above/below) {
			t.Errorf("R at lag %d is %g, want %g", lag, curve[lag].Value, above/below)
		}
	}
	if curve[4].Draws != 2 || !(curve[4].StdErr > 0) { // from the two pairs; equal draws add nothing
		t.Errorf("R at lag 4 is %+v: want an error from two pairs", curve[4])
	}
	for n, series := range result.Series {
		pair := pairs[n%2]
		for i, derivative := range series {
			want, length := 0.0, 0.0
			for k := range pair.From {
				step := pair.To[k] - pair.From[k]
				want += (pair.From[k] + float64(i)/(points-1)*step) * step
				length += step * step
			}
			if !close(derivative, want/math.Sqrt(length)) {
				t.Errorf("path %d: derivative %d is %g, want %g", n, i, derivative, want/math.Sqrt(length))
			}
		}
	}
}

// TestLengthNearTheEnd: where R ends little above 1/2 the length is 1 on average, and may be less. On arcs of
// angles theta around 0 the net |x|^2 / 2 has R(d) = cos(theta d), which falls to 1/2 on one of these four.
func TestLengthNearTheEnd(t *testing.T) {
	var pairs []path.Pair
	for _, theta := range []float64{0.8, 0.9, 1, 1.1} {
		pairs = append(pairs,
			path.Pair{From: []float64{1, 0}, To: []float64{math.Cos(theta), math.Sin(theta)}})
	}
	result := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "square", []int{2}, testnets.HalfSquare{}),
			DType: dtypes.Float64}, Kind: path.Arc, Points: 33, Pairs: pairs,
	})
	length := result.Length()
	low, high := *length.Length.Low, *length.Length.High
	if length.Reached || length.Length.Value != 1 || !(low > 0.7 && low < 0.95) || high != 1 {
		t.Errorf("the length is %v", length.Length)
	}
}

// TestLinearNetNeverLosesItsGradient: the gradient is one vector everywhere.
func TestLinearNetNeverLosesItsGradient(t *testing.T) {
	net := testnets.Net(t, "linear", []int{3}, testnets.Dense{In: 3, Out: 2})
	result := run(t, path.Config{
		Subject: subject.Subject{Net: net, Draws: 3, Seed: 1, DType: dtypes.Float64}, Points: 20,
		Pairs: []path.Pair{{From: normals(3), To: normals(3, 1)}},
	})
	if length := result.Length(); length.Reached || length.Length.Value != 1 || *length.Length.Low != 1 {
		t.Errorf("correlation length %+v: want one that is not reached", length)
	}
	for i := range 20 {
		if !close(result.Map.At(0, i), 1) {
			t.Errorf("R(0,%d) is %g, want 1", i, result.Map.At(0, i))
		}
	}
	constant := run(t, path.Config{
		Subject: subject.Subject{Net: testnets.Net(t, "linear", []int{1}, testnets.Dense{In: 1, Out: 1}),
			Draws: 2}, Points: 4, Pairs: []path.Pair{{From: []float64{0}, To: []float64{1}}},
	})
	if _, err := constant.Colour(); err == nil || !strings.Contains(err.Error(), "constant") {
		t.Errorf("a constant series gives %v", err)
	}
}
