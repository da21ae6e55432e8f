package rejections

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
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := Quick()
	config.Depths = []int{4, 6}
	r, _ := resumetest.Check(t, func(ctx context.Context) (*Result, error) { return Run(ctx, e, config) })
	figure := resultstest.CheckResults(t, r)
	if len(r.Series) != 4 || len(figure.Claims) != 1+2*6 || len(figure.Table.Rows) != 4 {
		t.Errorf("%d series, %d claims, %d rows", len(r.Series), len(figure.Claims), len(figure.Table.Rows))
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"without division":     func(c *Config) { c.Net.Norm = norms.Batch },
		"there are no depths":  func(c *Config) { c.Depths = nil },
		"in ascending order":   func(c *Config) { c.Depths = []int{10, 6} },
		"1 draws of nets":      func(c *Config) { c.Draws = 1 },
		"and 0 of the theory":  func(c *Config) { c.TheoryDraws = 0 },
		"inputs is 30":         func(c *Config) { c.Inputs = 30 },
		"depth is 0":           func(c *Config) { c.Depths = []int{0} },
		"hold the batch stati": func(c *Config) { c.Net.Statistics = norms.Coupled },
	} {
		config := Quick()
		change(&config)
		if _, err := Run(t.Context(), engine.New(nil), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// noise returns draws of independent numbers with a standard deviation that depends on the input.
func noise(x []float64, deviation func(i int) float64) [][]float64 {
	draws := make([][]float64, 2000)
	for d := range draws {
		rng := random.Stream(7, uint64(d))
		for i := range x {
			draws[d] = append(draws[d], deviation(i)*rng.NormFloat64())
		}
	}
	return draws
}

// TestTestsSeeTheEnvelope: numbers that are independent but for their sizes are rejected as they are, and
// neither divided nor by their signs; the ratio of the ends is that of the envelope.
func TestTestsSeeTheEnvelope(t *testing.T) {
	x, err := data.Grid(256, -2, 2)
	if err != nil {
		t.Fatal(err)
	}
	envelope := envelopeOf(x)
	if want := math.Sqrt(0.5); math.Abs(envelopeOf([]float64{0})[0]-want) > 1e-12 {
		t.Errorf("the envelope at 0 is not the root of 1/2")
	}
	r, err := test(3, x, noise(x, func(i int) float64 { return envelope[i] }))
	if err != nil {
		t.Fatal(err)
	}
	// The whole is far above the level: 0.28 in a prototype of other draws. Four standard errors of the share
	// of 2000 draws are 0.04 there, and 0.02 at the level: the test is nearly exact for 256 values.
	if math.Abs(r.Whole.Value-0.28) > 0.04 || math.Abs(r.Scaled.Value-0.05) > 0.02 ||
		math.Abs(r.Signs.Value-0.05) > 0.02 {
		t.Errorf("rejected: %v as they are, %v divided, %v by their signs", r.Whole, r.Scaled, r.Signs)
	}
	if !(r.Explained.Low > 0) || math.Abs(r.Ends.Value-1) > 0.05 { // 64 000 values at each end
		t.Errorf("the envelope explains %v, its ends are %v", r.Explained, r.Ends)
	}
	flat, err := test(3, x, noise(x, func(int) float64 { return 1 }))
	if err != nil {
		t.Fatal(err)
	}
	if flat.Ends.Value > 0.2 || math.Abs(flat.Whole.Value-0.05) > 0.02 {
		t.Errorf("white noise: rejected %v, ends %v", flat.Whole, flat.Ends)
	}
}

// made makes a result by hand: nets whose rejections go when they are divided, or stay.
func made(scaled float64) *Result {
	share := func(value float64) stats.Estimate { return stats.Share(int(200*value), 200) }
	whole := 0.4
	tests := &tested{
		Whole: share(whole), Scaled: share(scaled), Signs: share(0.02), Ends: stats.Exact(1 + scaled/2),
		Explained: stats.Exact(whole - 0.05 - 2*(scaled-0.05)),
	}
	alone := share(0.3)
	r := &Result{
		Config:   Paper(),
		theory:   []*tested{tests, tests},
		measured: []*tested{tests, tests},
		alone:    &alone,
	}
	r.addSeries()
	return r
}

func TestClaims(t *testing.T) {
	for scaled, want := range map[float64]claims.Verdict{0.06: claims.Holds, 0.35: claims.Contradicted} {
		for _, c := range made(scaled).Claims() {
			if err := c.Check(); err != nil {
				t.Error(err)
			}
			expected := want
			// Which are the same in both.
			for _, other := range []string{".envelope-alone.", ".signs.", ".rate."} {
				if strings.Contains(c.ID, other) {
					expected = claims.Holds
				}
			}
			if c.Verdict != expected {
				t.Errorf("%s is %s where %g of the divided gradients are "+
					"rejected: %v", c.ID, c.Verdict, scaled, c.Measured)
			}
		}
	}
}

func TestPicture(t *testing.T) {
	r := made(0.1)
	if len(law.Select(r.Series, Alone)) != 1 {
		t.Fatal("no series of the envelope alone")
	}
	figure, err := Draw(r)
	plottest.Golden(t, "rejections", plottest.Rendered(t, figure, err))
	if _, err := Draw(nil); err == nil || !strings.Contains(err.Error(), "rejections") {
		t.Errorf("a result without series: %v", err)
	}
}
