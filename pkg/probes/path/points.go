package path

import (
	"errors"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/gonum/floats"
)

// Pair are two inputs and what leads from one to the other.
type Pair struct {
	// From and To are the inputs, their values in row-major order.
	From, To []float64

	// Label is the class of From, for the gradient of the loss; negative for the class that the net itself
	// gives to From.
	Label int
}

// Kind says which way a path takes.
type Kind string

const (
	// Line is the straight line x(t) = a + t (b - a). It is the default; the empty string means Line.
	Line Kind = "line"

	// Arc is the arc of a circle around 0, x(t) = r (cos(t theta) u + sin(t theta) v): u is the direction of
	// a, v the direction in the plane of a and b that is orthogonal to u, theta the angle between a and b,
	// and r the mean of their lengths, to which both ends are scaled. All its inputs are of one length, where
	// those on a line between two unlike inputs are shorter in the middle.
	Arc Kind = "arc"
)

// Way is the path of a pair, with T points x(t_1), ..., x(t_T) at t_i = (i - 1) / (T - 1). Equal steps of t
// are equal steps along the path.
type Way struct {
	// Points is T, Size the number of values of an input.
	Points, Size int

	// At writes the input x(t_(i+1)), for i from 0 to T - 1, and Tangent the unit tangent x'(t) / |x'(t)|
	// there.
	At, Tangent func(i int, into []float64)
}

// All returns all points, one after the other.
func (w *Way) All() []float64 {
	all := make([]float64, w.Points*w.Size)
	for i := range w.Points {
		w.At(i, all[i*w.Size:(i+1)*w.Size])
	}
	return all
}

// Way returns the path of a kind, with that many points. It returns an error when the ends differ in size,
// are not finite, or have no such path between them.
func (p Pair) Way(kind Kind, points int) (*Way, error) {
	if len(p.From) != len(p.To) || len(p.From) == 0 {
		return nil, fmt.Errorf("the inputs of a pair have %d and %d values: give two of the net's "+
			"input shape", len(p.From), len(p.To))
	}
	if points < 2 {
		return nil, fmt.Errorf("points is %d: give the number of inputs on a path, at least 2, its "+
			"two ends", points)
	}
	for _, end := range [][]float64{p.From, p.To} {
		for _, value := range end {
			if !numbers.Finite(value) {
				return nil, fmt.Errorf("an input has the value %g: give finite numbers", value)
			}
		}
	}
	switch kind {
	case "", Line:
		return p.line(points)
	case Arc:
		return p.arc(points)
	}
	return nil, fmt.Errorf("unknown kind of path %q: choose %s or %s", kind, Line, Arc)
}

// line returns the straight line. Each coordinate takes the steps of data.Grid, to the last bit.
func (p Pair) line(points int) (*Way, error) {
	tangent := make([]float64, len(p.From))
	floats.SubTo(tangent, p.To, p.From)
	length := floats.Norm(tangent, 2)
	if length == 0 {
		return nil, errors.New("the two inputs of a pair are equal: no line leads from one to the other; " +
			"give different ones")
	}
	step := make([]float64, len(p.From))
	for k, difference := range tangent {
		step[k] = difference / float64(points-1)
	}
	floats.Scale(1/length, tangent)
	return &Way{
		Points: points, Size: len(p.From),
		At: func(i int, into []float64) {
			if i == points-1 {
				copy(into, p.To)
				return
			}
			for k, from := range p.From {
				into[k] = from + step[k]*float64(i)
			}
		},
		Tangent: func(_ int, into []float64) { copy(into, tangent) },
	}, nil
}

// arc returns the arc.
func (p Pair) arc(points int) (*Way, error) {
	size := len(p.From)
	from, to := floats.Norm(p.From, 2), floats.Norm(p.To, 2)
	if from == 0 || to == 0 {
		return nil, errors.New("an input of a pair is 0, which has no direction: give others, or take the " +
			"line between them")
	}
	u, v := make([]float64, size), make([]float64, size)
	floats.AddScaled(u, 1/from, p.From)
	along := floats.Dot(u, p.To)
	floats.AddScaledTo(v, p.To, -along, u)
	across := floats.Norm(v, 2)
	if across < 1e-6*to {
		return nil, errors.New("the two inputs of a pair lie on one line through 0, so that no single arc " +
			"leads from one to the other: give others, or take the line between them")
	}
	floats.Scale(1/across, v)
	theta, radius := math.Atan2(across, along), (from+to)/2
	// ofU(t theta) u + ofV(t theta) v
	between := func(i int, ofU, ofV func(float64) float64, into []float64) {
		angle := theta * float64(i) / float64(points-1)
		a, b := ofU(angle), ofV(angle)
		for k := range into {
			into[k] = a*u[k] + b*v[k]
		}
	}
	return &Way{
		Points: points, Size: size,
		At: func(i int, into []float64) {
			between(i, math.Cos, math.Sin, into)
			floats.Scale(radius, into)
		},
		Tangent: func(i int, into []float64) {
			between(i, func(angle float64) float64 { return -math.Sin(angle) }, math.Cos, into)
		},
	}, nil
}
