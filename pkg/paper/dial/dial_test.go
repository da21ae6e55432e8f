package dial_test

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
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/dial"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := dial.Quick()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*dial.Result, error) {
		return dial.Run(ctx, e, config)
	})
	resultstest.CheckResults(t, result)
	if len(result.Series) != len(config.Depths) {
		t.Fatalf("%d series, want %d", len(result.Series), len(config.Depths))
	}
	last := len(config.Betas) - 1
	for _, s := range result.Series {
		if len(s.Length) != last+1 || len(s.Lag1) != last+1 || len(s.Lag5) != last+1 ||
			len(s.Brownness) != last+1 {
			t.Fatalf("depth %d has %d lengths, want %d", s.Depth, len(s.Length), last+1)
		}
		if s.Length[0].Value <= s.Length[last].Value || s.Lag1[0].Value <= s.Lag1[last].Value {
			t.Errorf("depth %d: β = %g has no more structure than β = %g", s.Depth, s.Beta[0], s.Beta[last])
		}
	}
	// Two claims of recommended betas and one of the dial's turning, for every depth; but none of recommended
	// betas in nets deeper than the paper's, and one that is Figure 2's. And two that they follow the law.
	if got, want := len(result.Claims()), 3*len(config.Depths)-3+2*len(config.Depths); got != want {
		t.Errorf("%d claims, want %d", got, want)
	}
	checkTheory(t, config, result.Series[1], 3)
	config.Depths, config.Draws, config.Statistics = []int{10}, []int{4}, norms.Coupled
	coupled, err := dial.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if s := coupled.Series[0]; s.Statistics != norms.Coupled || s.Lag1[last] == result.Series[0].Lag1[last] {
		t.Error("coupled statistics give the same numbers as frozen ones")
	}
	if coupled.Series[0].Theory != nil || len(coupled.Claims()) != 3 {
		t.Errorf("of coupled statistics there is the theory %+v, and %d claims", coupled.Series[0].Theory,
			len(coupled.Claims()))
	}
}

// checkTheory compares the theory of a series at one of the betas with that computed layer by layer.
func checkTheory(t *testing.T, config dial.Config, s dial.Series, beta int) {
	t.Helper()
	net := paper.BatchResidual(config.Betas[beta])
	theory, err := law.Theory(t.Context(), net, config.Inputs, []int{s.Depth}, false)
	if err != nil {
		t.Fatal(err)
	}
	acf := theory[0].ACF // up to lag 15, where that of this net has fallen below 1/e long before
	colour, err := stats.Colour(acf, config.Inputs)
	if err != nil {
		t.Fatal(err)
	}
	for name, compared := range map[string][2]float64{
		"lag 1": {s.Theory.Lag1[beta], acf[1]}, "lag 5": {s.Theory.Lag5[beta], acf[5]},
		"length":    {s.Theory.Length[beta], stats.CorrelationLength(acf)},
		"brownness": {s.Theory.Brownness[beta], colour.Brownness},
	} {
		// Leaps over layers are off by 1e-5 of a matrix's largest entry, and there are some dozens of them.
		if got, want := compared[0], compared[1]; math.Abs(got-want) > 1e-4*max(1, want) {
			t.Errorf("depth %d, β = %g: theory of the %s %g, want %g", s.Depth, s.Beta[beta], name, got, want)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for want, change := range map[string]func(*dial.Config){
		"0 betas":             func(c *dial.Config) { c.Betas = nil },
		"in ascending order":  func(c *dial.Config) { slices.Reverse(c.Betas) },
		"numbers of draws":    func(c *dial.Config) { c.Draws = c.Draws[1:] },
		"number of draws is":  func(c *dial.Config) { c.Draws = []int{4, 1, 4} },
		"number of inputs is": func(c *dial.Config) { c.Inputs = 20 },
		"beta":                func(c *dial.Config) { c.Betas = []float64{0} },
		" would ":             func(c *dial.Config) { c.Draws[2] = 1 << 62 },
	} {
		config := dial.Quick()
		change(&config)
		if _, err := dial.Run(t.Context(), e, config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
