package paper_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
)

func TestFigure3(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	config := paper.Figure3Quick()
	result, err := paper.Figure3(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	figure := checkResults(t, result)
	if len(result.Series) != len(config.Nets) {
		t.Fatalf("%d series of %d nets", len(result.Series), len(config.Nets))
	}
	for _, s := range result.Series {
		if len(s.Layers) != s.Depth || len(s.Active.Mean) != s.Depth || len(s.Coactive.Mean) != s.Depth {
			t.Errorf("%s, %s: %d layers, %d and %d means at depth %d", s.Net, s.Norm, len(s.Layers), len(s.Active.Mean), len(s.Coactive.Mean), s.Depth)
		}
		if climb := s.Coactive.Mean[s.Depth-1] - s.Coactive.Mean[1]; math.Abs(s.Climb.Value-climb) > 1e-14 { // rounding
			t.Errorf("%s, %s: coactivation climbs by %g, not %g", s.Net, s.Norm, s.Climb.Value, climb)
		}
	}
	// At any size: without batch normalisation deep units are nearly constant, with it they are not.
	without, with := result.Select("feedforward", norms.None, 0), result.Select("feedforward", norms.Batch, 0)
	if last := config.Nets[0].Depth - 1; without.Coactive.Mean[last] < 0.35 || with.Coactive.Mean[last] > 0.3 {
		t.Errorf("coactivation is %g without and %g with batch normalisation", without.Coactive.Mean[last], with.Coactive.Mean[last])
	}
	if result.Select("residual", norms.Center, 1) != nil {
		t.Error("there are curves of a net that did not run")
	}
	if n := len(figure.Claims); n != 11 { // 3 without and 2 with batch normalisation, and 2 a beta of the resnets with it
		t.Errorf("%d claims, want 11", n)
	}
}

func TestFigure4(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	config := paper.Figure4Quick()
	result, err := paper.Figure4(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	figure := checkResults(t, result)
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
				t.Errorf("%s of depth %d: a raster of %d x %d", p.Net, p.Depth, p.Raster.Units, p.Raster.Inputs)
			}
		}
		if !slices.Equal(depths, config.Depths) {
			t.Errorf("%s: depths %v, want %v", net.Net, depths, config.Depths)
		}
	}
	// At depth 2 the last rectifier of every net sees the same, norm(W_0 h).
	feedforward, residual := result.Select("feedforward", norms.Batch, 0), result.Select("residual", norms.Batch, 0.1)
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

func TestNormalization(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	for _, backend := range []compute.Backend{testbackend.Go(t), testbackend.XLA(t)} {
		e := engine.New(backend)
		config := paper.NormalizationQuick()
		table, err := paper.Normalization(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		checkResults(t, table)
		if n := len(table.Rows); n != 4+2*8 { // nets without normalisation have one row, others one a kind of statistics
			t.Errorf("%d rows", n)
		}
		if lines := strings.Count(table.Table().Markdown(), "\n"); lines != len(table.Rows)+4 { // a caption, a header
			t.Errorf("the table has %d lines for %d rows", lines, len(table.Rows))
		}
		for _, row := range table.Rows {
			if (row.Norm == norms.None.Name) != (row.Statistics == "") {
				t.Errorf("%s, %s: statistics %q", row.Net, row.Norm, row.Statistics)
			}
			// The logarithm is concave: the typical size is below that of the mean.
			if row.LogVariance == nil || row.LogVariance.Value > math.Log10(row.Variance.Value) {
				t.Errorf("%s, %s: the mean logarithm is %v, that of the mean %g", row.Net, row.Norm, row.LogVariance, math.Log10(row.Variance.Value))
			}
		}
	}
}

// TestConstantGradientsHaveNoACF takes nets of two layers of one unit, f = w rho(W rho(x - b)): the gradient is 0 everywhere where
// W < 0, a step at b where W > 0 and b lies inside the grid, and constant where it lies outside.
func TestConstantGradientsHaveNoACF(t *testing.T) {
	config := paper.NormalizationQuick()
	net := &config.Nets[0]
	net.Depth, net.Width, config.Nets, config.Draws = 2, 1, config.Nets[:1], 20
	table, err := paper.Normalization(t.Context(), engine.New(testbackend.Open(t)), config)
	if err != nil {
		t.Fatal(err)
	}
	defined, err := models.New(*net)
	if err != nil {
		t.Fatal(err)
	}
	constant := 0
	for i := range config.Draws {
		draw := defined.Draw(config.Seed, uint64(i))
		if b, w := draw.Values(0)[0][0], draw.Values(1)[0][0]; w < 0 || b < -2 || b >= 2 {
			constant++
		}
	}
	row := table.Rows[0]
	if row.Constant != constant || constant == 0 || constant == config.Draws {
		t.Errorf("%d of %d draws are said to have a constant gradient, want %d", row.Constant, config.Draws, constant)
	}
	if want := fmt.Sprintf("(%d of 20 draws constant)", constant); !strings.Contains(table.Table().Markdown(), want) {
		t.Errorf("the table does not say %q:\n%s", want, table.Table().Markdown())
	}
}

// TestActivationConfigs holds the configs to the numbers the paper gives.
func TestActivationConfigs(t *testing.T) {
	three, four := paper.Figure3Paper(), paper.Figure4Paper()
	if three.Draws != 100 || three.Inputs != 256 || three.Nets[0].Width != 100 || three.Nets[0].Depth != 50 {
		t.Errorf("Figure 3: %+v", three)
	}
	if !slices.Equal(four.Depths, []int{2, 10, 50}) || four.Inputs != 256 || four.Nets[0].Width != 200 {
		t.Errorf("Figure 4: %+v", four)
	}
}

// BenchmarkFigure3 computes the curves of the two nets that the paper shows, at its size, without compiling.
func BenchmarkFigure3(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	config := paper.Figure3Paper()
	config.Nets = slices.DeleteFunc(config.Nets, func(net models.Config) bool { return net.Net != "feedforward" })
	for b.Loop() {
		if _, err := paper.Figure3(b.Context(), e, config); err != nil {
			b.Fatal(err)
		}
	}
}
