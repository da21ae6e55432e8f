package jacobian

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Spectrum tells of the n = min(O, D) singular values s of a Jacobian, each number an average over points.
type Spectrum struct {
	// MeanSquare is the mean of the s^2, and SpreadSquare their deviation. Where O <= D a random direction at
	// the outputs has its square length stretched by MeanSquare on the way back, where O >= D one at the
	// inputs on the way forward.
	MeanSquare   subject.Estimate `json:"mean_square"`
	SpreadSquare subject.Estimate `json:"spread_square"`

	// Full tells of the singular values themselves; nil where the Jacobian was not computed in full.
	Full *Full `json:"full"`
}

// Full tells of singular values that were computed.
type Full struct {
	// Mean and Spread are the mean of the s and their deviation.
	Mean   subject.Estimate `json:"mean"`
	Spread subject.Estimate `json:"spread"`

	// Largest and Smallest are the largest and the smallest s.
	Largest  subject.Estimate `json:"largest"`
	Smallest subject.Estimate `json:"smallest"`

	// Inverse is the smallest s over the largest, from 0 to 1: the inverse of the condition number, which is
	// infinite where a direction is lost, as it is after rectifiers.
	Inverse subject.Estimate `json:"inverse_condition"`

	// Rank is the share of the n singular values that are not 0, within the rounding of the precision.
	Rank subject.Estimate `json:"rank"`
}

// Condition returns the condition number, the largest singular value over the smallest, by the mean of its
// inverse: infinite where that is 0.
func (f *Full) Condition() float64 { return 1 / f.Inverse.Value }

// fields are the numbers of a spectrum in the order of a row.
func (s *Spectrum) fields() []*subject.Estimate {
	fields := []*subject.Estimate{&s.MeanSquare, &s.SpreadSquare}
	if s.Full != nil {
		f := s.Full
		fields = append(fields, &f.Mean, &f.Spread, &f.Largest, &f.Smallest, &f.Inverse, &f.Rank)
	}
	return fields
}

// summarize summarises rows of a spectrum's numbers.
func summarize(rows subject.Crossed, full bool) Spectrum {
	var s Spectrum
	if full {
		s.Full = new(Full)
	}
	means := rows.Means()
	for i, field := range s.fields() {
		highest := math.Inf(1)
		if s.Full != nil && (field == &s.Full.Inverse || field == &s.Full.Rank) {
			highest = 1
		}
		*field = means[i].Within(0, highest)
	}
	return s
}

// take takes the Jacobians of the stages first to last at all points, and averages what they tell.
func (c Config) take(ctx context.Context, net *engine.Linear, first, last int, rng *rand.Rand) (part, error) {
	in, _ := net.Dims(first)
	_, out := net.Dims(last)
	p := part{outputs: size(out), inputs: size(in)}
	if err := c.checkMemory(p.outputs, p.inputs); err != nil {
		return p, err
	}
	p.full = c.full(p.outputs, p.inputs)
	u := make([][]float64, c.Vectors) // vectors x outputs: the same at all points
	if p.full {
		u = make([][]float64, p.outputs)
	}
	for k := range u {
		u[k] = make([]float64, p.outputs)
		if p.full {
			u[k][k] = 1
			continue
		}
		for o := range u[k] {
			u[k][o] = float64(2*rng.IntN(2) - 1)
		}
	}
	products, err := pull(ctx, net, first, last, u, c.Points)
	if err != nil {
		return p, err
	}
	for point := range c.Points {
		of := mat.NewDense(len(u), p.inputs, nil)
		for k := range u {
			of.SetRow(k, products[k][point*p.inputs:][:p.inputs])
		}
		var numbers []float64
		if p.full {
			numbers, err = computed(of, c.DType)
		} else {
			numbers = estimated(of, u, p.outputs)
		}
		if err != nil {
			return p, err
		}
		if p.row == nil {
			p.row = make([]float64, len(numbers))
		}
		floats.AddScaled(p.row, 1/float64(c.Points), numbers)
	}
	return p, nil
}

// size returns the number of values of one row of a batch.
func size(dims []int) int {
	size := 1
	for _, dim := range dims[1:] {
		size *= dim
	}
	return size
}

// pull returns u^T J for each of the vectors, at all points one after the other.
func pull(
	ctx context.Context, net *engine.Linear, first, last int, u [][]float64, points int,
) ([][]float64, error) {
	products := make([][]float64, len(u))
	for k, vector := range u {
		var err error
		if products[k], err = net.Pull(ctx, first, last, slices.Repeat(vector, points)); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(products[k], func(x float64) bool { return !numbers.Finite(x) }); i >= 0 {
			return nil, fmt.Errorf("a Jacobian has %w (%g): the signal leaves the range of numbers on its "+
				"way through the net; choose smaller weights, or a net of fewer layers",
				engine.ErrNotFinite, products[k][i])
		}
	}
	return products, nil
}

// computed returns the numbers of a Jacobian's spectrum.
func computed(j *mat.Dense, dtype dtypes.DType) ([]float64, error) {
	var svd mat.SVD
	if !svd.Factorize(j, mat.SVDNone) {
		return nil, fmt.Errorf("the singular values of a Jacobian can't be computed: the method does not " +
			"converge")
	}
	s := svd.Values(nil)
	n := float64(len(s))
	squares := make([]float64, len(s))
	floats.MulTo(squares, s, s)
	mean, meanSquare := floats.Sum(s)/n, floats.Sum(squares)/n
	rows, columns := j.Dims()
	// What rounding leaves of a singular value of 0, as NumPy's matrix_rank has it.
	floor := s[0] * float64(max(rows, columns)) * roundings[dtype]
	rank, smallest, inverse := 0.0, s[len(s)-1], 0.0
	for _, value := range s {
		if value > floor {
			rank += 1 / n
		}
	}
	if smallest > floor {
		inverse = smallest / s[0]
	} else {
		smallest = 0
	}
	return []float64{
		meanSquare, deviation(squares, meanSquare), mean, deviation(s, mean), s[0], smallest, inverse, rank,
	}, nil
}

// roundings are the distances of 1 from the next larger number.
var roundings = map[dtypes.DType]float64{dtypes.Float32: 0x1p-23, dtypes.Float64: 0x1p-52}

// deviation returns the root of the mean square of the values' distance from their mean.
func deviation(values []float64, mean float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += (value - mean) * (value - mean)
	}
	return math.Sqrt(sum / float64(len(values)))
}

// estimated returns estimates of the mean of s^2 and its deviation, from products y_k = J^T u_k with vectors
// of signs.
func estimated(y *mat.Dense, u [][]float64, outputs int) []float64 {
	vectors, inputs := y.Dims()
	trace := 0.0
	for k := range vectors {
		row := y.RawRowView(k)
		trace += floats.Dot(row, row) / float64(vectors)
	}
	// Of J J^T less c I, whose trace is 0.
	c := trace / float64(outputs)
	square := 0.0
	for k := range vectors {
		for l := range k {
			d := floats.Dot(y.RawRowView(k), y.RawRowView(l)) - c*floats.Dot(u[k], u[l])
			square += d * d / float64(vectors*(vectors-1)/2)
		}
	}
	// tr((J J^T)^2) = tr((J J^T - c I)^2) + c^2 O; where D < O the J J^T has O - D eigenvalues of 0 that are
	// no singular values.
	n := float64(min(outputs, inputs))
	mean := trace / n
	fourth := (square + c*c*float64(outputs)) / n
	return []float64{mean, math.Sqrt(max(0, fourth-mean*mean))}
}
