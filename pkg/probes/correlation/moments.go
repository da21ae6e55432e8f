package correlation

import (
	"sync"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// The moments of one depth of one draw, in this order; behind them stands E[g_i^2] given all weights but the
// read-out's, one number an input.
const (
	pairProduct  = iota // E[g_i g_j] given all weights but the read-out's, mean over pairs
	slopeSquare         // squared slope of a rectifier with its normalisation, mean over inputs and units
	slopeProduct        // product of its slopes at the two inputs of a pair, mean over pairs and units
	activeShare         // share of inputs on which a unit has a slope other than 0
	activePairs         // share of pairs on both inputs of which it has
	scalars
)

// taps holds the taps made so far, by their pairs: runs with the same tap share their compiled steps.
var taps sync.Map

// momentsTap returns what is observed at every rectifier of a doubled net: a vector of scalars + inputs
// moments.
func momentsTap(of pairs) *engine.Tap {
	tap, _ := taps.LoadOrStore(of.key(), &engine.Tap{Graph: func(s models.Rectifier) *Node {
		g := s.Argument.Graph()
		pairs := Const(g, tensors.FromFlatDataAndDimensions(of.mean(), len(of.first), len(of.first)))
		pairwise := func(rows *Node) *Node { // mean over pairs and units of products of rows
			units := float64(rows.Shape().Dimensions[1])
			products := MatMul(rows, Transpose(rows, 0, 1))
			return DivScalar(ReduceAllSum(Mul(products, pairs)), units)
		}
		active := ConvertDType(GreaterThan(Abs(s.Argument), ScalarZero(g, engine.DType)), engine.DType)
		moments := make([]*Node, scalars+1)
		moments[pairProduct] = pairwise(s.Preactivation)
		moments[slopeSquare] = ReduceAllMean(Square(s.Argument))
		moments[slopeProduct] = pairwise(s.Argument)
		moments[activeShare] = ReduceAllMean(active)
		moments[activePairs] = pairwise(active)
		for i, moment := range moments[:scalars] {
			moments[i] = Reshape(moment, 1)
		}
		moments[scalars] = ReduceMean(Square(s.Preactivation), 1)
		return Concatenate(moments, 0)
	}})
	return tap.(*engine.Tap)
}
