package configtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	activation "github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/alignment"
	"github.com/shattered-gradients/shattered/pkg/probes/correlation"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// opened is an engine on the backend that needs nothing.
var opened = sync.OnceValues(func() (*engine.Engine, error) {
	b, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	return engine.New(b), nil
})

// fewImages are images of no content.
var fewImages = sync.OnceValue(func() *images.Set { return images.NewSet(20) })

// fewData are they as data to train on, and to test on.
func fewData() training.Data {
	return training.CIFAR10(&images.Data{Train: fewImages(), Test: fewImages()})
}

// all returns the choices of a registry.
func all[T any](of *registry.Registry[T]) []any {
	var choices []any
	for _, name := range of.Names() {
		if choice, err := of.Get(name); err == nil {
			choices = append(choices, choice)
		}
	}
	return choices
}

// choices are what a config can be filled with beside numbers: all that is registered, and one of each kind
// that is empty.
var choices = sync.OnceValue(func() []any {
	list := append(all(norms.Registry), &norms.Norm{Name: "empty"})
	list = append(append(list, all(activation.Registry)...), &activation.Activation{Name: "empty"})
	list = append(append(list, all(initializers.Registry)...), &initializers.Initializer{Name: "empty"})
	list = append(append(list, all(models.Shortcuts)...), &models.Shortcut{Name: "empty"})
	for _, name := range models.Architectures.Names() {
		list = append(list, name)
	}
	for _, name := range training.Families.Names() {
		list = append(list, name)
	}
	for _, config := range []models.Config{
		{Net: "feedforward", Depth: 3, Width: 4}, {Net: "residual", Depth: 2, Beta: 1, Norm: norms.Batch},
		{Net: "conv-feedforward", Depth: 6, Width: 2},
	} {
		if net, err := models.New(config); err == nil {
			list = append(list, net)
		}
	}
	return append(list, norms.Frozen, norms.Coupled)
})

// attempt gives the bytes to a config and begins its computation in a context that has ended.
type attempt func(ctx context.Context, e *engine.Engine, content []byte) error

// of is the attempt at a config that is computed without a backend.
func of[C, R any](run func(context.Context, C) (R, error)) attempt {
	return on(func(ctx context.Context, _ *engine.Engine, config C) (R, error) { return run(ctx, config) })
}

// on is the attempt at a config that is computed on one.
func on[C, R any](run func(context.Context, *engine.Engine, C) (R, error)) attempt {
	return func(ctx context.Context, e *engine.Engine, content []byte) error {
		var config C
		faulttest.Fill(&config, content, choices()...)
		_, err := run(ctx, e, config)
		return err
	}
}

// attempts are those at all configs of packages that compute.
var attempts = map[string]attempt{
	"models.New": of(func(_ context.Context, c models.Config) (*models.Net, error) {
		net, err := models.New(c)
		if err == nil {
			err = net.CheckMemory(256, 4, 1, 1)
		}
		return net, err
	}),
	"gradients.Run":   on(gradients.Run),
	"activations.Run": on(activations.Run),
	"correlation.Run": on(correlation.Run),
	"early.RunGrid":   on(early.RunGrid),
	"early.RunImages": on(func(ctx context.Context, e *engine.Engine, c early.ImagesConfig) (*early.ImagesRun,
		error) {
		return early.RunImages(ctx, e, c, fewData())
	}),
	"rank.Run": on(func(ctx context.Context, e *engine.Engine, c rank.Config) (*rank.Minibatch, error) {
		return rank.Run(ctx, e, c, rank.NewImages(fewImages(), 1), 0)
	}),
	"theory.Run":     of(theory.Run),
	"theory.Donsker": of(theory.Donsker),
	"meanfield.Run":  of(meanfield.Run),
	"export.Run":     on(export.Run),
	"training.Run": on(func(ctx context.Context, e *engine.Engine, c training.Config) (*training.Result,
		error) {
		runner := &training.Runner{Backend: e.Backend(), Data: fewData()}
		return runner.Run(ctx, c)
	}),
	"training.Grid": of(func(_ context.Context, g training.Grid) ([]training.Config, error) {
		if err := g.Check(); err != nil {
			return nil, err
		}
		return g.Configs(), nil
	}),
	"early.GridBudget": on(func(ctx context.Context, e *engine.Engine, c struct {
		early.Budget
		Inputs int
	}) (early.Trainings, error) {
		return early.GridBudget(ctx, e, c.Budget, c.Inputs)
	}),
	"early.ImageBudget": on(func(ctx context.Context, e *engine.Engine, c struct {
		early.Budget
		Images, Batch int
	}) (early.Trainings, error) {
		return early.ImageBudget(ctx, e, c.Budget, fewData(), c.Images, c.Batch)
	}),
	"path.Run":      on(path.Run),
	"jacobian.Run":  on(jacobian.Run),
	"alignment.Run": on(alignment.Run),
	"images.NewDataset": of(func(_ context.Context, c images.DatasetConfig) (*images.Dataset, error) {
		return images.NewDataset(fewImages(), c)
	}),
}

// seeds adds inputs that come beyond the first check of each config.
func seeds(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		content := make([]byte, 80)
		for i := range content {
			content[i] = byte(rng.Uint32()&rng.Uint32()) & 0x77 // small numbers more often than not
		}
		f.Add(content)
	}
}

// try gives the bytes to each attempt. What is refused is refused in one line, and before it takes memory: so
// many times what bad input may take.
func try(t *testing.T, e *engine.Engine, attempts map[string]attempt, content []byte, times uint64) {
	ended, end := context.WithCancel(t.Context())
	end()
	for name, attempt := range attempts {
		var err error
		taken := faulttest.Taken(func() { err = attempt(ended, e, content) })
		if began := err == nil || errors.Is(err, context.Canceled); !began &&
			taken > times*faulttest.Most(len(content)) {
			t.Errorf("%s takes %d bytes of memory, and is refused then: %v", name, taken, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error %q is not one line", name, err)
		}
	}
}

// FuzzConfigs gives each config numbers that no formula expects.
func FuzzConfigs(f *testing.F) {
	e, err := opened()
	if err != nil {
		f.Fatal(err)
	}
	seeds(f)
	f.Fuzz(func(t *testing.T, content []byte) { try(t, e, attempts, content, 1) })
}
