package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestComposedOfItsStages: a net composed of the stages of a net that a config names is that net, to the last
// bit, with the same draws, and so are those with other statistics.
func TestComposedOfItsStages(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, config := range []models.Config{
		{Net: "residual", Depth: 4, Width: 6, Norm: norms.Batch, Beta: 0.5},
		{Net: "conv-residual", Depth: 5, Width: 4, Norm: norms.Batch, Beta: 0.5,
			Images: models.Images{Height: 6, Width: 6}},
	} {
		named, err := models.New(config)
		if err != nil {
			t.Fatal(err)
		}
		composed, err := models.Compose("composed", named.Input, named.Stages...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(composed.Output, named.Output) {
			t.Errorf("%v: output %v, want %v", named, composed.Output, named.Output)
		}
		var traces []*engine.Trace
		for _, net := range []*models.Net{named, composed} {
			for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
				config := net.Config
				config.Statistics = statistics
				if net, err = models.New(config); err != nil {
					t.Fatal(err)
				}
				trace, err := e.Run(t.Context(), engine.Request{
					Net: net, Weights: net.Draw(1, 5), Inputs: normals(net, 8, dtypes.Float32), Output: true,
					Gradient: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				traces = append(traces, trace)
			}
		}
		for k, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
			if got, want := fmt.Sprint(traces[2+k]), fmt.Sprint(traces[k]); got != want {
				t.Errorf("%v, %s: %s, want %s", named, statistics, got, want)
			}
		}
		if fmt.Sprint(traces[0].Gradient) == fmt.Sprint(traces[1].Gradient) {
			t.Errorf("%v: gradients are the same with both statistics", named)
		}
	}
}

// TestModelFunctionsHonourStatistics: a model function that asks for the statistics has gradients of either
// kind.
func TestModelFunctionsHonourStatistics(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.FromGraph("normalised", []int{3}, func(scope *model.Scope, x *Node) *Node {
		x = norms.Batch.Apply(layers.Dense(scope.In("a"), x, false, 6), models.StatisticsOf(scope).Hold())
		return layers.Dense(scope.In("b"), Tanh(x), false, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	layer := models.Rectify{Features: 6, Norm: norms.Batch, Activation: tanh}
	composed, err := models.Compose("composed", []int{3},
		models.Stage{Name: "a", Block: models.Linear{In: 3, Out: 6}},
		models.Stage{Name: "b", Block: models.Chain(models.RectifiedReadout{Rectify: layer})})
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := net.Initialize(store.RootScope(), net.Draw(1, 0), dtypes.Float32); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} { // where the composed net has the same weights
		w := store.GetVariable("/" + name + "/dense/weights").MustValue()
		path := "/" + name + "/weights"
		if name == "b" {
			path += "_1"
		}
		if _, err := store.CreateVariable(path, w); err != nil {
			t.Fatal(err)
		}
	}
	for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
		var gradients [][]float64
		for _, own := range []*models.Net{net, composed} {
			config := own.Config
			config.Statistics = statistics
			switched, err := models.New(config)
			if err != nil {
				t.Fatal(err)
			}
			trace, err := e.Run(t.Context(), engine.Request{
				Net: switched, Weights: switched.Stored(store.RootScope()),
				Inputs: normals(net, 8, dtypes.Float32), Gradient: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			gradients = append(gradients, trace.Gradient)
		}
		// Float32 rounding of two layers.
		if d := distance(gradients[0], gradients[1]); d > 1e-5 {
			t.Errorf("%s: the model function's gradients differ from the blocks' by %.1e", statistics, d)
		}
	}
}
