package paper_test

import (
	"context"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
)

// TestKeysTellParametersApart plans a part for each of some nets that differ in the parameter of their
// activation or weights alone: each has a key of its own, and is kept. That of a reader's own activation of
// such a name is not.
func TestKeysTellParametersApart(t *testing.T) {
	var nets []models.Config
	for _, slope := range []float64{0.2, 0.25} {
		nets = append(nets, models.Config{Activation: activations.Leaky(slope)})
	}
	for _, depth := range []int{50, 51} {
		tailored, err := activations.Tailored(depth, activations.TailoredCorrelation)
		if err != nil {
			t.Fatal(err)
		}
		shaped, err := activations.DKS(activations.TanH, depth, activations.DKSSlope)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, models.Config{Activation: tailored}, models.Config{Activation: shaped})
	}
	for _, gain := range []float64{1.41421, 1.41422} {
		for _, base := range []*initializers.Initializer{initializers.He, initializers.Orthogonal} {
			nets = append(nets, models.Config{Initializer: initializers.Scaled(base, gain)})
		}
	}
	own := models.Config{Activation: &activations.Activation{Name: "leaky-0.75",
		Apply: activations.ReLU.Apply}}
	plan := jobs.NewPlan("some nets", nil)
	for i, net := range append(nets, own) {
		net.Net, net.Depth, net.Width = "feedforward", 3, 4
		_, _, err := paper.AddPart(plan, "counting", 1, sampling.Config{Net: net, Inputs: 2, Draws: 1},
			func(context.Context, *engine.Engine) (int, error) { return i, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	keys := make(map[string]bool)
	setting := jobs.Setting{Record: func(parts []jobs.Part) {
		for _, part := range parts {
			keys[string(part.Key)] = true
		}
	}}
	if _, err := plan.Run(jobs.With(t.Context(), setting), engine.New(nil)); err != nil {
		t.Fatal(err)
	}
	if len(keys) != len(nets) {
		t.Errorf("%d nets have %d keys that are kept: %v", len(nets), len(keys), keys)
	}
}
