package models_test

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestBadCompositionsAreRefused: what can't be a net is a sentence.
func TestBadCompositionsAreRefused(t *testing.T) {
	linear := models.Linear{In: 2, Out: 2}
	stage := func(name string, block models.Block) models.Stage {
		return models.Stage{Name: name, Block: block}
	}
	for want, compose := range map[string]func() (*models.Net, error){
		"has no name": func() (*models.Net, error) {
			return models.Compose("", []int{2}, stage("a", linear))
		},
		"called like an architect": func() (*models.Net, error) {
			return models.Compose("residual", []int{2}, stage("a", linear))
		},
		"inputs of shape [0]": func() (*models.Net, error) {
			return models.Compose("x", []int{0}, stage("a", linear))
		},
		"has no stages": func() (*models.Net, error) { return models.Compose("x", []int{2}) },
		"stage a: it has no block": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", nil))
		},
		`its name has a "/"`: func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a/b", linear))
		},
		"stage a: another stage": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", linear), stage("a", linear))
		},
		"can't be compared": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Skip(1, 1, uncomparable{})))
		},
		"out is 0": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Linear{In: 2}))
		},
		"features is 0": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Layer{Gain: 1}))
		},
		"gain is 0": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Skip(1, 0, linear)))
		},
		"carry and gain are ": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Skip(math.NaN(), 1, linear)))
		},
		"block 1 of its chain": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Chain()))
		},
		"block 2 of its chain: out is 0": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Chain(linear, models.Linear{In: 2})))
		},
		"would make all its units equal": func() (*models.Net, error) {
			return models.Compose("x", []int{1},
				stage("a", models.Stem{Rectify: models.Rectify{Features: 3, Norm: norms.Batch}}))
		},
		`"own" has no Apply`: func() (*models.Net, error) {
			own := models.Rectify{Features: 2, Activation: &activations.Activation{Name: "own"}}
			return models.Compose("x", []int{2}, stage("a", models.Layer{Rectify: own, Gain: 1}))
		},
		"block 1 of its chain is nil": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Concat()))
		},
		"has no normalisation": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Normalize{}))
		},
		"it has 6 features and 4 heads": func() (*models.Net, error) {
			return models.Compose("x", []int{2, 6}, stage("a", models.Attention{Features: 6, Heads: 4}))
		},
		"tokens is 0": func() (*models.Net, error) {
			return models.Compose("x", []int{1}, stage("a", models.Embedding{Features: 3}))
		},
		"a skip adds the two": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", models.Skip(1, 1, models.Linear{In: 2, Out: 3})))
		},
		`shares the weights of "b", and no stage before it`: func() (*models.Net, error) {
			return models.Compose("x", []int{2}, models.Stage{Name: "a", Block: linear, Weights: "b"})
		},
		"have other names or shapes": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", linear),
				models.Stage{Name: "b", Block: models.Linear{In: 2, Out: 3}, Weights: "a"})
		},
		"takes in 3": func() (*models.Net, error) {
			layer := models.ConvolutionLayer{Rectify: models.Rectify{Features: 2},
				Convolution: models.Convolution{In: 3, Out: 2, Stride: 1}}
			return models.Compose("x", []int{8, 8, 2}, stage("a", layer))
		},
		"its first axis that of the batch": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", transposing{}))
		},
		"variable w has no initialiser": func() (*models.Net, error) {
			return models.Compose("x", []int{2}, stage("a", undrawn{}))
		},
	} {
		if _, err := compose(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is more than a sentence: %v", err)
		}
	}
}

// uncomparable is a block that is a slice.
type uncomparable []int

func (uncomparable) Params() []models.Param                  { return nil }
func (uncomparable) Build(_ []*Node, x *Node) models.Signals { return models.Signals{Out: x} }

// transposing is a block that puts the batch last.
type transposing struct{}

func (transposing) Params() []models.Param { return nil }

func (transposing) Build(_ []*Node, x *Node) models.Signals {
	return models.Signals{Out: Transpose(x, 0, 1)}
}

// undrawn is a block whose variable has no initialiser.
type undrawn struct{}

func (undrawn) Params() []models.Param {
	return []models.Param{{Name: "w",
		Dims: []int{2, 2}}}
}

func (undrawn) Build(w []*Node, x *Node) models.Signals { return models.Signals{Out: MatMul(x, w[0])} }
