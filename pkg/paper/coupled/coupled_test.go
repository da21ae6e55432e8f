package coupled

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
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := Quick()
	r, _ := resumetest.Check(t, func(ctx context.Context) (*Result, error) { return Run(ctx, e, config) })
	figure := resultstest.CheckResults(t, r)
	if len(r.Series) != 2*3*2 || len(figure.Claims) != 2*3*2 || len(figure.Table.Rows) != 3*2 {
		t.Errorf("%d series, %d claims, %d rows for three nets of "+
			"two depths", len(r.Series), len(figure.Claims), len(figure.Table.Rows))
	}
	// The theory beside the guess is that of frozen statistics.
	net := config.Nets[2]
	net.Depth = 5
	theory, err := law.Theory(t.Context(), net, config.Inputs, []int{5}, false)
	if err != nil || theory[0].ACF[3] != r.Series[11].Theory[3] || r.Series[11].Quantity != Frozen {
		t.Errorf("theory %v, %v, in the series %v", theory, err, r.Series[11])
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"there are 0 nets":        func(c *Config) { c.Nets = nil },
		"in ascending order":      func(c *Config) { c.Depths = []int{5, 2} },
		"inputs is 8":             func(c *Config) { c.Inputs = 8 },
		"has no batch statistics": func(c *Config) { c.Nets[0].Norm = norms.None },
		"depth is 0":              func(c *Config) { c.Depths = []int{0} },
	} {
		config := Quick()
		change(&config)
		if _, err := Run(t.Context(), engine.New(nil), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// made makes a result by hand: the guess is right of the first depths, and the theory of the others.
func made() *Result {
	r := &Result{Config: Paper()}
	for _, net := range r.Config.Nets {
		for i, depth := range r.Config.Depths {
			theory := law.Curve{Depth: depth, Layers: []meanfield.Layer{}}
			var summary gradients.Summary
			summary.Draws, summary.Autocorrelations = 40, make([][]float64, 40)
			for lag := range gradients.MaxLag + 1 {
				guess, frozen := 1/(1+0.1*float64(lag*(i+1))), 1/(1+0.4*float64(lag*(i+1)))
				theory.Coupled, theory.ACF = append(theory.Coupled, guess), append(theory.ACF, frozen)
				measured := guess
				if i > 2 {
					measured = frozen
				}
				summary.Mean, summary.StdErr = append(summary.Mean, measured+0.004),
					append(summary.StdErr, 0.002)
				for draw, off := range summary.Autocorrelations { // half above and half below
					distance := 0.002 * math.Sqrt(39) * float64(2*(draw%2)-1)
					summary.Autocorrelations[draw] = append(off, measured+0.004+distance)
				}
			}
			r.add(net, theory, paper.Series{Summary: summary})
		}
	}
	return r
}

func TestClaims(t *testing.T) {
	all := made().Claims()
	if len(all) != 2*15 {
		t.Fatalf("%d claims about 15 curves", len(all))
	}
	for _, c := range all {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		want := claims.Holds
		if strings.HasSuffix(c.ID, ".depth-24") || strings.HasSuffix(c.ID, ".depth-50") {
			want = claims.Contradicted
		}
		if c.Verdict != want {
			t.Errorf("%s is %s, %v", c.ID, c.Verdict, c.Measured)
		}
	}
	// Where draws are far from each other nothing is nearer.
	r := made()
	for i, acf := range r.measured[0].Autocorrelations {
		for k := range acf {
			acf[k] += 4 * float64(2*(i%2)-1)
		}
	}
	if c := r.Claims()[1]; !strings.HasPrefix(c.ID, "coupled-statistics.nearer") ||
		c.Verdict != claims.Undecided {
		t.Errorf("%s is %s, %v", c.ID, c.Verdict, c.Measured)
	}
}

// TestFarther: it is the difference of mean squares, and its mean that of the mean autocorrelation, whatever
// the spread of the draws. A difference of the largest distances would have none where both are at one lag.
func TestFarther(t *testing.T) {
	theory, other := []float64{1, 0.6, 0.3}, []float64{1, 0.4, 0.3}
	draws := [][]float64{{1, 0.9, 0.2}, {1, 0.1, 0.5}}
	mean := []float64{1, 0.5, 0.35}
	sum := 0.0
	for _, acf := range append(draws, mean) {
		want := (math.Pow(acf[1]-0.6, 2) - math.Pow(acf[1]-0.4, 2)) / 2
		if got := farther(theory, other, acf); math.Abs(got-want) > 1e-12 {
			t.Errorf("of %v it is %g, want %g", acf, got, want)
		}
		sum += want
	}
	if all := farther(theory, other, mean); math.Abs(sum-3*all) > 1e-12 {
		t.Errorf("the mean over draws is not that of their mean, %g", all)
	}
}

// TestWidthIsThePapers where a config says none.
func TestWidthIsThePapers(t *testing.T) {
	r := &Result{Config: Paper()}
	r.add(models.Config{Net: "residual", Norm: norms.Batch, Beta: 1}, law.Curve{Depth: 2}, made().measured[0])
	if got := r.Series[0].Width; got != models.PaperWidth {
		t.Errorf("the width is %d", got)
	}
}

func TestPicture(t *testing.T) {
	figure, err := Draw(made())
	plottest.Golden(t, "coupled-statistics", plottest.Rendered(t, figure, err))
	if _, err := Draw(nil); err == nil || !strings.Contains(err.Error(), "coupled-statistics") {
		t.Errorf("a result without series: %v", err)
	}
}
