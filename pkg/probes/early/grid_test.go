package early_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

func ExampleRunGrid() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	run, err := early.RunGrid(context.Background(), engine.New(opened), early.GridConfig{
		Net:    models.Config{Net: "residual", Depth: 4, Width: 16, Norm: norms.Batch, Beta: 0.1},
		Inputs: 32, Steps: []int{0, 10, 30}, LearningRate: 0.01, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(run.Frozen), "gradients of", len(run.Frozen[0]), "values; the loss has fallen:",
		run.Losses[30] < run.Losses[0]/2)
	// Output: 3 gradients of 32 values; the loss has fallen: true
}

// small returns a config that runs in a moment.
func small(net models.Config) early.GridConfig {
	net.Depth, net.Width = 5, 12
	return early.GridConfig{Net: net, Inputs: 24, Steps: []int{0, 2, 5}, LearningRate: 0.003, Draw: 2,
		Seed: 7}
}

var batchResidual = models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.5}

// TestGridStartsAtInitialisation compares step 0 with the probe of untrained nets.
func TestGridStartsAtInitialisation(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	run, err := early.RunGrid(t.Context(), e, small(batchResidual))
	if err != nil {
		t.Fatal(err)
	}
	for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
		net := run.Config.Net
		net.Statistics = statistics
		want, err := gradients.Run(t.Context(), e,
			gradients.Config{Net: net, Inputs: 24, Draws: 1, First: 2, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		got := run.Gradients(statistics)
		if !slices.Equal(got[0], want.Gradients[0]) {
			t.Errorf("%s: the gradient at step 0 is not that of the untrained net", statistics)
		}
		if slices.Equal(got[0], got[1]) || slices.Equal(got[1], got[2]) {
			t.Errorf("%s: training leaves the gradient as it was", statistics)
		}
	}
	if run.Config.Net.Statistics != norms.Frozen || run.Config.Frequency != 1 {
		t.Errorf("the config that ran is %+v", run.Config)
	}
}

// TestGridLosses compares the loss at the end, which comes from the net run stage by stage, with what the
// trainer says of the same weights.
func TestGridLosses(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small(models.Config{Net: "feedforward", Norm: norms.Center})
	longer, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	config.Steps = []int{0, 2}
	shorter, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if len(longer.Losses) != 6 || len(shorter.Losses) != 3 {
		t.Fatalf("%d and %d losses of 5 and 2 steps", len(longer.Losses), len(shorter.Losses))
	}
	for step, loss := range shorter.Losses {
		// float32 in another order of operations: rounding errors of 2^-24 that five layers hardly amplify.
		if math.Abs(loss/longer.Losses[step]-1) > 1e-5 {
			t.Errorf("after %d steps the loss is %g, and %g", step, loss, longer.Losses[step])
		}
	}
	if !slices.Equal(shorter.Frozen[1], longer.Frozen[1]) {
		t.Error("the gradient at a step depends on the steps after it")
	}
}

// TestGridTrainsWithAdam compares with a step of Adam by hand, on one unit: f = w rho(x - b), whose gradient
// is w where x > b. The first step of Adam changes each weight by the learning rate, against the sign of its
// gradient (to eps = 1e-7 over its size).
func TestGridTrainsWithAdam(t *testing.T) {
	const rate, m = 0.01, 33
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := early.GridConfig{
		Net:    models.Config{Net: "feedforward", Depth: 1, Width: 1},
		Inputs: m, Frequency: 0.5, Steps: []int{0, 1}, LearningRate: rate, Seed: 3,
	}
	run, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(config.Net)
	if err != nil {
		t.Fatal(err)
	}
	draw := net.Draw(3, 0)
	b, w := float64(draw.Values(0)[0][0]), float64(draw.Values(1)[0][0])
	var dw, db, loss float64
	for i := range m {
		x := -2 + 4*float64(i)/(m-1)
		y := math.Sin(0.5 * math.Pi * x)
		h := math.Max(x-b, 0)
		loss += (w*h - y) * (w*h - y) / m
		dw += 2 * (w*h - y) * h / m
		if x > b {
			db -= 2 * (w*h - y) * w / m
		}
	}
	w, b = w-math.Copysign(rate, dw), b-math.Copysign(rate, db)
	for i, g := range run.Frozen[1] {
		want := 0.0
		if -2+4*float64(i)/(m-1) > b {
			want = w
		}
		if math.Abs(g-want) > 1e-6 { // float32, and Adam's eps
			t.Errorf("after a step the gradient at input %d is %g, want %g", i, g, want)
		}
	}
	if math.Abs(run.Losses[0]/loss-1) > 1e-5 { // float32
		t.Errorf("the loss at the start is %g, want %g", run.Losses[0], loss)
	}
	if run.Coupled != nil || run.Gradients(norms.Coupled) != nil {
		t.Error("a net without normalisation has coupled gradients")
	}
}

// TestGridOfALooksLinearNet: it starts out linear, and does not stay so.
func TestGridOfALooksLinearNet(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	run, err := early.RunGrid(t.Context(), e, small(models.Config{
		Net: "feedforward", Activation: activations.CReLU, LooksLinear: true,
		Initializer: initializers.Orthogonal,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range run.Frozen {
		spread := (slices.Max(g) - slices.Min(g)) / math.Abs(g[0])
		// 1e-5: rounding in float32
		if step := run.Config.Steps[i]; step == 0 && spread > 1e-5 || step > 0 && spread < 1e-3 {
			t.Errorf("at step %d the gradient varies by %g of its size", step, spread)
		}
	}
}

// TestGridOfSkipsAlone: a net whose branches' weights are learnt from 0 starts out with the gradient of one
// rectified layer, which has a step at no more places than the layer has units, and leaves that behind.
func TestGridOfSkipsAlone(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small(models.Config{Net: "residual", Branch: models.Branch{Layers: 2, Learnt: true}})
	config.Inputs, config.Steps, config.LearningRate = 256, []int{0, 30}, 0.02
	run, err := early.RunGrid(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	var steps [2]int
	for k, g := range run.Frozen {
		for i := range g[1:] {
			if math.Abs(g[i+1]-g[i]) > 1e-5*math.Abs(g[i]) { // beyond rounding in float32
				steps[k]++
			}
		}
	}
	if width := config.Net.Width; steps[0] > width || steps[1] <= width {
		t.Errorf("gradients have %d steps before training and %d after, of one layer of %d units", steps[0],
			steps[1], width)
	}
	if first, last := run.Losses[0], run.Losses[30]; !(last < first) {
		t.Errorf("the loss went from %g to %g", first, last)
	}
}

// TestGridOfOtherNets: every kind of net on numbers trains on the variables that it declares.
func TestGridOfOtherNets(t *testing.T) {
	if testing.Short() {
		t.Skip("trains six nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, net := range []models.Config{
		{Net: "residual", Beta: 1, Branch: models.Branch{Layers: 2, Learnt: true, Fixup: true}},
		{Net: "post-residual", Beta: 1, Norm: norms.Batch},
		{Net: "densenet", Norm: norms.Batch},
		{Net: "transformer-pre", Norm: norms.Layer, Activation: activations.GELU},
		{Net: "transformer-post", Norm: norms.Layer, Activation: activations.GELU},
		{Net: "mixer", Norm: norms.Layer, Activation: activations.PReLU},
	} {
		config := small(net)
		config.Steps = []int{0, 40}
		run, err := early.RunGrid(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		if first, last := run.Losses[0], run.Losses[40]; !(last < first/2) {
			t.Errorf("%s: the loss went from %g to %g", net.Title(), first, last)
		}
	}
}

func TestGridConfigIsChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*early.GridConfig){
		"the steps are [1 2]":         func(c *early.GridConfig) { c.Steps = []int{1, 2} },
		"the steps are [0]":           func(c *early.GridConfig) { c.Steps = []int{0} },
		"the steps are [0 3 3]":       func(c *early.GridConfig) { c.Steps = []int{0, 3, 3} },
		"the learning rate is 0":      func(c *early.GridConfig) { c.LearningRate = 0 },
		"the frequency of the target": func(c *early.GridConfig) { c.Frequency = math.NaN() },
		"a grid of 1 points":          func(c *early.GridConfig) { c.Inputs = 1 },
		"takes images, not the points": func(c *early.GridConfig) {
			c.Net.Net,
				c.Net.Beta = "conv-feedforward", 0
		},
		"beta is 0": func(c *early.GridConfig) { c.Net.Beta = 0 },
		"choose a smaller learning rate": func(c *early.GridConfig) {
			c.LearningRate, c.Net.Norm = 1e30,
				norms.None
		},
	} {
		config := small(batchResidual)
		change(&config)
		if _, err := early.RunGrid(t.Context(), e, config); err == nil ||
			!strings.Contains(err.Error(), words) {
			t.Errorf("the error %v does not say %q", err, words)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := early.RunGrid(ctx, e, small(batchResidual)); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is stopped ends with %v", err)
	}
}
