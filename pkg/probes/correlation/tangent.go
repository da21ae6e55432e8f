package correlation

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// A doubled net carries, below its states, their derivatives in a direction of the neurons a_1: twice as many
// rows. Its first stage is below, its second source, and all others are tangent.

// below is the rectified input layer: it lies below the neurons, so nothing is observed of it.
type below struct{ models.Block }

// Build builds the block and hides its rectifier.
func (b below) Build(weights []*Node, in *Node) models.Signals {
	return models.Signals{Out: b.Block.Build(weights, in).Out}
}

// source is the first linear map, a_1 = W_0 h: below a_1 it puts the direction, the same for every input.
type source struct {
	models.Block
	Width int
}

// Params declares the block's variables and the direction.
func (b source) Params() []models.Param {
	return append(b.Block.Params(), models.Param{Name: "direction", Dims: []int{b.Width}, Init: signs})
}

// Build builds a_1 and its direction.
func (b source) Build(weights []*Node, in *Node) models.Signals {
	last := len(weights) - 1
	out := b.Block.Build(weights[:last], in).Out
	direction := BroadcastToShape(ExpandAxes(weights[last], 0), out.Shape())
	return models.Signals{Out: Concatenate([]*Node{out, direction}, 0)}
}

// signs draws -1 or 1: with E[v_n v_m] = 1 where n = m and 0 elsewhere, a mean of products of derivatives in
// direction v is the sum over neurons of their products (Hutchinson's estimator of a trace), without noise in
// the terms n = m.
var signs = &initializers.Initializer{Name: "signs",
	Fill: func(rng *random.Generator, _ []int, values []float32) {
		for i := range values {
			values[i] = float32(2*rng.IntN(2) - 1)
		}
	}}

// tangent is a doubled block above the neurons. Batch statistics see the states alone.
type tangent struct {
	models.Block
	Activation *activations.Activation

	// Feedforward says that the net has no skips, and Variance is that of the matrices, times the fan-in.
	Feedforward bool
	Variance    float64
}

// Build builds the doubled block. At a rectifier, Preactivation is the derivative of what a read-out of the
// net cut off after this layer would see, [inputs, units], and Argument the slope of rectifier and
// normalisation, d rho(norm(a)) / da, [inputs, units].
func (b tangent) Build(weights []*Node, in *Node) models.Signals {
	rows := in.Shape().Dimensions[0] / 2
	state, direction := Slice(in, AxisRange(0, rows)), Slice(in, AxisRange(rows))
	signals := b.Block.Build(weights, state)
	out := forwardDerivative(signals.Out, state, direction)
	doubled := models.Signals{Out: Concatenate([]*Node{signals.Out, out}, 0)}
	for _, rectifier := range signals.Rectifiers {
		hidden := b.Activation.Apply(rectifier.Argument)
		seen := models.Rectifier{Preactivation: out}
		if b.Feedforward {
			// The expectation over the layer's matrix can be taken exactly as well.
			seen.Preactivation = MulScalar(forwardDerivative(hidden, state, direction), math.Sqrt(b.Variance))
		}
		// With frozen statistics rho(norm(a)) acts on each entry by itself, so this gradient holds the
		// slopes.
		seen.Argument = Gradient(ReduceAllSum(hidden), rectifier.Preactivation)[0]
		doubled.Rectifiers = append(doubled.Rectifiers, seen)
	}
	return doubled
}

// forwardDerivative returns the derivative of y in a direction of x. Reverse-mode differentiation gives the
// product of a vector u with the Jacobian, which is linear in u: differentiating its inner product with the
// direction once more, with respect to u, gives the product of the Jacobian with the direction.
func forwardDerivative(y, x, direction *Node) *Node {
	u := OnesLike(y)
	pulled := Gradient(ReduceAllSum(Mul(y, u)), x)[0]
	return Gradient(ReduceAllSum(Mul(pulled, StopGradient(direction))), u)[0]
}
