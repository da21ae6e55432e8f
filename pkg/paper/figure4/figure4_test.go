package figure4_test

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
	"github.com/shattered-gradients/shattered/pkg/paper/figure4"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure4.Quick()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*figure4.Result, error) {
		return figure4.Run(ctx, e, config)
	})
	figure := resultstest.CheckResults(t, result)
	for _, net := range config.Nets {
		var depths []int
		for _, p := range result.Select(net.Net, net.Norm, net.Beta) {
			depths = append(depths, p.Depth)
			for _, shares := range [][]float64{p.Activation, p.Contiguity} {
				total := 0.0
				for _, share := range shares {
					total += share
				}
				if math.Abs(total-1) > 1e-12 || len(shares) != activations.Bins { // rounding
					t.Errorf("%s of depth %d: %d bins hold %g", p.Net, p.Depth, len(shares), total)
				}
			}
			if p.Raster.Units != net.Width || p.Raster.Inputs != config.Inputs {
				t.Errorf("%s of depth %d: a raster of %d x %d", p.Net, p.Depth, p.Raster.Units,
					p.Raster.Inputs)
			}
		}
		if !slices.Equal(depths, config.Depths) {
			t.Errorf("%s: depths %v, want %v", net.Net, depths, config.Depths)
		}
	}
	// At depth 2 the last rectifier of every net sees the same, norm(W_0 h).
	feedforward := result.Select("feedforward", norms.Batch, 0)
	residual := result.Select("residual", norms.Batch, 0.1)
	if !slices.Equal(feedforward[0].Raster.On, residual[0].Raster.On) {
		t.Error("nets of depth 2 with the same weights and normalisation differ")
	}
	if slices.Equal(feedforward[2].Raster.On, residual[2].Raster.On) {
		t.Error("deep nets of different architectures do not differ")
	}
	sources := make(map[string]bool)
	for _, claim := range figure.Claims {
		sources[claim.Source] = true
	}
	for _, column := range []string{"Figure 4a", "Figure 4b", "Figure 4c"} {
		if !sources[column] {
			t.Errorf("no claim about %s", column)
		}
	}
}

// TestPaper holds the config to the numbers the paper gives.
func TestPaper(t *testing.T) {
	c := figure4.Paper()
	if !slices.Equal(c.Depths, []int{2, 10, 50}) || c.Inputs != 256 || c.Nets[0].Width != 200 {
		t.Errorf("%+v", c)
	}
}

func TestCostsAreChecked(t *testing.T) {
	config := figure4.Quick()
	config.Draws = 1 << 62
	_, err := figure4.Run(t.Context(), engine.New(testbackend.Open(t)), config)
	if err == nil || !strings.Contains(err.Error(), " would ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error %v is not a sentence with the cost", err)
	}
}
