package early_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
)

// TestOwnNetsTrain: nets composed of the stages of those that a config names train like them, and a model
// function trains on images.
func TestOwnNetsTrain(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small(batchResidual)
	named, err := models.New(config.Net)
	if err != nil {
		t.Fatal(err)
	}
	want, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	composed, err := models.Compose("composed", named.Input, named.Stages...)
	if err != nil {
		t.Fatal(err)
	}
	config.Net = composed.Config
	got, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Losses, want.Losses) || !reflect.DeepEqual(got.Frozen, want.Frozen) ||
		!reflect.DeepEqual(got.Coupled, want.Coupled) {
		t.Errorf("the composed net trains otherwise: losses %v, want %v", got.Losses, want.Losses)
	}
	flat, err := models.FromGraph("flat", []int{8, 8, 3},
		func(scope *model.Scope, x *graph.Node) *graph.Node {
			x = layers.Dense(scope.In("hidden"), graph.Reshape(x, x.Shape().Dim(0), -1), true, 16)
			models.Watch(scope, models.Rectifier{Preactivation: x, Argument: x})
			return layers.Dense(scope.In("output"), graph.Max(x, graph.ZerosLike(x)), true, 2)
		})
	if err != nil {
		t.Fatal(err)
	}
	run, err := early.RunImages(t.Context(), e, early.ImagesConfig{
		Net: flat.Config, Batch: 20, Images: 10, Steps: []int{0, 40}, LearningRate: 0.01, Seed: 3,
	}, specks{8, 20})
	if err != nil {
		t.Fatal(err)
	}
	if first, last := run.Losses[0], run.Losses[39]; !(last < first/2) {
		t.Errorf("the loss went from %g to %g", first, last)
	}
	if look := run.Looks[1]; len(look.Active) != 1 || look.Rank != look.CoupledRank ||
		look.Correlation == nil {
		t.Errorf("seen: %+v", look)
	}
	config.Net = flat.Config
	if _, err := early.RunGrid(t.Context(), e, config); err == nil ||
		!strings.Contains(err.Error(), "takes inputs of shape [8 8 3]") {
		t.Errorf("images on a grid: %v", err)
	}
	outputs, err := models.Compose("two outputs", []int{1},
		models.Stage{Name: "a", Block: models.Linear{In: 1, Out: 2}})
	if err != nil {
		t.Fatal(err)
	}
	config.Net = outputs.Config
	if _, err := early.RunGrid(t.Context(), e, config); err == nil ||
		!strings.Contains(err.Error(), "has outputs of shape [2]") {
		t.Errorf("two outputs: %v", err)
	}
}
