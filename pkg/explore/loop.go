package explore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// lightTime is how long a computation may still run when newer settings arrive. Light ones end within it, so
// that pictures follow a slider that is being moved; heavy ones are given up.
const lightTime = 250 * time.Millisecond

// How a live explorer ended.
var (
	errDone       = errors.New("done")
	errUnanswered = errors.New("no page answered")
)

// view is what there is to see of a state.
type view interface {
	// figure draws it, and lines says what it is.
	figure() (*plots.Figure, error)
	lines() []string
}

// subject is what an explorer explores. States are what its controls can be set to: see [Config.read].
type subject interface {
	// start returns the state to start from.
	start() string

	// look computes what there is to see of a state. It hands it to show as it gets finer, and in the end the
	// whole.
	look(ctx context.Context, state string, show func(view) error) error

	// prepare does what may be useful next while nobody asks for anything, until the context ends.
	prepare(ctx context.Context, state string)

	// full says whether it is time to free what was kept for later, and empty frees it, when nothing runs.
	full() bool
	empty()
}

// explorer computes and shows what settings ask for.
type explorer struct {
	subject subject
	page    page

	// last is what the picture shows, nil where there was none yet, and state that of which it is the view.
	last  view
	state string
}

// work is a computation under way.
type work struct {
	cancel   context.CancelFunc
	canceled bool
	began    time.Time
	pictured chan struct{} // closed when there is a picture, be it of one draw
	finished chan struct{} // closed when the picture is whole
	idle     chan struct{} // closed when nothing uses the engine any more
}

// giveUp ends the work before it is whole.
func (w *work) giveUp() {
	w.cancel()
	w.canceled = true
}

// follow shows what the settings that arrive ask for until Done is pressed or the context ends, and returns
// errDone or the context's error. Without any settings within the patience it returns errUnanswered.
//
// Settings that newer ones have overtaken are dropped. At most one computation runs; meanwhile only the
// newest settings are kept. To start with, it shows what the config starts from.
func (x *explorer) follow(ctx context.Context, arrivals <-chan settings, patience time.Duration) error {
	shown := x.subject.start()
	running := x.begin(ctx, shown, time.Now())
	defer func() {
		running.cancel()
		<-running.idle
	}()
	var (
		newest     int
		next       *string // what to show after what runs
		arrived    time.Time
		late       <-chan time.Time // when to give up what runs for what is next
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
			if s.State == shown && !running.canceled {
				next, late = nil, nil
				continue
			}
			next, arrived = &s.State, time.Now()
			if late == nil {
				late = time.After(time.Until(running.began.Add(lightTime)))
			}
		case <-late:
			running.giveUp()
		case <-when(next != nil && !running.canceled, running.pictured):
			running.giveUp() // finer ones are for whoever waits
		case <-when(next != nil, running.finished):
			shown, next, late = *next, nil, nil
			running.cancel()
			if x.subject.full() {
				<-running.idle
				x.subject.empty()
			}
			running = x.begin(ctx, shown, arrived)
		}
	}
}

// when returns the channel, or one from which nothing comes.
func when(wanted bool, c <-chan struct{}) <-chan struct{} {
	if wanted {
		return c
	}
	return nil
}

// begin starts to compute and show a state, and then to prepare what may be asked for next.
func (x *explorer) begin(ctx context.Context, state string, arrived time.Time) *work {
	ctx, cancel := context.WithCancel(ctx)
	w := &work{cancel: cancel, began: time.Now(), pictured: make(chan struct{}),
		finished: make(chan struct{}), idle: make(chan struct{})}
	go func() {
		defer close(w.idle)
		defer cancel()
		var once sync.Once
		pictures := &pictures{explorer: x, state: state, arrived: arrived,
			pictured: func() { once.Do(func() { close(w.pictured) }) }}
		err := x.subject.look(progress.With(ctx, &bar{page: x.page, state: state}), state,
			func(seen view) error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return pictures.show(seen)
			})
		if ended := (news{State: state, Ready: true}); ctx.Err() == nil {
			if err != nil {
				ended.Problem = fmt.Sprintf("There is no picture of this: %v.", err)
				var wrong *fieldError
				if errors.As(err, &wrong) {
					ended.Field = wrong.field
				}
			}
			x.page.News(ended)
		}
		close(w.finished)
		x.subject.prepare(progress.With(ctx, silent{}), state)
	}()
	return w
}

// pictures are those of one state.
type pictures struct {
	explorer *explorer
	state    string
	arrived  time.Time
	first    time.Duration // when the first was shown, after the state arrived; 0 before
	pictured func()
}

// show shows what there is to see.
func (p *pictures) show(seen view) error {
	began := time.Now()
	png, alt, err := draw(seen, (*plots.Figure).ScreenPNG)
	if err != nil {
		return err
	}
	now := time.Now()
	after := now.Sub(p.arrived)
	timing := fmt.Sprintf("Drawn in %d ms, shown %d ms after it was asked for",
		now.Sub(began).Milliseconds(), after.Milliseconds())
	if p.first == 0 {
		p.first = after
	} else {
		timing += fmt.Sprintf(", the first picture after %d ms", p.first.Milliseconds())
	}
	shown := picture{PNG: png, Alt: alt, State: p.state, Caption: append(seen.lines(), timing+".")}
	if coded, has := seen.(interface{ code() string }); has {
		shown.Code = coded.code()
	}
	p.explorer.page.Picture(shown)
	p.explorer.last, p.explorer.state = seen, p.state
	p.pictured()
	return nil
}

// newsEvery is how often the bar moves. Work that is done within barAfter moves none.
const (
	barAfter  = 150 * time.Millisecond
	newsEvery = 150 * time.Millisecond
)

// bar shows the progress of the work on a state beside the controls. It implements progress.Reporter.
type bar struct {
	page  page
	state string

	mu          sync.Mutex
	name        string
	began, last time.Time
	done        int
}

// Update implements progress.Reporter.
func (b *bar) Update(name string, done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if name != b.name || done == 0 { // a task begins
		b.name, b.began, b.done = name, now, 0
	}
	b.done = max(b.done, done)
	if now.Sub(b.began) < barAfter || now.Sub(b.last) < newsEvery {
		return
	}
	b.last = now
	b.page.News(news{State: b.state, Work: fmt.Sprintf("%s: %d of %d", name, b.done, total), Done: b.done,
		Total: total})
}

// silent tells nobody of the progress of what nobody asked for. It implements progress.Reporter.
type silent struct{}

// Update implements progress.Reporter.
func (silent) Update(string, int, int) {}

// draw draws a view and renders it, and says in words what it shows.
func draw(seen view, render func(*plots.Figure) ([]byte, error)) (png []byte, alt string, err error) {
	figure, err := seen.figure()
	if err != nil {
		return nil, "", err
	}
	png, err = render(figure)
	return png, figure.Alt(), err
}
