package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// uncomparable is a block that can't be a key.
type uncomparable []int

func (uncomparable) Params() []models.Param { return nil }

func (uncomparable) Build(_ []*graph.Node, in *graph.Node) models.Signals {
	return models.Signals{Out: in}
}

// failing is a block whose graph can't be built.
type failing struct{}

func (failing) Params() []models.Param { return nil }

func (failing) Build([]*graph.Node, *graph.Node) models.Signals {
	panic(errors.New("shapes do not match"))
}

// slipping is a block with a mistake of its author's.
type slipping struct{}

func (slipping) Params() []models.Param { return nil }

func (slipping) Build(weights []*graph.Node, _ *graph.Node) models.Signals {
	return models.Signals{Out: weights[len(weights)]}
}

func TestErrorsAreReturned(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	_, column := inputs(t, 4, dtypes.Float32)
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	for block, want := range map[string]models.Block{"can't be compared": uncomparable{},
		"shapes do not match": failing{},
		"builds the graph failed: runtime error: index out of range": slipping{}} {
		broken := &models.Net{Config: net.Config, Stages: []models.Stage{{Name: "broken", Block: want}},
			Input: net.Input}
		_, err := e.Run(t.Context(),
			engine.Request{Net: broken, Weights: broken.Draw(1, 0), Inputs: column, Gradient: true})
		if err == nil || !strings.Contains(err.Error(), block) {
			t.Errorf("error %v does not say %q", err, block)
		}
	}
	store := model.NewStore()
	_, err = e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Stored(store.RootScope()), Inputs: column, Gradient: true})
	if err == nil || !strings.Contains(err.Error(), "initialise the net first") {
		t.Errorf("an empty store gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Run(ctx,
		engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: column, Gradient: true}); !errors.Is(err,
		context.Canceled) {
		t.Errorf("a run in an ended context gives %v", err)
	}
}
