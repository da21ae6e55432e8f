package explore

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// refineEvery is how long a picture stays at least before a finer one takes its place.
const refineEvery = 300 * time.Millisecond

// seer computes what there is to see, and keeps what it computed last.
type seer struct {
	engine *engine.Engine
	views  recent[probed, *View]
	curves recent[probed, *curve]
}

// half is one of the nets to see, with what is known of it so far.
type half struct {
	config gradients.Config
	view   *View
	curve  *curve
}

// take takes over a view, with the theory's curve where it is there.
func (h *half) take(v *View) {
	taken := *v
	if h.curve != nil {
		taken.Theory, taken.NoTheory = h.curve.acf, h.curve.problem
	}
	h.view = &taken
}

// look returns the whole of what there is to see. Where show isn't nil it hands it what is there on the way
// and in the end: first what one draw shows, and then finer views as draws arrive. It ends with the first
// error of show.
func (s *seer) look(ctx context.Context, w wish, show func(view) error) (view, error) {
	now, pinned := &half{config: w.config}, &half{}
	halves := []*half{now}
	seen := func() sight { return sight{now: now.view, pinned: pinned.view, theory: w.theory} }
	refresh := func() error {
		if show == nil {
			return nil
		}
		return show(seen())
	}
	if w.pinned != nil {
		pinned.config = *w.pinned
		halves = append(halves, pinned)
		if err := s.glimpse(ctx, pinned); err != nil {
			return nil, err
		}
	}
	for _, h := range halves {
		finer := func(v *View) error {
			first := h.view == nil
			h.take(v)
			if err := refresh(); err != nil || !first || !w.theory || !quick(h.config) {
				return err
			}
			return s.compare(ctx, h, refresh)
		}
		if show == nil {
			finer = nil
		}
		if err := s.whole(ctx, h, finer, refresh); err != nil {
			return nil, err
		}
	}
	for _, h := range halves {
		if w.theory && h.curve == nil {
			if err := s.compare(ctx, h, refresh); err != nil {
				return nil, err
			}
		}
	}
	return seen(), nil
}

// glimpse gets what is known of a net, or else what one draw shows.
func (s *seer) glimpse(ctx context.Context, h *half) error {
	v, kept := s.views.get(keyOf(h.config))
	if !kept {
		one := h.config
		one.Draws = 1
		var err error
		if v, err = watch(ctx, s.engine, one, nil); err != nil {
			return err
		}
		v.Config.Draws = h.config.Draws
	}
	h.take(v)
	return nil
}

// whole gets the view of all draws of a net, and refreshes the picture. It hands finer what is there before,
// unless that is nil.
func (s *seer) whole(ctx context.Context, h *half, finer func(*View) error, refresh func() error) error {
	v, kept := s.views.get(keyOf(h.config))
	if !kept {
		var err error
		if v, err = watch(ctx, s.engine, h.config, finer); err != nil {
			return err
		}
		s.views.put(keyOf(h.config), v)
	}
	if h.view != nil && h.view.ACF.Draws == v.ACF.Draws {
		return nil // a glimpse of it showed all
	}
	h.take(v)
	return refresh()
}

// watch computes the view of a net. It hands finer what is there before all draws are: the view of the first
// draw, and then of more, unless that is nil. It ends with the first error of finer.
func watch(ctx context.Context, e *engine.Engine, config gradients.Config, finer func(*View) error) (*View,
	error) {
	sample, err := sampling.New(config)
	if err != nil {
		return nil, err
	}
	if err := sample.CheckResults(sample.Config.Inputs); err != nil {
		return nil, err
	}
	w := &watched{sample: sample, gradients: make([][]float64, sample.Config.Draws)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx = progress.Start(ctx, fmt.Sprintf("%d-layer %s net, draws", config.Net.Depth, config.Net.Net),
		sample.Config.Draws)
	if finer == nil || sample.Config.Draws == 1 {
		if err := w.draw(ctx, e, 0, sample.Config.Draws); err != nil {
			return nil, err
		}
		return w.view(sample.Config.Draws)
	}
	// Alone, the first draw is there soonest.
	if err := w.draw(ctx, e, 0, 1); err != nil {
		return nil, err
	}
	if err := w.show(1, finer); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() {
		ended <- w.draw(ctx, e, 1, sample.Config.Draws)
		close(ended)
	}()
	defer func() {
		cancel()
		for range ended { // until nothing uses the engine
		}
	}()
	for shown, pause := 1, refineEvery; ; {
		select {
		case err := <-ended:
			if err != nil {
				return nil, err
			}
			return w.view(sample.Config.Draws)
		case <-time.After(pause):
			began := time.Now()
			if count := w.count(); count > shown {
				if err := w.show(count, finer); err != nil {
					return nil, err
				}
				shown = count
			}
			pause = max(refineEvery, 3*time.Since(began)) // most of the time is for draws
		}
	}
}

// watched are the draws of a net as they arrive.
type watched struct {
	sample *sampling.Sample

	mu        sync.Mutex
	gradients [][]float64 // nil for those that are not there yet
}

// draw takes the draws from one number to another.
func (w *watched) draw(ctx context.Context, e *engine.Engine, from, to int) error {
	config := w.sample.Config
	config.First += uint64(from)
	config.Draws = to - from
	part, err := sampling.New(config) // with inputs of its own: few draws and many run on different backends
	if err != nil {
		return err
	}
	return part.Each(ctx, e, engine.Request{Gradient: true}, func(draw int, trace *engine.Trace) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.gradients[from+draw] = trace.Gradient
	})
}

// count returns how many draws are there, from the first to the last before one that is not.
func (w *watched) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if missing := slices.IndexFunc(w.gradients, func(g []float64) bool { return g == nil }); missing >= 0 {
		return missing
	}
	return len(w.gradients)
}

// view returns the view of the first draws.
func (w *watched) view(count int) (*View, error) {
	return newView(&gradients.Result{Config: w.sample.Config, X: w.sample.X, Gradients: w.gradients[:count]})
}

// show hands finer the view of the first draws.
func (w *watched) show(count int, finer func(*View) error) error {
	v, err := w.view(count)
	if err != nil {
		return err
	}
	return finer(v)
}
