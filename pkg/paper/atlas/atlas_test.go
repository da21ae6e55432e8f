package atlas_test

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
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	probe "github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/alignment"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// small is a config of few rows that takes seconds: a net that the theory covers, one that it doesn't, one
// that is linear, and one of a reader's own whose numbers leave float32 when it is deep.
func small() atlas.Config {
	c := atlas.Quick()
	c.Rows = slices.DeleteFunc(atlas.Rows(), func(r atlas.Row) bool {
		return !slices.Contains([]string{"leaky-0.3", "tanh-layer", "prelu"}, r.Name)
	})
	c.Rows = append(c.Rows, atlas.Row{Name: "exploding", Title: "exploding", Group: "mine",
		Net: atlas.At(models.Config{Net: "residual", Beta: 1e4})})
	return c
}

// of returns a row at a depth.
func of(t *testing.T, r *atlas.Result, row string, depth int) atlas.Series {
	t.Helper()
	i := slices.IndexFunc(r.Series, func(s atlas.Series) bool { return s.Row == row && s.Depth == depth })
	if i < 0 {
		t.Fatalf("there is no row %s at %d layers", row, depth)
	}
	return r.Series[i]
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*atlas.Result, error) {
		return atlas.Run(ctx, e, config)
	})
	if len(result.Series) != len(config.Rows)*len(config.Depths) || len(result.Rates) != len(config.Rows)-2 {
		t.Fatalf("%d entries and %d rates of %d rows at %d depths", len(result.Series), len(result.Rates),
			len(config.Rows), len(config.Depths))
	}
	for _, depth := range config.Depths {
		if s := of(t, result, "prelu", depth); s.Constant != 3 || s.Length != nil || s.LogSize == nil ||
			s.Theory != nil {
			t.Errorf("of a net that starts out linear there is %+v", s)
		}
	}
	if s := of(t, result, "exploding", 16); !s.NotFinite || s.Length != nil || s.LogSize != nil ||
		s.Growth != nil {
		t.Errorf("of numbers that leave float32 there is %+v", s)
	}
	if s := of(t, result, "exploding", 4); s.NotFinite || s.Length == nil {
		t.Errorf("of numbers that don't leave float32 there is %+v", s)
	}
	figure := resultstest.CheckResults(t, result)
	for i, row := range figure.Table.Rows {
		if len(row) != len(figure.Table.Header) || len(figure.Table.Keys[i]) != len(row) {
			t.Errorf("row %d of the table has %d cells and %d keys under %d headings", i, len(row),
				len(figure.Table.Keys[i]), len(figure.Table.Header))
		}
	}
	// Sorted by length at the middle depth: the linear net first.
	if rows := figure.Table.Rows; rows[0][0] != "PReLU" || rows[0][3] != "constant" ||
		!strings.Contains(rows[1][4]+rows[2][4]+rows[3][4], "not finite") {
		t.Errorf("the table is %q", rows)
	}
	if len(result.Claims()) != 0 {
		t.Errorf("nets of 16 layers decide the claims %+v", result.Claims())
	}
	checkProbes(t, e, config, result)
}

