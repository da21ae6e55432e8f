package models

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Sizes of transformers and mixers, besides Depth, the number of blocks, and Width, that of features a token.
const (
	// Tokens is the length of the sequence that a number is made to, and Heads the number of a transformer's,
	// or the most below that divide its width.
	Tokens, Heads = 8, 4

	// SequenceWidth is the number of features of a token unless a Config has its own.
	SequenceWidth = 64

	// expansion is what the layer with the rectifier has more units by than there are features.
	expansion = 4
)

// Transformers (Vaswani et al., 2017) with the normalisation in front of each part of a block, as Xiong et
// al. (2020) recommend it, and in front of the read-out:
//
//	a' = a + attention(norm(a))
//	a" = a' + W' rho(W norm(a'))
//
// L counts blocks. Each has one rectifier, of 4 N units a token, and skips over its two parts. The norm is
// that of the Config, of each token by itself for norms.Layer, which transformers have. Matrices behind
// rectifiers are drawn by the Config's initialiser, and all others are ~ Normal(0, 1 / fan-in). There are no
// biases.
//
// With batch normalisation in front of the mean of the tokens, which is linear, the sum of all outputs is 0
// whatever the inputs are: gradients through the batch statistics, norms.Coupled, are 0 but for rounding.
var _ = Architectures.Register("transformer-pre",
	sequence("pre-norm transformer", Config.withoutScales, func(c Config) []Stage {
		attention := append(c.tokenNorm(), Attention{Features: c.Width, Heads: c.heads()})
		perceptron := append(c.tokenNorm(), c.perceptron(c.Width)...)
		return c.sequenceStages(Chain(Skip(1, 1, attention...), Skip(1, 1, perceptron...)), c.tokenNorm())
	}))

// Transformers as they were first, with the normalisation behind each sum:
//
//	a' = norm(a + attention(a))
//	a" = norm(a' + W' rho(W a'))
var _ = Architectures.Register("transformer-post",
	sequence("post-norm transformer", Config.withoutScales, func(c Config) []Stage {
		attention := Skip(1, 1, Attention{Features: c.Width, Heads: c.heads()})
		perceptron := Skip(1, 1, c.perceptron(c.Width)...)
		blocks := slices.Concat([]Block{attention}, c.tokenNorm(), []Block{perceptron}, c.tokenNorm())
		return c.sequenceStages(Chain(blocks...), nil)
	}))

// MLP-Mixers (Tolstikhin et al., 2021), which are pre-norm transformers with a perceptron over the tokens,
// each feature by itself, in the place of the attention: two rectifiers a block, of 4 T and of 4 N units.
var _ = Architectures.Register("mixer",
	sequence("mixer", Config.withoutScales, func(c Config) []Stage {
		tokens := append(c.tokenNorm(), Transposed(c.perceptron(Tokens)...))
		features := append(c.tokenNorm(), c.perceptron(c.Width)...)
		return c.sequenceStages(Chain(Skip(1, 1, tokens...), Skip(1, 1, features...)), c.tokenNorm())
	}))

// sequence returns the architecture of a net that makes a sequence of its one-dimensional input.
func sequence(title string, check func(Config) (Config, error), stages func(Config) []Stage) Architecture {
	architecture := dense(title, check, stages)
	architecture.Width, architecture.Positions = SequenceWidth, Tokens
	return architecture
}

// sequenceStages returns a net of L equal blocks on the embedded input, read out linearly from the mean of
// the tokens, behind the blocks in front of it.
func (c Config) sequenceStages(block Block, inFront []Block) []Stage {
	stages := []Stage{{Name: "input", Block: Embedding{Tokens: Tokens, Features: c.Width}}}
	for l := 1; l <= c.Depth; l++ {
		stages = append(stages, Stage{Name: fmt.Sprintf("block_%d", l), Block: block})
	}
	readout := Chain(append(inFront, MeanOfTokens{}, linearReadout(c).Block)...)
	return append(stages, Stage{Name: "readout", Block: readout})
}

// tokenNorm returns the normalisation of tokens, where there is one.
func (c Config) tokenNorm() []Block {
	if c.Norm == norms.None {
		return nil
	}
	return []Block{Normalize{Norm: c.Norm, Statistics: c.Statistics}}
}

// perceptron returns W' rho(W a), with more units than a has features.
func (c Config) perceptron(features int) []Block {
	units := expansion * features
	return []Block{
		Linear{In: features, Out: units, Init: initializers.LeCun}, Rectified{c.bareRectifier(units)},
		Linear{In: c.Activation.Outputs(units), Out: features, Init: c.behind(c.Initializer)},
	}
}

// heads returns the number of a transformer's heads: Heads, or the most below that divide the width.
func (c Config) heads() int {
	heads := Heads
	for c.Width%heads != 0 {
		heads--
	}
	return heads
}

// withoutScales checks that a net has no weights of skips and branches to choose.
func (c Config) withoutScales() (Config, error) {
	return c, checks(c.withoutRescaling(), c.withoutGamma2())
}
