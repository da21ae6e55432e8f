package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// TestPicturesGetFiner looks at all pictures of many draws.
func TestPicturesGetFiner(t *testing.T) {
	l := start(t, small())
	l.send("depth=30&width=50&draws=120")
	shown := strings.Split(l.await(t, "ready"), "\n")
	last, pictures := 0, 0
	for i, line := range shown {
		var draws int
		switch _, said, partial := strings.Cut(line, "the first "); {
		case strings.HasPrefix(line, "work: "):
			if !strings.Contains(line, "30-layer residual net, draws: ") || !strings.HasSuffix(line,
				" of 120") {
				t.Errorf("the bar says %q", line)
			}
			continue
		case line == "ready":
			continue
		case !strings.HasPrefix(line, "picture: "):
			t.Errorf("on the way came %q", line)
			continue
		case strings.Contains(line, "relu, 120 draws, seed 1."):
			draws = 120
		case partial:
			if _, err := fmt.Sscanf(said, "%d of 120 draws, seed 1.", &draws); err != nil {
				t.Errorf("a picture of %q: %v", line, err)
			}
		}
		if pictures == 0 && draws != 1 || draws <= last {
			t.Errorf("picture %d, line %d, is of %d draws, behind %d", pictures, i, draws, last)
		}
		last, pictures = draws, pictures+1
	}
	if last != 120 || pictures < 2 {
		t.Errorf("there were %d pictures, the last of %d draws", pictures, last)
	}
	whole, err := Look(t.Context(), l.oven.seer.engine, l.explorer.last.(sight).now.Config)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.explorer.last.(sight).now; !slices.Equal(got.ACF.Mean, whole.ACF.Mean) ||
		got.Numbers != whole.Numbers {
		t.Error("what was refined is not what comes at once")
	}
}

// TestLatencyIsSaid checks that the caption tells how long the reader waited.
func TestLatencyIsSaid(t *testing.T) {
	l := start(t, small())
	l.send("depth=4&draws=2")
	var drawn, after, first int
	_, said, _ := strings.Cut(l.await(t, "the first 1 of 2 draws"), "Drawn in ")
	if _, err := fmt.Sscanf(said, "%d ms, shown %d ms after it was asked for.", &drawn,
		&after); err != nil || after < drawn {
		t.Errorf("the first caption says %q: %v", said, err)
	}
	_, said, _ = strings.Cut(l.await(t, " 2 draws, seed"), "Drawn in ")
	if _, err := fmt.Sscanf(said,
		"%d ms, shown %d ms after it was asked for, the first picture after %d ms.", &drawn, &after,
		&first); err != nil || after < first {
		t.Errorf("the last caption says %q: %v", said, err)
	}
}

// BenchmarkFirst measures what a reader waits for between the arrival of settings and the first picture, at
// the paper's size and with many draws to come: with compiled steps, and for a beta that was never seen.
func BenchmarkFirst(b *testing.B) {
	for name, fields := range map[string]string{
		"warm": "seed=%d", "beta": "beta=0.1%05d",
		"large": "depth=100&width=400&statistics=coupled&seed=%d", "cold": "width=%d",
	} {
		b.Run(name, func(b *testing.B) {
			o := newOven(engine.New(testbackend.Open(b)), filled(Config{Draws: 50}))
			defer o.seer.engine.Close()
			look := func(i int) {
				enough := errors.New("enough")
				err := o.look(b.Context(), changed(b, o.start(), fmt.Sprintf(fields, i+100)),
					func(seen view) error {
						if _, _, err := draw(seen, (*plots.Figure).ScreenPNG); err != nil {
							return err
						}
						return enough
					})
				if !errors.Is(err, enough) {
					b.Fatal(err)
				}
			}
			look(0)
			for i := 1; b.Loop(); i++ {
				look(i)
			}
		})
	}
}
