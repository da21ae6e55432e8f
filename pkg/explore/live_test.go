package explore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// hanging is longer than any step of a test takes, on a busy machine too.
const hanging = 20 * time.Minute

// record is a page that notes what it is shown.
type record struct {
	mu      sync.Mutex
	pending []string
	wake    chan struct{}
}

func newRecord() *record { return &record{wake: make(chan struct{}, 1)} }

func (r *record) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending, text)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *record) Picture(p picture) {
	if _, err := png.Decode(bytes.NewReader(p.PNG)); err != nil || p.Alt == "" || p.State == "" {
		r.note(fmt.Sprintf("broken picture: %v, words %q, state %q", err, p.Alt, p.State))
		return
	}
	r.note("picture: " + strings.Join(p.Caption, " "))
}

func (r *record) News(n news) {
	switch {
	case n.State == "":
		r.note("news of nothing")
	case n.Problem != "":
		r.note(fmt.Sprintf("problem with %q: %s", n.Field, n.Problem))
	case n.Ready:
		r.note("ready")
	default:
		r.note("work: " + n.Work)
	}
}

// await returns what was shown up to the first line that holds the words.
func (r *record) await(t *testing.T, words string) string {
	t.Helper()
	deadline := time.After(hanging)
	for {
		r.mu.Lock()
		for i, line := range r.pending {
			if strings.Contains(line, words) {
				shown := strings.Join(r.pending[:i+1], "\n")
				r.pending = r.pending[i+1:]
				r.mu.Unlock()
				return shown
			}
		}
		r.mu.Unlock()
		select {
		case <-r.wake:
		case <-deadline:
			t.Fatalf("%q was not shown; what was: %q", words, r.pending)
		}
	}
}

// small is a config whose pictures take little time on any backend.
func small() Config {
	return filled(Config{
		Net:   models.Config{Net: "residual", Depth: 3, Width: 10, Norm: norms.Batch, Beta: 0.1},
		Draws: 1, Seed: 1,
	})
}

// filled is a config with its defaults.
func filled(c Config) Config {
	c, err := c.withDefaults()
	if err != nil {
		panic(err)
	}
	return c
}

// live is an explorer that runs.
type live struct {
	*record
	t        *testing.T
	explorer *explorer
	oven     *oven
	arrivals chan settings
	sequence int
	ended    chan error
	stop     context.CancelFunc
}

// start starts an explorer and waits for its first picture.
func start(t *testing.T, config Config) *live {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l := &live{record: newRecord(), t: t, arrivals: make(chan settings), ended: make(chan error, 1),
		stop: stop}
	l.oven = newOven(engine.New(testbackend.Open(t)), config)
	l.explorer = &explorer{subject: l.oven, page: l}
	go func() {
		l.ended <- l.explorer.follow(ctx, l.arrivals, hanging)
		close(l.ended)
	}()
	t.Cleanup(func() {
		stop()
		for range l.ended { // until nothing uses the engine
		}
		l.oven.seer.engine.Close()
	})
	l.await(t, "ready")
	return l
}

// send sends the state to start from with other fields, such as "depth=5&seed=2".
func (l *live) send(fields string) {
	l.sequence++
	l.sendAs(l.sequence, fields)
}

// sendAs is send under a number.
func (l *live) sendAs(sequence int, fields string) {
	l.arrivals <- settings{Sequence: sequence, State: changed(l.t, l.oven.start(), fields)}
}

// done presses Done.
func (l *live) done() { l.arrivals <- settings{Sequence: l.sequence + 1000, Done: true} }

// changed returns a state with other fields.
func changed(t testing.TB, state, fields string) string {
	t.Helper()
	all, err := url.ParseQuery(state)
	if err != nil {
		t.Fatal(err)
	}
	others, err := url.ParseQuery(fields)
	if err != nil {
		t.Fatal(err)
	}
	for name := range others {
		all.Set(name, others.Get(name))
	}
	return all.Encode()
}

// wantEnd checks how the explorer ends.
func (l *live) wantEnd(want error) {
	l.t.Helper()
	select {
	case got := <-l.ended:
		if !errors.Is(got, want) {
			l.t.Errorf("the explorer ended with %v, not %v", got, want)
		}
	case <-time.After(hanging):
		l.t.Fatal("the explorer does not end")
	}
}
