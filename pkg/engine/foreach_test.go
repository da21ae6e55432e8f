package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/floats"
)

func TestForEach(t *testing.T) {
	var sum atomic.Int64
	if err := engine.ForEach(t.Context(), 100,
		func(i int) error { sum.Add(int64(i)); return nil }); err != nil || sum.Load() != 4950 {
		t.Errorf("ran indices that sum to %d, error %v", sum.Load(), err)
	}
	wrong := errors.New("wrong")
	var started atomic.Int64
	err := engine.ForEach(t.Context(), 1_000_000, func(int) error { started.Add(1); return wrong })
	if !errors.Is(err, wrong) || started.Load() > int64(processors.Count()) {
		t.Errorf("after a first error %d indices ran, error %v", started.Load(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := engine.ForEach(ctx, 10, func(int) error { return nil }); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "interrupted") {
		t.Errorf("an ended context gives %v", err)
	}
}

// TestForEachShares: computations that call ForEach within a ForEach run no more at once than there are
// processors.
func TestForEachShares(t *testing.T) {
	var running, most, done atomic.Int64
	within := func(ctx context.Context) error {
		return engine.ForEach(ctx, 10, func(int) error {
			now := running.Add(1)
			for before := most.Load(); now > before &&
				!most.CompareAndSwap(before, now); before = most.Load() {
			}
			time.Sleep(time.Millisecond) // for the others to be there at once
			done.Add(1)
			running.Add(-1)
			return nil
		})
	}
	const n = 8
	ctx := engine.Sharing(t.Context(), n)
	err := engine.ForEach(t.Context(), n, func(int) error { return within(ctx) })
	if err != nil || done.Load() != 10*n || most.Load() > int64(processors.Count()) {
		t.Errorf("%d of %d ran, %d at once on %d processors, %v", done.Load(), 10*n, most.Load(),
			processors.Count(), err)
	}
	most.Store(0)
	if err := within(engine.Sharing(t.Context(), 1)); err != nil || most.Load() > int64(processors.Count()) ||
		most.Load() < int64(min(2, processors.Count())) {
		t.Errorf("a computation by itself runs %d at once on %d processors, %v", most.Load(),
			processors.Count(), err)
	}
}

// TestForEachComputesTheSame compares runs that share the processors with runs one by one. Results must not
// depend on how many others there are, to the last bit: nets of images, whose sums XLA takes in blocks whose
// size depends on the number of threads, have the same threads in both.
func TestForEachComputesTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	grid := func() *tensors.Tensor { _, column := inputs(t, 256, dtypes.Float32); return column }
	for _, test := range []struct {
		config models.Config
		batch  func() *tensors.Tensor
	}{
		{models.Config{Net: "residual", Depth: 12, Norm: norms.Batch, Beta: 0.1}, grid},
		{models.Config{Net: "conv-residual", Depth: 6, Norm: norms.Batch, Beta: 0.1},
			func() *tensors.Tensor { return narrowImages(8) }},
	} {
		net, err := models.New(test.config)
		if err != nil {
			t.Fatal(err)
		}
		draws := max(4, processors.Count()) // as many as make runs of one thread
		shared, own := test.batch(), test.batch()
		together := make([]*engine.Trace, draws)
		request := engine.Request{Net: net, Inputs: shared, Gradient: true}
		err = e.ForEach(t.Context(), draws, func(given *engine.Engine, draw int) (err error) {
			if ofImages := len(net.Input) > 2; ofImages && given.For(net) != e ||
				!ofImages && given.For(net) != given || e.For(net) != e {
				t.Errorf("%s runs on the threads of the other engine", net.Config.Net)
			}
			request := request
			request.Weights = net.Draw(1, uint64(draw))
			together[draw], err = given.Run(t.Context(), request)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		request.Inputs = own
		for draw := range draws {
			request.Weights = net.Draw(1, uint64(draw))
			alone, err := e.Run(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(alone.Gradient, together[draw].Gradient) {
				t.Errorf("draw %d of %s has another gradient alone than among others, by a share of %.1e",
					draw, net.Config.Net, floats.Distance(alone.Gradient, together[draw].Gradient, 2)/
						floats.Norm(alone.Gradient, 2))
			}
		}
	}
}
