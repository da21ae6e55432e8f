package path

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Half is the correlation at which gradients are said to have lost each other: the correlation length is
// where R falls to it.
const Half = 0.5

// Correlation returns R(d_k) for all distances, with the intervals of subject.Crossed.
func (r *Result) Correlation() []subject.Estimate {
	curve := r.moments.Jackknife(r.curve)
	for k, at := range curve {
		curve[k] = at.Within(-1, 1)
	}
	return curve
}

// curve computes R(d_k) from mean moments.
func (r *Result) curve(mean []float64) []float64 {
	t := r.Config.Points
	lagged, squares := mean[:t], mean[t:]
	deviations := make([]float64, t)
	for i, square := range squares {
		deviations[i] = math.Sqrt(square)
	}
	curve := make([]float64, t)
	for k := range t {
		scale := 0.0
		for i := range t - k {
			scale += deviations[i] * deviations[i+k] / float64(t-k)
		}
		if scale > 0 {
			curve[k] = lagged[k] / scale
		}
	}
	curve[0] = 1 // as it is but for rounding
	return curve
}

// Length is a correlation length.
type Length struct {
	// Length is the distance at which R falls to Half, in units of the length of the path; 1 where it
	// doesn't.
	Length subject.Estimate `json:"length"`

	// Reached says whether R falls to Half on the path. Where it doesn't the length is at least 1.
	Reached bool `json:"reached"`

	// Resolved says whether R is still above Half at the distance of neighbouring points. Where it isn't, the
	// points lie too far apart to tell the length, which is less than that distance.
	Resolved bool `json:"resolved"`

	// Step is the distance of neighbouring points, 1 / (T - 1).
	Step float64 `json:"step"`
}

// Length returns the correlation length. Its interval goes from where the lower ends of the intervals of R
// fall to Half to where the upper ends do, or to 1 where these don't: near the end of the path, beyond which
// no length can lie, the jackknife of the length itself would say too little. It has no standard error.
func (r *Result) Length() Length {
	estimates := r.Correlation()
	at := func(end func(subject.Estimate) float64) (float64, bool) {
		curve := make([]float64, len(estimates))
		for k, e := range estimates {
			curve[k] = end(e)
		}
		return crossing(r.Distances, curve)
	}
	value, reached := at(func(e subject.Estimate) float64 { return e.Value })
	l := Length{Length: subject.Estimate{Value: value}, Reached: reached, Resolved: estimates[1].Value > Half,
		Step: r.Distances[1]}
	if estimates[1].Low != nil {
		low, _ := at(func(e subject.Estimate) float64 { return *e.Low })
		high, _ := at(func(e subject.Estimate) float64 { return *e.High })
		l.Length.Low, l.Length.High, l.Length.Draws = &low, &high, estimates[1].Draws
	}
	return l
}

// crossing returns the least distance at which a curve that begins at 1 falls to Half, on straight lines
// between its points, and whether it does; the last distance where it doesn't.
func crossing(distances, curve []float64) (at float64, reached bool) {
	for k := 1; k < len(curve); k++ {
		if curve[k] <= Half {
			share := (curve[k-1] - Half) / (curve[k-1] - curve[k])
			return distances[k-1] + share*(distances[k]-distances[k-1]), true
		}
	}
	return distances[len(distances)-1], false
}

// Colour says what the autocorrelation of the directional derivatives along the path, each series with its
// mean removed, says about their colour.
type Colour struct {
	// ACF is the autocorrelation function at lags 0 to MaxLag of steps along the path.
	ACF []subject.Estimate

	// Brownness tells where it lies between those of white noise (0) and of brown noise (1): see
	// stats.Colour. Noise adds to it near white noise, which its interval allows for.
	Brownness subject.Estimate
}

// Colour returns the colour of the directional derivatives. It returns an error where they don't change along
// a path, as those of a linear net, or where a path has fewer than three points.
func (r *Result) Colour() (*Colour, error) {
	t, pairs := r.Config.Points, len(r.Config.Pairs)
	if t < 3 {
		return nil, fmt.Errorf("a path has %d points: a series of directional derivatives takes at "+
			"least 3", t)
	}
	rows := subject.NewCrossed(r.Config.Draws, pairs)
	for n, series := range r.Series {
		acf, err := stats.ACF(series, min(MaxLag, t-1))
		if err != nil {
			return nil, fmt.Errorf("the directional derivatives: %w", r.Config.named(n/pairs, n%pairs, err))
		}
		rows[n/pairs][n%pairs] = acf
	}
	brownness := rows.Distance(func(mean []float64) float64 {
		colour, err := stats.Colour(mean, t)
		if err != nil { // the lengths fit, and the numbers are finite
			return math.NaN()
		}
		return colour.Brownness
	})
	return &Colour{ACF: rows.Means(), Brownness: brownness.Within(0, 1)}, nil
}
