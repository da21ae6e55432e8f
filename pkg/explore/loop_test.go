package explore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

func TestFollowShowsWhatIsChosen(t *testing.T) {
	l := start(t, small())
	for _, c := range []struct{ fields, words string }{
		{"depth=5", "Residual net, depth 5, width 10, β = 0.1, normalisation bn (frozen), activation relu, " +
			"one draw, seed 1."},
		{"beta=1&statistics=coupled", "depth 3, width 10, β = 1, normalisation bn (coupled)"},
		{"net=feedforward&norm=center", "Feedforward net, depth 3, width 10, normalisation center"},
		{"net=highway&norm=none", "Highway net, depth 3, width 10, γ₂ = 0.577, normalisation none"},
		{"net=highway&norm=none&gamma2=0.3", "γ₂ = 0.3, normalisation none"},
		{"draws=3&seed=7", " 3 draws, seed 7."},
		{"width=20&alpha=1.1", "width 20, α = 1.1, β = 0.1"},
		{"activation=crelu&initializer=lecun", "activation crelu, weights lecun"},
		{"points=40&low=-1&high=3", "40 inputs from -1 to 3"},
		{"pinned=depth%3D9", "A, pinned: Residual net, depth 9, width 10, β = 0.1, normalisation bn " +
			"(frozen), activation relu, one draw, seed 1."},
	} {
		l.send(c.fields)
		if shown := l.await(t, c.words); strings.Contains(shown, "problem") {
			t.Errorf("%s gives %q", c.fields, shown)
		}
		l.await(t, "ready")
	}
	l.done()
	l.wantEnd(errDone)
}

// TestFollowDropsWhatWasOvertaken sends the newest settings first.
func TestFollowDropsWhatWasOvertaken(t *testing.T) {
	l := start(t, small())
	l.sendAs(30, "depth=5")
	l.await(t, "depth 5")
	for sequence := range 30 {
		l.sendAs(sequence, fmt.Sprintf("depth=%d", 10+sequence))
	}
	l.sendAs(31, "depth=6")
	if shown := l.await(t, "depth 6"); strings.Count(shown, "picture") != 1 {
		t.Errorf("settings that were overtaken were shown: %q", shown)
	}
}

// TestFollowEndsOnTheNewest sends a burst, of which only the last must be shown in the end.
func TestFollowEndsOnTheNewest(t *testing.T) {
	l := start(t, small())
	for depth := 2; depth <= 40; depth++ {
		l.send(fmt.Sprintf("depth=%d", depth))
	}
	l.await(t, "depth 40")
	l.await(t, "ready")
	l.send("depth=40")
	l.done()
	l.wantEnd(errDone)
	if len(l.pending) > 0 {
		t.Errorf("after the newest picture came %q", l.pending)
	}
	if depth := l.explorer.last.(sight).now.Config.Net.Depth; depth != 40 {
		t.Errorf("the last picture is of depth %d", depth)
	}
}

// TestFollowGivesUpHeavyWork asks for what takes hours, and then for what does not: after the first picture,
// and before there is one.
func TestFollowGivesUpHeavyWork(t *testing.T) {
	l := start(t, small())
	l.send("width=20&draws=1000000")
	l.await(t, "the first 1 of 1000000 draws")
	for i, heavy := range []string{"width=20&draws=1000000", "depth=1000&width=400&draws=5000"} {
		l.send(heavy)
		// Another one each time: what is shown already is not shown again.
		light := fmt.Sprintf("depth=%d", 4+i)
		l.send(light)
		if shown := l.await(t, fmt.Sprintf("depth %d,", 4+i)); strings.Contains(shown, "problem") {
			t.Errorf("work that was given up was reported: %q", shown)
		}
	}
	l.send("width=20&draws=1000000")
	l.done()
	l.wantEnd(errDone)
}

func TestFollowEndsWithTheContext(t *testing.T) {
	l := start(t, small())
	l.stop()
	l.wantEnd(context.Canceled)
}

func TestFollowWithoutAPage(t *testing.T) {
	r := newRecord()
	o := newOven(engine.New(testbackend.Open(t)), small())
	defer o.seer.engine.Close()
	x := &explorer{subject: o, page: r}
	if err := x.follow(t.Context(), make(chan settings), time.Second); !errors.Is(err, errUnanswered) {
		t.Errorf("without a page that answers: %v", err)
	}
}

// TestFollowGoesOnAfterMistakes sends settings that make no net, and nets that have no gradient. The picture
// stays.
func TestFollowGoesOnAfterMistakes(t *testing.T) {
	config := small()
	config.Net.Activation = &activations.Activation{Name: "broken",
		Apply: func(x *graph.Node) *graph.Node { panic("not written yet") }}
	l := start(t, small())
	before := l.explorer.last
	l.oven.config = config
	for _, c := range []struct{ fields, field, words string }{
		{"activation=broken", "", "not written yet"},
		{"activation=relu&depth=0", "depth", `depth is "0": give a whole number, at least 1`},
		{"activation=relu&width=2.5", "width", `width is "2.5"`},
		{"activation=relu&norm=sauce", "norm", `unknown normalisation "sauce"`},
		{"activation=relu&net=fishing", "", "unknown net"},
		{"activation=relu&seed=-1", "seed", `the seed is "-1"`},
		{"activation=relu&seed=", "seed", `the seed is ""`},
		{"activation=relu&draws=0", "draws", `draws is "0"`},
		{"activation=relu&statistics=melted", "", "unknown statistics"},
		{"activation=relu&beta=0", "beta", `beta is "0": give a number other than 0`},
		{"activation=relu&beta=NaN", "beta", `beta is "NaN": give a number`},
		{"activation=relu&low=2&high=1", "high", "the grid goes from 2 to 1"},
		{"activation=relu&low=0&high=0", "high", "the grid goes from 0 to 0"},
		{"activation=relu&points=8", "", "the largest lag is 15"},
		{"activation=relu&pinned=depth%3D0", "pinned", `the pinned picture can't be made: depth is "0"`},
		{"activation=relu&sauce=1", "", `has no "sauce", only net, norm`},
	} {
		l.send(c.fields)
		shown := l.await(t, c.words)
		if strings.Contains("\n"+shown, "\npicture: ") || !strings.HasSuffix(shown, ".") ||
			strings.Contains(shown, "..") ||
			!strings.Contains(shown, fmt.Sprintf("problem with %q: There is no picture of this: ", c.field)) {
			t.Errorf("%q gave %q, not a sentence about %q", c.fields, shown, c.field)
		}
	}
	if l.explorer.last != before {
		t.Error("mistakes cost the picture")
	}
}
