package explore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
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

func (r *record) Picture(content []byte, alt string) {
	if _, err := png.Decode(bytes.NewReader(content)); err != nil {
		r.note("broken picture: " + err.Error())
		return
	}
	if alt == "" {
		r.note("a picture without words")
		return
	}
	r.note("picture")
}
func (r *record) Sentence(text string)    { r.note("sentence: " + text) }
func (r *record) Caption(lines ...string) { r.note("caption: " + strings.Join(lines, " ")) }

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
	return Config{
		Net:   models.Config{Net: "residual", Depth: 3, Width: 10, Norm: norms.Batch, Beta: 0.1},
		Draws: 1, Seed: 1,
	}.withDefaults()
}

// live is an explorer that runs.
type live struct {
	*record
	t        *testing.T
	explorer *explorer[choice]
	oven     *oven
	arrivals chan settings[choice]
	sequence int
	ended    chan error
	stop     context.CancelFunc
}

// start starts an explorer and waits for its first picture.
func start(t *testing.T, config Config) *live {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l := &live{record: newRecord(), t: t, arrivals: make(chan settings[choice]), ended: make(chan error, 1), stop: stop}
	l.oven = &oven{engine: engine.New(testbackend.Open(t)), config: config}
	l.explorer = &explorer[choice]{subject: l.oven, page: l, computed: func() {}}
	go func() {
		l.ended <- l.explorer.follow(ctx, l.arrivals, hanging)
		close(l.ended)
	}()
	t.Cleanup(func() {
		stop()
		for range l.ended { // until nothing uses the engine
		}
		l.oven.engine.Close()
	})
	l.await(t, "caption")
	return l
}

