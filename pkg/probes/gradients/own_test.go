package gradients_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// TestOwnNetsAreProbed: a net composed of the stages of one that a config names has its gradients, to the
// last bit, under either kind of statistics.
func TestOwnNetsAreProbed(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	named, err := models.New(models.Config{Net: "residual", Depth: 4, Width: 8, Norm: norms.Batch, Beta: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	composed, err := models.Compose("composed", named.Input, named.Stages...)
	if err != nil {
		t.Fatal(err)
	}
	for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
		var all [][][]float64
		for _, net := range []*models.Net{named, composed} {
			config := gradients.Config{Net: net.Config, Inputs: 30, Draws: 5, First: 2, Seed: 3}
			config.Net.Statistics = statistics
			result, err := gradients.Run(t.Context(), e, config)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := result.Summary(); err != nil {
				t.Error(err)
			}
			all = append(all, result.Gradients)
		}
		if !reflect.DeepEqual(all[0], all[1]) {
			t.Errorf("%s: the composed net has other gradients", statistics)
		}
	}
}

// TestModelFunctionsAreProbed draws a model function's weights several at once: the same seed gives the same
// gradients, other draws give others, and held weights give all draws the same.
func TestModelFunctionsAreProbed(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.FromGraph("mine", []int{1}, func(scope *model.Scope, x *Node) *Node {
		x = Tanh(layers.Dense(scope.In("a"), x, true, 12))
		return layers.Dense(scope.In("b"), x, true, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	config := gradients.Config{Net: net.Config, Inputs: 20, Draws: 8, Seed: 3}
	probe := func(config gradients.Config) [][]float64 {
		t.Helper()
		result, err := gradients.Run(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		return result.Gradients
	}
	all := probe(config)
	if !reflect.DeepEqual(probe(config), all) {
		t.Error("the same seed gives other gradients")
	}
	if slices.Equal(all[0], all[1]) {
		t.Error("two draws have the same gradients")
	}
	store := model.NewStore()
	if err := net.Initialize(store.RootScope(), net.Draw(3, 1), dtypes.Float32); err != nil {
		t.Fatal(err)
	}
	holding, err := net.Holding(store.RootScope())
	if err != nil {
		t.Fatal(err)
	}
	config.Net = holding.Config
	for draw, gradient := range probe(config) {
		if !slices.Equal(gradient, all[1]) {
			t.Errorf("draw %d of held weights has other gradients", draw)
		}
	}
}

// TestOwnNetsAreChecked: a net that a grid can't be fed to, and one that would not fit, are a sentence each.
func TestOwnNetsAreChecked(t *testing.T) {
	images, err := models.Compose("images", []int{4, 4, 3},
		models.Stage{Name: "a", Block: models.Linear{In: 3, Out: 1}})
	if err != nil {
		t.Fatal(err)
	}
	wide := models.Layer{Rectify: models.Rectify{Features: 5}, Gain: 1}
	stages := []models.Stage{{Name: "first", Block: models.Linear{In: 1, Out: 5}}, {Name: "a", Block: wide},
		{Name: "b", Block: wide}}
	large, err := models.Compose("large", []int{1}, stages...)
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]gradients.Config{
		`the net "images" takes inputs of shape [4 4 3], not the points of a grid`: {Net: images.Config,
			Draws: 2},
		// Two states of five numbers of four bytes.
		`the net "large" on 100000000000 inputs would need 3.6 TiB of memory, 220 bytes for weights and 3.6 TiB for`: {
			Net: large.Config, Inputs: 1e11, Draws: 2},
	} {
		if _, err := gradients.Run(t.Context(), engine.New(testbackend.Open(t)), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
