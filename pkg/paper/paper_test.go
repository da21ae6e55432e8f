package paper_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// checkResults saves the result, checks the file against the schema and returns it.
var checkResults = resultstest.CheckResults

func TestFigure1(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	config := paper.Figure1Quick()
	result, err := paper.Figure1(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	checkResults(t, result)
	for _, statistics := range paper.AllStatistics {
		columns := result.Select(statistics)
		var nets []string
		for _, column := range columns {
			nets = append(nets, column.Net)
			if len(column.X) != config.Inputs || len(column.Values) != config.Inputs || column.Covariance.SymmetricDim() != config.Inputs {
				t.Errorf("%s, %s: %d inputs, %d values, covariance of %d", column.Net, statistics, len(column.X), len(column.Values), column.Covariance.SymmetricDim())
			}
		}
		if want := []string{"feedforward", "feedforward", "residual", "brown", "white"}; !slices.Equal(nets, want) {
			t.Errorf("columns for %s statistics: %v, want %v", statistics, nets, want)
		}
	}
	// One layer has no normalisation: its gradients are the same for both kinds of statistics.
	frozen, coupled := result.Select(norms.Frozen)[0].Values, result.Select(norms.Coupled)[0].Values
	if !slices.Equal(frozen, coupled) {
		t.Error("the gradients of one layer differ between frozen and coupled statistics")
	}
}

// TestResultsSayWhatANetIs keeps results of nets of a user's apart from those of the paper's, in files that follow the schema.
func TestResultsSayWhatANetIs(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	config := paper.Figure1Quick()
	config.Draws, config.Deep.Depth, config.Residual.Depth = 2, 3, 3
	config.Deep.Norm, config.Residual.Initializer = norms.Batch, initializers.Orthogonal
	result, err := paper.Figure1(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	checkResults(t, result)
	for i, want := range map[int]string{1: "batch norm", 2: "orthogonal weights"} {
		if result.Columns[i].Also != want {
			t.Errorf("column %d is told apart from the paper's by %q, want %q", i, result.Columns[i].Also, want)
		}
	}
}

// TestFigure1OfEqualNets: the nets share their draws, so that two of them that are one differ by exactly 0.
func TestFigure1OfEqualNets(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	config := paper.Figure1Quick()
	config.Deep.Width, config.Deep.Depth = 16, 6
	config.Residual, config.Inputs = config.Deep, 64
	result, err := paper.Figure1(t.Context(), engine.New(testbackend.Open(t)), config)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range result.Claims() {
		if !strings.Contains(c.ID, ".browner.") {
			continue
		}
		found++
		if c.Measured != (stats.Estimate{Draws: config.Draws}) || c.Verdict != claims.Contradicted {
			t.Errorf("%s: %+v, %s", c.ID, c.Measured, c.Verdict)
		}
	}
	if found != 2 {
		t.Errorf("%d claims that one net is browner, want 2", found)
	}
}

func TestFigure2(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	config := paper.Figure2Quick()
	result, err := paper.Figure2(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	figure := checkResults(t, result)
	for _, statistics := range paper.AllStatistics {
		for _, net := range config.Nets {
			series := result.Select(net.Net, net.Beta, statistics)
			var depths []int
			for _, s := range series {
				depths = append(depths, s.Depth)
				if s.Draws != config.Draws || s.Mean[0] != 1 || len(s.Lags) != 16 {
					t.Errorf("%s of depth %d: %d draws, %d lags, %g at lag 0", s.Net, s.Depth, s.Draws, len(s.Lags), s.Mean[0])
				}
			}
			if !slices.Equal(depths, config.Depths) {
				t.Errorf("%s, beta %g, %s: depths %v, want %v", net.Net, net.Beta, statistics, depths, config.Depths)
			}
		}
	}
	for _, noise := range []string{paper.Brown, paper.White} {
		if n := len(result.Select(noise, 0, "")); n != 1 {
			t.Errorf("%d curves of %s noise", n, noise)
		}
	}
	// At any size: a shallow net is browner than a deep one, and small beta keeps deep resnets brown.
	shallow, deep := result.Select("feedforward", 0, norms.Frozen)[0], result.Select("feedforward", 0, norms.Frozen)[3]
	rescaled := result.Select("residual", 0.1, norms.Frozen)[3]
	if !(shallow.Brownness.Value > 0.5 && deep.Brownness.Value < 0.3 && rescaled.Brownness.Value > 0.5) {
		t.Errorf("brownness: 2 layers %v, 50 layers %v, 50 with skips and beta = 0.1 %v", shallow.Brownness, deep.Brownness, rescaled.Brownness)
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

// TestPaperConfigs holds the configs to the numbers the paper gives.
func TestPaperConfigs(t *testing.T) {
	one := paper.Figure1Paper()
	if one.Shallow.Depth != 1 || one.Deep.Depth != 24 || one.Residual.Depth != 50 || one.Residual.Beta != 0.1 || one.Inputs != 256 {
		t.Errorf("Figure 1: %+v", one)
	}
	two := paper.Figure2Paper()
	if !slices.Equal(two.Depths, []int{2, 4, 10, 24, 50}) || two.Draws != 20 || two.Inputs != 256 {
		t.Errorf("Figure 2: %+v", two)
	}
	for _, net := range append(two.Nets, one.Shallow, one.Deep, one.Residual) {
		if net.Width != 200 {
			t.Errorf("width %d, the paper's is 200", net.Width)
		}
	}
	if text, err := json.Marshal(two); err != nil || !strings.Contains(string(text), `"norm":"center"`) {
		t.Errorf("config as JSON: %s, %v", text, err)
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	two := paper.Figure2Quick()
	for want, change := range map[string]func(*paper.Figure2Config){
		"depth is 0":       func(c *paper.Figure2Config) { c.Depths = []int{0} },
		"beta is NaN":      func(c *paper.Figure2Config) { c.Nets[1].Beta = math.NaN() },
		"width is -5":      func(c *paper.Figure2Config) { c.Nets[0].Width = -5 },
		"draws is -1":      func(c *paper.Figure2Config) { c.Draws = -1 },
		"at least 2":       func(c *paper.Figure2Config) { c.Draws = 1 },
		"grid of 1 points": func(c *paper.Figure2Config) { c.Inputs = 1 },
		"largest lag":      func(c *paper.Figure2Config) { c.Inputs = 8 },
	} {
		config := two
		config.Nets = slices.Clone(two.Nets)
		change(&config)
		_, err := paper.Figure2(t.Context(), e, config)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
}
