package resolution

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// small is a config of the experiment's shape that takes seconds.
func small() Config {
	c := Quick()
	c.MostDraws = 3
	for i := range c.Families {
		c.Families[i].Depth = 8
		for k := range c.Families[i].Measured {
			c.Families[i].Measured[k].Depths = []int{3, 5, 8}
		}
	}
	return c
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	r, _ := resumetest.Check(t, func(ctx context.Context) (*Result, error) { return Run(ctx, e, small()) })
	resultstest.CheckResults(t, r)
	for _, f := range r.Config.Families {
		net := law.NetOf(f.Net)
		if theory := r.of(net, Correlation, false); len(theory) != len(f.Grids) ||
			len(theory[0].X) != f.Depth-1 {
			t.Errorf("%s: theory for %d grids", net.ID(), len(theory))
		}
		if measured := r.of(net, Correlation, true); len(measured) != len(f.Measured) ||
			len(measured[0].X) != 3 {
			t.Errorf("%s: measured on %d grids", net.ID(), len(measured))
		}
	}
}

// TestUnnormalisedGridsArePartOfEachOther: without normalisation a grid of every second input says the same.
func TestUnnormalisedGridsArePartOfEachOther(t *testing.T) {
	r := &Result{
		Config: Config{
			Families:  []Family{{Net: models.Config{Net: "feedforward"}, Grids: []int{17, 33}, Depth: 6}},
			MostDraws: 2,
		},
	}
	r, err := Run(t.Context(), engine.New(nil), r.Config)
	if err != nil {
		t.Fatal(err)
	}
	lengths := law.Select(r.Series, Length)
	for i := range lengths[0].X { // up to the straight lines between lags
		if coarse, fine := lengths[0].Theory[i], lengths[1].Theory[i]; math.Abs(coarse/fine-1) > 0.02 {
			t.Errorf("depth %g: length %g among 17 inputs and %g among 33", lengths[0].X[i], coarse, fine)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"0 families":      func(c *Config) { c.Families = nil },
		"most 1 draws":    func(c *Config) { c.MostDraws = 1 },
		"has 4 inputs":    func(c *Config) { c.Families[0].Grids[0] = 4 },
		"ascending order": func(c *Config) { c.Families[0].Measured[0].Depths = []int{4, 2} },
		"beta":            func(c *Config) { c.Families[2].Net.Beta = 0 },
	} {
		config := small()
		change(&config)
		if _, err := Run(t.Context(), engine.New(nil), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestLength(t *testing.T) {
	for _, c := range []struct {
		correlation []float64
		want        float64
	}{
		{[]float64{1, 0.9, 0.7, 0.3}, 0.25}, // half-way from lag 2 to 3
		{[]float64{1, 0.4, 0.2}, 0},         // neighbours are less correlated already
		{[]float64{1, 0.9, 0.8}, 0},         // it stays above
	} {
		if got := lengthOf(c.correlation, 0.1); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("length %g of %v, want %g", got, c.correlation, c.want)
		}
	}
}

// TestMeasure: gradients that change their sign in the middle of the grid in one of two draws.
func TestMeasure(t *testing.T) {
	r := &gradients.Result{X: []float64{0, 1, 2, 3}, Gradients: [][]float64{{1, 1, 1, 1}, {1, 1, -1, -1}}}
	n := measure(r, 7)
	if want := 4.0 / 6; n.Depth != 7 || math.Abs(n.Correlation.Value-want) > 1e-12 {
		t.Errorf("neighbours are correlated by %v, want %g", n.Correlation, want)
	}
}

func TestWhiteDepth(t *testing.T) {
	points := []neighbours{
		{Depth: 4, Correlation: stats.Estimate{Value: 0.5, Low: 0.4, High: 0.6}},
		{Depth: 8, Correlation: stats.Estimate{Value: 0.2, Low: 0.15, High: 0.3}},
		{Depth: 12, Correlation: stats.Estimate{Value: 0, Low: -0.1, High: 0.05}},
	}
	got, found := whiteEstimate(points, 5)
	if want := (stats.Estimate{Value: 10, Low: 8.8, High: 11.2, Draws: 5}); !found ||
		math.Abs(
			got.Value-want.Value,
		) > 1e-9 || math.Abs(got.Low-want.Low) > 1e-9 || math.Abs(got.High-want.High) > 1e-9 ||
		got.Draws != 5 {
		t.Errorf("white from %v on, want %v", got, want)
	}
	if _, found := whiteEstimate(points[:2], 5); found {
		t.Error("a net that keeps its structure is white")
	}
}

// made makes a result by hand: of a net whose numbers follow the closed forms, and of one whose do not.
func made(later, shrink float64) *Result {
	r := &Result{Config: Paper()}
	net := law.NetOf(r.Config.Families[0].Net)
	white := law.Series{Net: net, Quantity: White, Against: "inputs"}
	measured := white
	measured.Width = 200
	for k, m := range []float64{64, 128, 256, 512} {
		white.X, white.Theory = append(white.X, m), append(white.Theory, 10+later*float64(k))
		jitter := []float64{0.05, -0.05, 0.05, -0.05}[k]
		measured.X = append(measured.X, m)
		measured.Measured = append(
			measured.Measured,
			stats.Estimate{
				Value: 10.4 + later*float64(k) + jitter,
				Low:   9.4 + later*float64(k),
				High:  11.4 + later*float64(k),
			},
		)
	}
	length := law.Series{Net: net, Inputs: 4096, Quantity: Length, Against: "depth"}
	correlation := law.Series{Net: net, Inputs: 4096, Quantity: Correlation, Against: "depth"}
	for depth := 4.0; depth < 40; depth += 4 {
		length.X, length.Theory = append(length.X, depth), append(length.Theory, math.Exp(-shrink*depth))
		correlation.X, correlation.Theory = append(correlation.X, depth),
			append(correlation.Theory, 1-depth/40)
	}
	none := law.NetOf(r.Config.Families[3].Net)
	power := law.Series{Net: none, Inputs: 512, Quantity: Length, Against: "depth"}
	for depth := 4.0; depth < 50; depth += 4 {
		power.X, power.Theory = append(power.X, depth), append(power.Theory, 3/depth)
	}
	r.Series = []law.Series{correlation, length, power, white, measured}
	return r
}

func TestClaims(t *testing.T) {
	verdicts := func(r *Result) map[string]claims.Verdict {
		all := make(map[string]claims.Verdict)
		for _, c := range r.Claims() {
			if err := c.Check(); err != nil {
				t.Error(err)
			}
			all[strings.TrimPrefix(c.ID, "resolution.")] = c.Verdict
		}
		return all
	}
	right := verdicts(made(3.6, 0.19))
	for _, id := range []string{
		"doubling.feedforward-center.theory", "doubling.feedforward-center.measured",
		"shrinks.feedforward-center.theory",
		"resolved.feedforward-center.theory", "power.feedforward-none.theory.inputs-512",
	} {
		if right[id] != claims.Holds {
			t.Errorf("%s: %s", id, right[id])
		}
	}
	wrong := verdicts(made(2, 0.3))
	for _, id := range []string{"doubling.feedforward-center.theory", "doubling.feedforward-center.measured",
		"shrinks.feedforward-center.theory"} {
		if wrong[id] != claims.Contradicted {
			t.Errorf("%s of a net of other rates: %s", id, wrong[id])
		}
	}
}

// TestPicture draws a result whose last series has a single grid: the grids of all series have ticks.
func TestPicture(t *testing.T) {
	r := made(3.6, 0.19)
	last := r.Series[len(r.Series)-1]
	last.Net, last.X, last.Measured = law.NetOf(r.Config.Families[1].Net), last.X[2:3], last.Measured[2:3]
	r.Series = append(r.Series, last)
	figure, err := Draw(r)
	plottest.Golden(t, "resolution", plottest.Rendered(t, figure, err))
	if _, err := Draw(nil); err == nil || !strings.Contains(err.Error(), "resolution") {
		t.Errorf("a result without series: %v", err)
	}
}
