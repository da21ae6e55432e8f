package explore

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// TestTheoryIsDrawn asks for the theory of nets that have one, on their grids, and of one that has none.
func TestTheoryIsDrawn(t *testing.T) {
	c := small()
	s := &seer{engine: engine.New(testbackend.Open(t))}
	defer s.engine.Close()
	const coupled = "No curve of the theory: statistics is "
	for state, problem := range map[string]string{
		"net=feedforward&norm=center&depth=4&points=40&theory=on":    "",
		"net=highway&norm=none&points=40&low=0.1&high=0.5&theory=on": "",
		// less than 1 apart
		"norm=bn&depth=2&draws=3&points=40&theory=on&pinned=points%3D40%26norm%3Dnone": "",
		"norm=bn&statistics=coupled&points=40&theory=on":                               coupled,
		"net=feedforward&norm=center&depth=4&points=40":                                "",
	} {
		w, err := c.read(state)
		if err != nil {
			t.Fatal(err)
		}
		var shown []view
		whole, err := s.look(t.Context(), w, func(v view) error { shown = append(shown, v); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if shown[0].(sight).now.Theory != nil {
			t.Errorf("%s: the first picture waited for the theory", state)
		}
		seen := whole.(sight)
		if figure, err := seen.figure(); err != nil {
			t.Errorf("%s can't be drawn: %v", state, err)
		} else if w.theory && problem == "" && !strings.Contains(svg(t, figure), "infinitely wide net") {
			t.Errorf("%s: the picture has no key of the theory", state)
		}
		for _, v := range []*View{seen.now, seen.pinned} {
			switch {
			case v == nil:
			case !w.theory || problem != "":
				if v.Theory != nil || !strings.HasPrefix(v.NoTheory, problem) ||
					(problem == "") != (v.NoTheory == "") {
					t.Errorf("%s has the curve %v and says %q", state, v.Theory, v.NoTheory)
				}
			default:
				x, err := data.Grid(v.Config.Inputs, v.Config.Low, v.Config.High)
				if err != nil {
					t.Fatal(err)
				}
				result, err := meanfield.Run(t.Context(), meanfield.Config{Net: v.Config.Net, X: x,
					Distance: 0.1})
				if err != nil {
					t.Fatal(err)
				}
				want, err := result.ACF(gradients.MaxLag)
				if err != nil {
					t.Fatal(err)
				}
				for lag := range want {
					if len(v.Theory) != len(want) ||
						math.Abs(v.Theory[lag]-want[lag]) > 1e-9 { // sums in another order
						t.Fatalf("%s: the theory is %v, not %v", state, v.Theory, want)
					}
				}
			}
		}
	}
}

// BenchmarkTheory is what the box of the theory takes at the paper's size and depth, without batch
// normalisation.
func BenchmarkTheory(b *testing.B) {
	for _, norm := range []string{"none", "center"} {
		b.Run(norm, func(b *testing.B) {
			w, err := filled(Config{}).read("net=feedforward&norm=" + norm)
			if err != nil {
				b.Fatal(err)
			}
			x, err := data.Grid(w.config.Inputs, w.config.Low, w.config.High)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := theory(b.Context(), w.config.Net, x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
