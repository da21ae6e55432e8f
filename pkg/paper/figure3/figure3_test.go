package figure3_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure3.Quick()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*figure3.Result, error) {
		return figure3.Run(ctx, e, config)
	})
	figure := resultstest.CheckResults(t, result)
	if len(result.Series) != len(config.Nets) {
		t.Fatalf("%d series of %d nets", len(result.Series), len(config.Nets))
	}
	for _, s := range result.Series {
		if len(s.Layers) != s.Depth || len(s.Active.Mean) != s.Depth || len(s.Coactive.Mean) != s.Depth {
			t.Errorf("%s, %s: %d layers, %d and %d means at depth %d", s.Net, s.Norm, len(s.Layers),
				len(s.Active.Mean), len(s.Coactive.Mean), s.Depth)
		}
		climb := s.Coactive.Mean[s.Depth-1] - s.Coactive.Mean[1]
		if math.Abs(s.Climb.Value-climb) > 1e-14 { // rounding
			t.Errorf("%s, %s: coactivation climbs by %g, not %g", s.Net, s.Norm, s.Climb.Value, climb)
		}
	}
	// At any size: without batch normalisation deep units are nearly constant, with it they are not.
	last := config.Nets[0].Depth - 1
	without := result.Select("feedforward", norms.None, 0).Coactive.Mean[last]
	with := result.Select("feedforward", norms.Batch, 0).Coactive.Mean[last]
	if without < 0.35 || with > 0.3 {
		t.Errorf("coactivation is %g without and %g with batch normalisation", without, with)
	}
	if result.Select("residual", norms.Center, 1) != nil {
		t.Error("there are curves of a net that did not run")
	}
	// 3 without and 2 with batch normalisation, and 2 a beta of the resnets with it; and 1 a net.
	if n := len(figure.Claims); n != 11+len(config.Nets) {
		t.Errorf("%d claims, want %d", n, 11+len(config.Nets))
	}
	// The first layer is known without a recursion: both inputs of a pair are above the bias.
	for _, s := range result.Series {
		if math.Abs(s.Theory[0]-result.Series[0].Theory[0]) > 1e-12 ||
			math.Abs(s.Theory[0]-s.Coactive.Mean[0]) > 0.05 {
			t.Errorf("%s: theory %g of the first layer, measured %g", s.ID(), s.Theory[0], s.Coactive.Mean[0])
		}
	}
}

// TestPaper holds the config to the numbers the paper gives.
func TestPaper(t *testing.T) {
	c := figure3.Paper()
	if c.Draws != 100 || c.Inputs != 256 || c.Nets[0].Width != 100 || c.Nets[0].Depth != 50 {
		t.Errorf("%+v", c)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for want, change := range map[string]func(*figure3.Config){
		"depth 1": func(c *figure3.Config) { c.Nets[0].Depth = 1 },
		"draws":   func(c *figure3.Config) { c.Draws = -1 },
		" would ": func(c *figure3.Config) { c.Draws = 1 << 62 },
	} {
		config := figure3.Quick()
		change(&config)
		_, err := figure3.Run(t.Context(), e, config)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
}

// BenchmarkRun computes the curves of the two nets that the paper shows, at its size, without compiling.
func BenchmarkRun(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	defer e.Close()
	config := figure3.Paper()
	config.Nets = slices.DeleteFunc(config.Nets,
		func(net models.Config) bool { return net.Net != "feedforward" })
	for b.Loop() {
		if _, err := figure3.Run(b.Context(), e, config); err != nil {
			b.Fatal(err)
		}
	}
}
