package activations

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// PReLU is the parametric rectifier of He et al. 2015, x where x > 0 and a x elsewhere, with one learnt slope
// a for each feature. The slopes start at 1, so that a net of it starts out linear: the paper's other way to
// a looks-linear initialisation, which it found less effective than CReLU.
var PReLU = register(&Activation{
	Name: "prelu", Title: "PReLU",
	Learnt: func(x, slope *Node) *Node {
		return Where(GreaterThan(x, ZerosLike(x)), x, Mul(x, ExpandLeftToRank(slope, x.Rank())))
	},
	LearntInit: initializers.One,
})
