package figure2_test

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure2.Quick()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*figure2.Result, error) {
		return figure2.Run(ctx, e, config)
	})
	figure := resultstest.CheckResults(t, result)
	for _, statistics := range paper.AllStatistics {
		for _, net := range config.Nets {
			var depths []int
			for _, s := range result.Select(net.Net, net.Beta, statistics) {
				depths = append(depths, s.Depth)
				if s.Draws != config.Draws || s.Mean[0] != 1 || len(s.Lags) != 16 {
					t.Errorf("%s of depth %d: %d draws, %d lags, %g at lag 0", s.Net, s.Depth, s.Draws,
						len(s.Lags), s.Mean[0])
				}
			}
			if !slices.Equal(depths, config.Depths) {
				t.Errorf("%s, beta %g, %s: depths %v, want %v", net.Net, net.Beta, statistics, depths,
					config.Depths)
			}
		}
	}
	for _, noise := range []string{paper.Brown, paper.White} {
		if n := len(result.Select(noise, 0, "")); n != 1 {
			t.Errorf("%d curves of %s noise", n, noise)
		}
	}
	if len(result.Whiteness) != 2*2 || result.Whiteness[3].Depth != 50 ||
		result.Whiteness[3].Statistics != norms.Coupled {
		t.Errorf("the tests of the nets of 24 and 50 layers are %+v", result.Whiteness)
	}
	// Theory is there for every curve of frozen statistics, that of its own depth and net, and for no other.
	for _, s := range result.Series {
		if (s.Theory != nil) != (s.Statistics == norms.Frozen) {
			t.Errorf("%s, %s statistics: theory %g", s.ID(), s.Statistics, s.Theory)
		}
	}
	net := config.Nets[1]
	theory, err := law.Theory(t.Context(), net, config.Inputs, config.Depths[2:3], false)
	if err != nil {
		t.Fatal(err)
	}
	got := result.Select(net.Net, net.Beta, norms.Frozen)[2]
	if !slices.Equal(got.Theory, theory[0].ACF) {
		t.Errorf("theory of %d layers %g, want %g", got.Depth, got.Theory, theory[0].ACF)
	}
	// At any size: a shallow net is browner than a deep one, and small beta keeps deep resnets brown.
	feedforward := result.Select("feedforward", 0, norms.Frozen)
	shallow, deep := feedforward[0], feedforward[3]
	rescaled := result.Select("residual", 0.1, norms.Frozen)[3]
	if !(shallow.Brownness.Value > 0.5 && deep.Brownness.Value < 0.3 && rescaled.Brownness.Value > 0.5) {
		t.Errorf("brownness: 2 layers %v, 50 layers %v, 50 with skips and beta = 0.1 %v", shallow.Brownness,
			deep.Brownness, rescaled.Brownness)
	}
	sources := make(map[string]bool)
	for _, claim := range figure.Claims {
		sources[claim.Source] = true
	}
	for _, panel := range []string{"Figure 2a", "Figure 2b", "Figure 2c"} {
		if !sources[panel] {
			t.Errorf("no claim about %s", panel)
		}
	}
}

// TestPaper holds the config to the numbers the paper gives.
func TestPaper(t *testing.T) {
	c := figure2.Paper()
	if !slices.Equal(c.Depths, []int{2, 4, 10, 24, 50}) || c.Draws != 20 || c.Inputs != 256 {
		t.Errorf("%+v", c)
	}
	for _, net := range c.Nets {
		if net.Width != 200 {
			t.Errorf("width %d, the paper's is 200", net.Width)
		}
	}
	if text, err := json.Marshal(c); err != nil || !strings.Contains(string(text), `"norm":"center"`) {
		t.Errorf("config as JSON: %s, %v", text, err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for want, change := range map[string]func(*figure2.Config){
		"depth is 0":            func(c *figure2.Config) { c.Depths = []int{0} },
		"in ascending order":    func(c *figure2.Config) { c.Depths = []int{50, 2} },
		"beta is NaN":           func(c *figure2.Config) { c.Nets[1].Beta = math.NaN() },
		"width is -5":           func(c *figure2.Config) { c.Nets[0].Width = -5 },
		"draws is -1":           func(c *figure2.Config) { c.Draws = -1 },
		"draws is 1":            func(c *figure2.Config) { c.WhitenessDraws = 1 },
		"at least 2":            func(c *figure2.Config) { c.Draws = 1 },
		"grid of 1 points":      func(c *figure2.Config) { c.Inputs = 1 },
		"number of inputs is 8": func(c *figure2.Config) { c.Inputs = 8 },
		" would ":               func(c *figure2.Config) { c.WhitenessDraws = 1 << 62 },
	} {
		config := figure2.Quick()
		change(&config)
		_, err := figure2.Run(t.Context(), e, config)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
}