// checkProbes compares an entry with what the probes say when they are asked one by one, of all draws at
// once.
func checkProbes(t *testing.T, e *engine.Engine, config atlas.Config, result *atlas.Result) {
	t.Helper()
	const depth, draws = 8, 3
	s := of(t, result, "leaky-0.3", depth)
	row := config.Rows[slices.IndexFunc(config.Rows, func(r atlas.Row) bool { return r.Name == s.Row })]
	net, err := row.Net(depth)
	if err != nil {
		t.Fatal(err)
	}
	net.Width = config.Width
	c := gradients.Config{Net: net, Inputs: config.Inputs, Draws: draws, First: depth * paper.DrawsApart,
		Seed: 1}
	g, err := gradients.Run(t.Context(), e, c)
	if err != nil {
		t.Fatal(err)
	}
	acf, err := stats.MeanACF(g.Gradients, config.Inputs/2)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := g.Summary()
	if err != nil {
		t.Fatal(err)
	}
	size := 0.0
	for _, draw := range g.Gradients {
		for _, value := range draw {
			size += value * value / draws / float64(len(draw))
		}
	}
	rasters, err := probe.Rasters(t.Context(), e, c, 0)
	if err != nil {
		t.Fatal(err)
	}
	never := 0.0
	for _, raster := range rasters {
		never += raster.Shape().Constant / draws
	}
	made, err := models.New(net)
	if err != nil {
		t.Fatal(err)
	}
	all := subject.Subject{Net: made, Draws: draws, First: c.First, Seed: 1}
	j, err := jacobian.Run(t.Context(), e, jacobian.Config{Subject: all, Points: 8,
		Pairs: []path.Pair{{From: []float64{-1.5}, To: []float64{1.5}}}})
	if err != nil {
		t.Fatal(err)
	}
	inverse := 0.0
	for _, stage := range []int{2, 4, 7} { // of the six equal ones, 2 to 7
		inverse += j.Stages[stage].Spectrum.Full.Inverse.Value / 3
	}
	x := make([]float64, 16)
	for i := range x {
		x[i] = -1.5 + 3*float64(i)/15
	}
	a, err := alignment.Run(t.Context(), e, alignment.Config{Subject: all,
		Minibatches: []alignment.Minibatch{{Inputs: x}}})
	if err != nil {
		t.Fatal(err)
	}
	theory, err := law.Theory(t.Context(), net, config.Inputs, []int{depth}, false)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]float64{
		"length":    {s.Length.Value, stats.CorrelationLength(acf.Mean)},
		"brownness": {s.Brownness.Value, summary.Brownness.Value},
		"its error": {s.Brownness.StdErr, summary.Brownness.StdErr},
		"log size":  {s.LogSize.Value, math.Log2(size)}, "never switch": {s.NeverSwitch.Value, never},
		"condition": {s.Condition.Value, inverse},
		"alignment": {s.Alignment.Value, a.Weights.MeanCosine.Value},
		"theory":    {*s.Theory, stats.CorrelationLength(theory[0].ACF)},
	} {
		// Draws are kept with three decimals, and the autocorrelation falls by a few hundredths a step.
		if math.Abs(pair[0]-pair[1]) > 5e-3*max(1, math.Abs(pair[1])) {
			t.Errorf("%s: %g, and of the probe itself %g", what, pair[0], pair[1])
		}
	}
	first := of(t, result, "leaky-0.3", 4)
	if want := (s.LogSize.Value - first.LogSize.Value) / 4; math.Abs(s.Growth.Value-want) > 1e-12 {
		t.Errorf("the gradient grows by %g a layer, want %g", s.Growth.Value, want)
	}
}

func TestConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	tanh := atlas.Row{Name: "mine", Title: "mine", Group: "mine",
		Net: atlas.At(models.Config{Net: "feedforward", Activation: activations.TanH})}
	change := func(change func(*atlas.Row)) func(*atlas.Config) {
		return func(c *atlas.Config) {
			row := tanh
			change(&row)
			c.Rows = append(c.Rows, row)
		}
	}
	for want, change := range map[string]func(*atlas.Config){
		"0 rows":               func(c *atlas.Config) { c.Rows = nil },
		"numbers of draws":     func(c *atlas.Config) { c.Draws = c.Draws[1:] },
		"number of draws at 8": func(c *atlas.Config) { c.Draws = []int{4, 1, 4} },
		"ascending":            func(c *atlas.Config) { c.Depths = []int{4, 4, 8} },
		"number of inputs is":  func(c *atlas.Config) { c.Inputs = 30 },
		"two rows":             change(func(r *atlas.Row) { r.Name = "relu" }),
		"the name \"My net\"":  change(func(r *atlas.Row) { r.Name = "My net" }),
		"row mine has no net":  change(func(r *atlas.Row) { r.Net = nil }),
		"the title \"\"":       change(func(r *atlas.Row) { r.Title = "" }),
		"mine at 4 layers: beta": change(func(r *atlas.Row) {
			r.Net = atlas.At(models.Config{Net: "residual"})
		}),
		" would ": func(c *atlas.Config) { c.Draws[2] = 1 << 62 },
		"is \"coupled\"": change(func(r *atlas.Row) {
			r.Net = atlas.At(models.Config{Net: "feedforward", Norm: norms.Batch, Statistics: norms.Coupled})
		}),
	} {
		config := atlas.Quick()
		change(&config)
		_, err := atlas.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
}