// send sends the settings to start from with a change.
func (l *live) send(change func(*settings[choice])) {
	l.sequence++
	s := settings[choice]{Sequence: l.sequence, Choice: l.oven.start()}
	change(&s)
	l.arrivals <- s
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

func TestFollowShowsWhatIsChosen(t *testing.T) {
	l := start(t, small())
	for _, c := range []struct {
		change func(*settings[choice])
		words  string
	}{
		{func(s *settings[choice]) { s.Choice.Depth = 5 }, "Residual net, depth 5, width 10, β = 0.1, normalisation bn (frozen), activation relu, one draw, seed 1."},
		{func(s *settings[choice]) { s.Choice.Beta, s.Choice.Statistics = 1, "coupled" }, "depth 3, width 10, β = 1, normalisation bn (coupled)"},
		{func(s *settings[choice]) { s.Choice.Net, s.Choice.Norm = "feedforward", "center" }, "Feedforward net, depth 3, width 10, normalisation center"},
		{func(s *settings[choice]) { s.Choice.Net, s.Choice.Norm = "highway", "none" }, "Highway net, depth 3, width 10, γ₂ = 0.577, normalisation none"},
		{func(s *settings[choice]) { s.Choice.Draws, s.Choice.Seed = 3, "7" }, "3 draws, seed 7."},
		{func(s *settings[choice]) { s.Choice.Width = 20 }, "width 20"},
	} {
		l.send(c.change)
		if shown := l.await(t, c.words); !strings.HasPrefix(shown, "picture\n") {
			t.Errorf("no picture came with %q, but %q", c.words, shown)
		}
	}
	l.send(func(s *settings[choice]) { s.Done = true })
	l.wantEnd(errDone)
}

// TestFollowDropsWhatWasOvertaken sends the newest settings first.
func TestFollowDropsWhatWasOvertaken(t *testing.T) {
	l := start(t, small())
	l.send(func(s *settings[choice]) { s.Sequence, s.Choice.Depth = 30, 5 })
	l.await(t, "depth 5")
	for sequence := range 30 {
		l.send(func(s *settings[choice]) { s.Sequence, s.Choice.Depth = sequence, 10+sequence })
	}
	l.send(func(s *settings[choice]) { s.Sequence, s.Choice.Depth = 31, 6 })
	if shown := l.await(t, "depth 6"); strings.Count(shown, "caption") != 1 {
		t.Errorf("settings that were overtaken were shown: %q", shown)
	}
}

// TestFollowEndsOnTheNewest sends a burst, of which only the last must be shown in the end.
func TestFollowEndsOnTheNewest(t *testing.T) {
	l := start(t, small())
	for depth := 2; depth <= 40; depth++ {
		l.send(func(s *settings[choice]) { s.Choice.Depth = depth })
	}
	l.await(t, "depth 40")
	l.send(func(s *settings[choice]) { s.Choice.Depth = 40 })
	l.send(func(s *settings[choice]) { s.Done = true })
	l.wantEnd(errDone)
	if len(l.pending) > 0 {
		t.Errorf("after the newest picture came %q", l.pending)
	}
	if depth := l.explorer.last.(*View).Config.Net.Depth; depth != 40 {
		t.Errorf("the last picture is of depth %d", depth)
	}
}

// TestFollowGivesUpHeavyWork asks for what takes hours, and then for what does not.
func TestFollowGivesUpHeavyWork(t *testing.T) {
	l := start(t, small())
	heavy := func(s *settings[choice]) { s.Choice.Depth, s.Choice.Width, s.Choice.Draws = 1000, 400, 5000 }
	l.send(heavy)
	l.send(func(s *settings[choice]) { s.Choice.Depth = 4 })
	if shown := l.await(t, "depth 4,"); strings.Contains(shown, "sentence") {
		t.Errorf("work that was given up was reported: %q", shown)
	}
	l.send(heavy)
	l.send(func(s *settings[choice]) { s.Done = true })
	l.wantEnd(errDone)
}

func TestFollowEndsWithTheContext(t *testing.T) {
	l := start(t, small())
	l.stop()
	l.wantEnd(context.Canceled)
}

func TestFollowWithoutAPage(t *testing.T) {
	r := newRecord()
	o := &oven{engine: engine.New(testbackend.Open(t)), config: small()}
	defer o.engine.Close()
	x := &explorer[choice]{subject: o, page: r, computed: func() {}}
	if err := x.follow(t.Context(), make(chan settings[choice]), time.Second); !errors.Is(err, errUnanswered) {
		t.Errorf("without a page that answers: %v", err)
	}
}

// TestFollowGoesOnAfterMistakes sends settings that make no net, and nets that have no gradient.
func TestFollowGoesOnAfterMistakes(t *testing.T) {
	config := small()
	config.Net.Activation = &activations.Activation{Name: "broken", Apply: func(x *graph.Node) *graph.Node { panic("not written yet") }}
	l := start(t, config)
	for words, change := range map[string]func(*settings[choice]){
		"not written yet":                 func(s *settings[choice]) { s.Choice.Depth = 2 },
		"depth is 0":                      func(s *settings[choice]) { s.Choice.Depth = 0 },
		"unknown normalisation \"sauce\"": func(s *settings[choice]) { s.Choice.Norm = "sauce" },
		"unknown net":                     func(s *settings[choice]) { s.Choice.Net = "fishing" },
		"the seed is \"-1\"":              func(s *settings[choice]) { s.Choice.Seed = "-1" },
		"the seed is \"\"":                func(s *settings[choice]) { s.Choice.Seed = "" },
		"draws is 0":                      func(s *settings[choice]) { s.Choice.Draws = 0 },
		"unknown statistics":              func(s *settings[choice]) { s.Choice.Statistics = "melted" },
		"beta is 0":                       func(s *settings[choice]) { s.Choice.Beta = 0 },
	} {
		l.send(change)
		shown := l.await(t, words)
		if strings.Contains(shown, "picture\n") || !strings.HasSuffix(shown, ".") || strings.Contains(shown, "..") {
			t.Errorf("%q gave %q, not a sentence", words, shown)
		}
		l.await(t, "caption: ")
	}
	if l.explorer.last != nil {
		t.Error("a sentence left the picture before it to be kept")
	}
}

// TestLatencyIsSaid checks that the caption tells how long the reader waited.
func TestLatencyIsSaid(t *testing.T) {
	l := start(t, small())
	l.send(func(s *settings[choice]) { s.Choice.Depth = 4 })
	shown := l.await(t, "caption")
	var computed, drawn, after int
	_, said, _ := strings.Cut(shown, "Computed in ")
	if _, err := fmt.Sscanf(said, "%d ms, drawn in %d ms, shown %d ms after it was asked for.", &computed, &drawn, &after); err != nil {
		t.Errorf("the caption is %q: %v", shown, err)
	}
	if after+1 < computed+drawn { // each is rounded down
		t.Errorf("computed in %d ms and drawn in %d ms, but shown after %d ms", computed, drawn, after)
	}
}

// BenchmarkShow measures what a reader waits for between the arrival of settings and the picture, at the paper's size: with compiled
// steps, and for a beta that was never seen.
func BenchmarkShow(b *testing.B) {
	for name, change := range map[string]func(*choice, int){
		"warm": func(c *choice, i int) { c.Seed = strconv.Itoa(i) },
		"beta": func(c *choice, i int) { c.Beta = 0.1 + 1e-6*float64(i+1) },
	} {
		b.Run(name, func(b *testing.B) {
			o := &oven{engine: engine.New(testbackend.Open(b)), config: Defaults().withDefaults()}
			defer o.engine.Close()
			x := &explorer[choice]{subject: o, page: newRecord(), computed: func() {}}
			chosen := o.start()
			if err := x.show(b.Context(), chosen, time.Now()); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				change(&chosen, i)
				if err := x.show(b.Context(), chosen, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
