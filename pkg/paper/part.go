package paper

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// part computes a part of an experiment, or takes it as an interrupted run kept it. The experiment's name and the key determine the
// part, and steps is what it counts for in the progress. Parts about nets with a normalisation, an activation or an
// initialiser of the reader's own are always computed: a key has only their names.
func part[T any](ctx context.Context, experiment string, net models.Config, key any, steps int, compute func() (T, error)) (T, error) {
	if !net.Registered() {
		return compute()
	}
	result, kept, err := checkpoint.Part(ctx, struct {
		Experiment string
		Key        any
	}{experiment, key}, compute)
	if kept {
		progress.Skip(ctx, steps)
	}
	return result, err
}
