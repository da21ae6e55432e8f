package paper_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// smoothImages returns images that are random planes of brightness: a set with structure.
func smoothImages(n int) *cifar.Set {
	set := &cifar.Set{Labels: make([]uint8, n)}
	for i := range n {
		rng := random.Stream(1, uint64(i))
		dx, dy := rng.Float64(), rng.Float64()
		for y := range cifar.Side {
			for x := range cifar.Side {
				for range cifar.Channels {
					set.Images = append(set.Images, uint8(255*(dx*float64(x)+dy*float64(y))/float64(2*cifar.Side)))
				}
			}
		}
	}
	return set
}

// figure5Small is a config of the figure's shape that takes seconds.
func figure5Small() paper.Figure5Config {
	c := paper.Figure5Quick()
	c.Depths, c.Width, c.Batch, c.Minibatches, c.Clusters = []int{2, 5}, 2, 8, 3, 2
	return c
}

func TestFigure5(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	set := smoothImages(40)
	whole, err := paper.Figure5(t.Context(), e, figure5Small(), set)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Maps) != 4 || len(whole.Series) != 4*4 {
		t.Fatalf("%d maps and %d series, want 2 nets at 2 depths and 4 nets in 4 settings", len(whole.Maps), len(whole.Series))
	}
	// The curves are the means of what the probe says.
	s := whole.Select(norms.Batch, norms.Frozen, rank.ImagesName)[0]
	net := models.Config{Net: s.Net, Norm: norms.Batch, Width: s.Width}
	config := rank.Config{Net: net, Depths: s.Depths, Batch: 8, Clusters: 2, Seed: 1}
	sum := 0.0
	for index := range uint64(3) {
		m, err := rank.Run(t.Context(), e, config, rank.NewImages(set, 1), index)
		if err != nil {
			t.Fatal(err)
		}
		measured, err := m.Measure()
		if err != nil {
			t.Fatal(err)
		}
		sum += measured[1].Relative()
	}
	if math.Abs(sum/3-s.Rank.Mean[1]) > 1e-12 {
		t.Errorf("mean relative rank %g, the minibatches' %g", s.Rank.Mean[1], sum/3)
	}
	figure := checkResults(t, whole)
	if len(figure.Arrays) != 2*len(whole.Maps) {
		t.Errorf("%d arrays for %d maps", len(figure.Arrays), len(whole.Maps))
	}
	seen := make(map[string]bool)
	for _, c := range figure.Claims {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		if seen[c.ID] {
			t.Errorf("two claims are called %s", c.ID)
		}
		seen[c.ID] = true
	}
	if want := 2 * (4 + 3 + 2 + 2); len(figure.Claims) != want {
		t.Errorf("%d claims, want %d", len(figure.Claims), want)
	}
	t.Run("interrupted", func(t *testing.T) { interruptFigure5(t, e, set, whole) })
}

// interruptFigure5 stops the figure halfway and runs it again: the second run takes over what the first one kept, and comes to the same.
func interruptFigure5(t *testing.T, e *engine.Engine, set *cifar.Set, whole *paper.Figure5Result) {
	folder := filepath.Join(t.TempDir(), "parts")
	store := checkpoint.NewStore(folder, "test")
	ctx, stop := context.WithCancel(checkpoint.With(t.Context(), store))
	if _, err := paper.Figure5(progress.With(ctx, stopHalfway{stop}), e, figure5Small(), set); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	parts, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(parts) < 16*3/2 {
		t.Errorf("%d parts were kept of %d, error %v", len(parts), 16*3, err)
	}
	resumed, err := paper.Figure5(checkpoint.With(t.Context(), store), e, figure5Small(), set)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(resumed.Series, whole.Series) {
		t.Error("a run that was interrupted and went on differs from one that was not")
	}
}

func TestFigure5ConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, change := range []func(*paper.Figure5Config){
		func(c *paper.Figure5Config) { c.Depths = []int{2} },
		func(c *paper.Figure5Config) { c.Minibatches = 1 },
		func(c *paper.Figure5Config) { c.Batch = 41 },
		func(c *paper.Figure5Config) { c.Betas = []float64{0} },
	} {
		config := figure5Small()
		change(&config)
		if _, err := paper.Figure5(t.Context(), e, config, smoothImages(40)); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
}
