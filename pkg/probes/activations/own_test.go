package activations_test

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
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
)

// TestOwnNetsAreProbed: a net composed of the stages of one that a config names has its activations and
// rasters.
func TestOwnNetsAreProbed(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	named, err := models.New(models.Config{Net: "feedforward", Depth: 4, Width: 8, Norm: norms.Batch})
	if err != nil {
		t.Fatal(err)
	}
	composed, err := models.Compose("composed", named.Input, named.Stages...)
	if err != nil {
		t.Fatal(err)
	}
	var active [][][]float64
	var rasters [][]*activations.Raster
	for _, net := range []*models.Net{named, composed} {
		config := activations.Config{Net: net.Config, Inputs: 20, Draws: 3, Seed: 2}
		result, err := activations.Run(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		last, err := activations.Rasters(t.Context(), e, config, 0)
		if err != nil {
			t.Fatal(err)
		}
		active, rasters = append(active, result.Active), append(rasters, last)
		if _, err := activations.Rasters(t.Context(), e, config, 5); err == nil ||
			!strings.Contains(err.Error(), "give one from 1 to 4") {
			t.Errorf("rectifier 5: %v", err)
		}
	}
	if !reflect.DeepEqual(active[0], active[1]) || !reflect.DeepEqual(rasters[0], rasters[1]) {
		t.Error("the composed net has other activations")
	}
}

// TestModelFunctionsShowWhatTheyWatch: the probe sees the rectifiers of a model function that it watches, and
// says that there are none where it doesn't.
func TestModelFunctionsShowWhatTheyWatch(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	for watched, want := range map[int]string{0: "shows no rectifiers", 2: ""} {
		net, err := models.FromGraph("mine", []int{1}, func(scope *model.Scope, x *graph.Node) *graph.Node {
			for l := range 2 {
				x = layers.Dense(scope.In("layer_%d", l), x, true, 6)
				if l < watched {
					models.Watch(scope, models.Rectifier{Preactivation: x, Argument: x})
				}
				x = graph.Max(x, graph.ZerosLike(x))
			}
			return x
		})
		if err != nil {
			t.Fatal(err)
		}
		result, err := activations.Run(t.Context(), e,
			activations.Config{Net: net.Config, Inputs: 20, Draws: 3, Seed: 2})
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v does not say %q", err, want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		// The first layer is x w without a bias, which GoMLX starts at 0: at each input half of the signs of
		// x decide, and the grid has as many points below 0 as above.
		for draw, active := range result.Active {
			if len(active) != watched || active[0] != 0.5 {
				t.Errorf("draw %d: active %v", draw, active)
			}
		}
	}
}
