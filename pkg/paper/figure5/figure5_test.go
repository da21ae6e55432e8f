package figure5_test

import (
	"context"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// small is a config of the figure's shape that takes seconds.
func small() figure5.Config {
	c := figure5.Quick()
	c.Depths, c.Width, c.Batch, c.Minibatches, c.Clusters = []int{2, 5}, 2, 8, 3, 2
	return c
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	set := testimages.Planes(40)
	whole, _ := resumetest.Check(t, func(ctx context.Context) (*figure5.Result, error) {
		return figure5.Run(ctx, e, small(), set)
	})
	if len(whole.Maps) != 4 || whole.Maps[3].Name().Short() != "resnet, β = 0.1, option A" ||
		len(whole.Series) != 4*7 || len(whole.Others) != 6 {
		t.Fatalf("%d maps, %d and %d series, want 2 nets at 2 depths, a feedforward net and 3 resnets with "+
			"2 shortcuts in 4 settings, and 6 resnets with others",
			len(whole.Maps), len(whole.Series), len(whole.Others))
	}
	if rows := whole.Table().Rows; len(rows) != 4 || len(rows[3]) != 2+3 ||
		rows[3][0] != "channel copy" || rows[3][1] != "2" {
		t.Errorf("the table of shortcuts has the rows %q", rows)
	}
	// The curves are the means of what the probe says.
	s := whole.Select(norms.Batch, norms.Frozen, rank.ImagesName, models.Projection)[1]
	net := models.Config{Net: "conv-residual", Norm: norms.Batch, Beta: 0.3, Width: s.Width,
		Images: models.Images{Shortcut: models.Projection}}
	config := rank.Config{Net: net, Depths: s.Depths, Batch: 8, Clusters: 2, Seed: 1}
	sum := 0.0
	for index := range uint64(3) {
		m, err := rank.Run(t.Context(), e, config, rank.NewImages(set, 1), index)
		if err != nil {
			t.Fatal(err)
		}
		measured, err := m.Measure()
		if err != nil {
			t.Fatal(err)
		}
		sum += measured[1].Relative()
	}
	if math.Abs(sum/3-s.Rank.Mean[1]) > 1e-12 {
		t.Errorf("mean relative rank %g, the minibatches' %g", s.Rank.Mean[1], sum/3)
	}
	figure := resultstest.CheckResults(t, whole)
	if len(figure.Arrays) != 2*len(whole.Maps) {
		t.Errorf("%d arrays for %d maps", len(figure.Arrays), len(whole.Maps))
	}
	// 2 of the feedforward net; of the resnets with each shortcut 3, 3, 2 and 1.
	if want := 2 * (2 + 2*(3+3+2+1)); len(figure.Claims) != want {
		t.Errorf("%d claims, want %d", len(figure.Claims), want)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, change := range []func(*figure5.Config){
		func(c *figure5.Config) { c.Depths = []int{2} },
		func(c *figure5.Config) { c.Minibatches = 1 },
		func(c *figure5.Config) { c.Minibatches = 1 << 62 },
		func(c *figure5.Config) { c.Batch = 41 },
		func(c *figure5.Config) { c.Betas = []float64{0} },
		func(c *figure5.Config) { c.Betas = []float64{0.1, 1} },
		func(c *figure5.Config) { c.Shortcuts = nil },
		func(c *figure5.Config) { c.OtherMinibatches = 4 },
	} {
		config := small()
		change(&config)
		if _, err := figure5.Run(t.Context(), e, config, testimages.Planes(40)); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
}
