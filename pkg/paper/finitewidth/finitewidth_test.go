package finitewidth_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/finitewidth"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := finitewidth.Quick()
	config.Weights, config.Inputs = 4096, 40
	r, _ := resumetest.Check(t, func(ctx context.Context) (*finitewidth.Result, error) {
		return finitewidth.Run(ctx, e, config)
	})
	figure := resultstest.CheckResults(t, r)
	if len(r.Series) != 4 || len(r.Fits) != 4 || len(figure.Claims) != 4 || len(figure.Table.Rows) != 4 {
		t.Errorf("%d series, %d fits, %d claims for two quantities of "+
			"two nets", len(r.Series), len(r.Fits), len(figure.Claims))
	}
	// Even nets of a few units know the theory: the widest measured here is nearer to it than to white noise.
	for _, s := range law.Select(r.Series, finitewidth.Neighbours) {
		widest := s.Measured[len(s.Measured)-1]
		if math.Abs(widest.Value-s.Theory[0]) > math.Abs(widest.Value) {
			t.Errorf("%s: %v at the largest width, theory %g", s.Net.ID(), widest, s.Theory[0])
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*finitewidth.Config){
		"no nets":             func(c *finitewidth.Config) { c.Nets = nil },
		"give at least three": func(c *finitewidth.Config) { c.Widths = []int{50, 100} },
		"in ascending order":  func(c *finitewidth.Config) { c.Widths = []int{50, 50, 50} },
		"inputs is 30":        func(c *finitewidth.Config) { c.Inputs = 30 },
		"takes images": func(c *finitewidth.Config) {
			c.Nets[0] = models.Config{Net: "conv-feedforward", Depth: 3}
		},
		"depth is 0": func(c *finitewidth.Config) { c.Nets[0].Depth = 0 },
	} {
		config := finitewidth.Quick()
		change(&config)
		if _, err := finitewidth.Run(t.Context(), engine.New(nil), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// result is made up: a net that is off by 2/N + 30/N^2.
func result() *finitewidth.Result {
	beta := 1.0
	r := &finitewidth.Result{Config: finitewidth.Paper()}
	for k, quantity := range []string{finitewidth.Neighbours, finitewidth.Mean} {
		for i, net := range []law.Net{
			{Net: "feedforward", Norm: "center"}, {Net: "residual", Norm: "bn", Beta: &beta},
		} {
			s := law.Series{Net: net, Depth: 50, Inputs: 256, Quantity: quantity, Against: "width"}
			theory := 0.3*float64(i) + 0.05
			for _, n := range []float64{50, 100, 200, 400} {
				off := 2/n + 30/(n*n)
				s.X, s.Theory = append(s.X, n), append(s.Theory, theory)
				s.Measured = append(s.Measured, stats.Student(theory+off*float64(k+1), 0.002, 100))
			}
			r.Series = append(r.Series, s)
		}
	}
	return r
}

func TestPicture(t *testing.T) {
	figure, err := finitewidth.Draw(result())
	plottest.Golden(t, "finite-width", plottest.Rendered(t, figure, err))
	if _, err := finitewidth.Draw(nil); err == nil || !strings.Contains(err.Error(), "finite-width") {
		t.Errorf("a result without series: %v", err)
	}
}
