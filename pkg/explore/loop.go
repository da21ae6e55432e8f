package explore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shattered-gradients/shattered/pkg/plots"
)

// lightTime is how long a computation may still run when newer settings arrive. Light ones end within it, so that pictures follow a slider that is
// being moved; heavy ones are given up.
const lightTime = 250 * time.Millisecond

// How a live explorer ended.
var (
	errDone       = errors.New("done")
	errUnanswered = errors.New("no page answered")
)

// view is what there is to see of a choice.
type view interface {
	// figure draws it, and lines says what it is.
	figure() (*plots.Figure, error)
	lines() []string
}

// subject is what an explorer explores: C is what its controls choose.
type subject[C comparable] interface {
	// start returns the choice to start from.
	start() C

	// look computes what there is to see of a choice.
	look(ctx context.Context, chosen C) (view, error)

	// prepare does what may be useful next while nobody asks for anything, until the context ends.
	prepare(ctx context.Context, chosen C)

	// full says whether it is time to free what was kept for later, and empty frees it, when nothing runs.
	full() bool
	empty()
}

// explorer computes and shows what settings ask for.
type explorer[C comparable] struct {
	subject subject[C]
	page    page

	// computed is called after every computation.
	computed func()

	// last is what the picture shows, nil where there is none.
	last view
}

// work is a computation under way.
type work struct {
	cancel   context.CancelFunc
	canceled bool
	began    time.Time
	finished chan struct{} // closed when the picture is there
	idle     chan struct{} // closed when nothing uses the engine any more
}

// follow shows what the settings that arrive ask for until Done is pressed or the context ends, and returns errDone or the context's error. Without any
// settings within the patience it returns errUnanswered.
//
// Settings that newer ones have overtaken are dropped. At most one computation runs; meanwhile only the newest settings are kept. To
// start with, it shows what the config starts from.
func (x *explorer[C]) follow(ctx context.Context, arrivals <-chan settings[C], patience time.Duration) error {
	shown := x.subject.start()
	running := x.begin(ctx, shown, time.Now())
	defer func() {
		running.cancel()
		<-running.idle
	}()
	var (
		newest     int
		next       *C // what to show after what runs
		arrived    time.Time
		giveUp     <-chan time.Time // when to give up what runs for what is next
		unanswered = time.After(patience)
	)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-unanswered:
			return errUnanswered
		case s := <-arrivals:
			unanswered = nil
			if s.Sequence <= newest {
				continue
			}
			newest = s.Sequence
			if s.Done {
				return errDone
			}
			if s.Choice == shown && !running.canceled {
				next, giveUp = nil, nil
				continue
			}
			next, arrived = &s.Choice, time.Now()
			if giveUp == nil {
				giveUp = time.After(time.Until(running.began.Add(lightTime)))
			}
		case <-giveUp:
			running.cancel()
			running.canceled = true
		case <-finishedBefore(next, running):
			shown, next, giveUp = *next, nil, nil
			running.cancel()
			if x.subject.full() {
				<-running.idle
				x.subject.empty()
			}
			running = x.begin(ctx, shown, arrived)
		}
	}
}

// finishedBefore returns a channel that is closed when what runs has finished, if there is something to do next.
func finishedBefore[C any](next *C, running *work) <-chan struct{} {
	if next == nil {
		return nil
	}
	return running.finished
}

// begin starts to compute and show what was chosen, and then to prepare what may be chosen next.
func (x *explorer[C]) begin(ctx context.Context, chosen C, arrived time.Time) *work {
	ctx, cancel := context.WithCancel(ctx)
	w := &work{cancel: cancel, began: time.Now(), finished: make(chan struct{}), idle: make(chan struct{})}
	go func() {
		defer close(w.idle)
		defer cancel()
		if err := x.show(ctx, chosen, arrived); err != nil && ctx.Err() == nil {
			x.last = nil
			x.page.Sentence(fmt.Sprintf("There is no picture: %v.", err))
			x.page.Caption()
		}
		close(w.finished)
		x.subject.prepare(ctx, chosen)
	}()
	return w
}

// show computes and shows what was chosen.
func (x *explorer[C]) show(ctx context.Context, chosen C, arrived time.Time) error {
	began := time.Now()
	seen, err := x.subject.look(ctx, chosen)
	x.computed()
	if err != nil {
		return err
	}
	ready := time.Now()
	png, alt, err := draw(seen, (*plots.Figure).ScreenPNG)
	if err != nil {
		return err
	}
	x.page.Picture(png, alt)
	x.last = seen
	shown := time.Now()
	x.page.Caption(append(seen.lines(), fmt.Sprintf("Computed in %d ms, drawn in %d ms, shown %d ms after it was asked for.",
		ready.Sub(began).Milliseconds(), shown.Sub(ready).Milliseconds(), shown.Sub(arrived).Milliseconds()))...)
	return nil
}

// draw draws a view and renders it, and says in words what it shows.
func draw(seen view, render func(*plots.Figure) ([]byte, error)) (png []byte, alt string, err error) {
	figure, err := seen.figure()
	if err != nil {
		return nil, "", err
	}
	png, err = render(figure)
	return png, figure.Alt(), err
}
