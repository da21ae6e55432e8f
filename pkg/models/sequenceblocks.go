package models

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Embedding makes a sequence of tokens of a number x: token t is x v_t + p_t, where v_t and p_t, the
// position's own, are ~ Normal(0, 1): from [inputs, 1] to [inputs, Tokens, Features].
type Embedding struct{ Tokens, Features int }

// Params declares v and p, [Tokens, Features] each.
func (e Embedding) Params() []Param {
	dims := []int{e.Tokens, e.Features}
	return []Param{{Name: "weights", Dims: dims, Init: initializers.StandardNormal},
		{Name: "position", Dims: dims, Init: initializers.StandardNormal}}
}

// Build builds the tokens.
func (e Embedding) Build(weights []*Node, x *Node) Signals {
	x.AssertDims(-1, 1)
	tokens := Mul(ExpandAxes(x, 2), ExpandAxes(weights[0], 0)) // [inputs, 1, 1] * [1, tokens, features]
	return Signals{Out: Add(tokens, ExpandAxes(weights[1], 0))}
}

func (e Embedding) check() error {
	return sizes(size{"tokens", e.Tokens}, size{"features", e.Features})
}

// Attention is self-attention of all tokens to all, by several heads (Vaswani et al., 2017): from [inputs,
// tokens, Features] to the same. Head h has queries q = W_q a, keys k = W_k a and values v = W_v a of E =
// Features/Heads numbers a token, and makes sum_s softmax_s(q_t k_s / sqrt(E)) v_s of token t; W_o mixes what
// the heads make.
type Attention struct {
	Features, Heads int

	// Init draws the matrices; nil means initializers.LeCun, of variance 1/Features: for tokens of unit
	// second moment the scores have unit variance and the values unit second moment. That of the output is by
	// the sum of the squared weights of the softmax smaller, a factor from 1/tokens to 1, which nothing makes
	// up for.
	Init *initializers.Initializer
}

// Params declares W_q, W_k, W_v and W_o, [Features, Features] each, the features of a head together.
func (l Attention) Params() []Param {
	var params []Param
	for _, name := range []string{"query", "key", "value", "output"} {
		params = append(params, Param{Name: name, Dims: []int{l.Features, l.Features},
			Init: cmp.Or(l.Init, initializers.LeCun)})
	}
	return params
}

// Build builds the attention.
func (l Attention) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, -1, l.Features)
	inputs, tokens := a.Shape().Dim(0), a.Shape().Dim(1)
	each := l.Features / l.Heads
	of := func(matrix *Node) *Node { // [inputs, tokens, heads, each]
		return Reshape(MatMul(Reshape(a, -1, l.Features), matrix), inputs, tokens, l.Heads, each)
	}
	scores := Einsum("nthe,nshe->nhts", of(weights[0]), of(weights[1]))
	shares := Softmax(MulScalar(scores, 1/math.Sqrt(float64(each))), -1)
	heads := Einsum("nhts,nshe->nthe", shares, of(weights[2]))
	return Signals{Out: Reshape(MatMul(Reshape(heads, -1, l.Features), weights[3]), a.Shape().Dimensions...)}
}

func (l Attention) check() error {
	err := checks(sizes(size{"features", l.Features}, size{"heads", l.Heads}), checkInit(l.Init))
	if err != nil {
		return err
	}
	if l.Features%l.Heads != 0 {
		return fmt.Errorf("it has %d features and %d heads: give a number of features that the heads divide",
			l.Features, l.Heads)
	}
	return nil
}

// MeanOfTokens is the mean of a sequence: from [inputs, tokens, features] to [inputs, features].
type MeanOfTokens struct{}

// Params declares nothing.
func (MeanOfTokens) Params() []Param { return nil }

// Build builds the mean.
func (MeanOfTokens) Build(_ []*Node, a *Node) Signals {
	a.AssertDims(-1, -1, -1)
	return Signals{Out: ReduceMean(a, 1)}
}

// Transposed returns one block of several, which see the last two axes of [inputs, tokens, features]
// exchanged: what they mix are the tokens, each feature by itself.
func Transposed(blocks ...Block) Block { return transposed{Chain(blocks...)} }

type transposed struct{ Within Block }

// Params declares the variables of the blocks.
func (b transposed) Params() []Param { return b.Within.Params() }

// Build builds the blocks between two transpositions.
func (b transposed) Build(weights []*Node, a *Node) Signals {
	a.AssertDims(-1, -1, -1)
	signals := b.Within.Build(weights, Transpose(a, 1, 2))
	signals.Out = Transpose(signals.Out, 1, 2)
	return signals
}

// WithStatistics implements [Statistical].
func (b transposed) WithStatistics(s norms.Statistics) Block {
	b.Within = withStatistics(b.Within, s)
	return b
}

func (b transposed) check() error { return checkBlock(b.Within) }
