package training_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestDropSchedule watches the learning rate that Adam has after each step of a run of 20, and that the
// points of the curve tell of.
func TestDropSchedule(t *testing.T) {
	r := runner(t, "")
	var rates []float64
	r.Attach = func(loop *train.Loop) {
		// behind the session's own hook
		loop.OnStep("rate", 1, func(loop *train.Loop, _ []*tensors.Tensor) error {
			rate := optimizer.LearningRateVar(loop.Trainer.Store().RootScope(), dtypes.Float32, 0).MustValue()
			rates = append(rates, shapes.ConvertTo[float64](rate.Value()))
			return nil
		})
	}
	c := config("relu", 3, 20, 1)
	c.Optimizer.Schedule, c.Budget.EvalEvery = "drop", 1
	result, err := r.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(rates) != 20 || len(result.Curve) != 20 {
		t.Fatalf("%d rates and %d points", len(rates), len(result.Curve))
	}
	for i, p := range result.Curve {
		want := 0.01
		if p.Step >= 10 { // of 20: half of them are done
			want /= 10
		}
		if p.Step >= 15 {
			want /= 10
		}
		// Adam's is a float32
		if math.Abs(rates[i]/want-1) > 1e-6 || math.Abs(p.LearningRate/want-1) > 1e-12 {
			t.Errorf("behind step %d the learning rate is %g, and %g in the curve, want %g", p.Step, rates[i],
				p.LearningRate, want)
		}
	}
}

// A schedule that trains for half of the steps, and half as fast.
var _ = training.Schedules.Register("half", training.Schedule{Factor: func(done float64) float64 {
	if done < 0.5 {
		return 0.5
	}
	return 0
}})

// TestSchedulesAreFollowed: the first half of the run is that of half the rate, and at a rate of 0 nothing is
// learnt any more.
func TestSchedulesAreFollowed(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	losses := func(schedule string, rate float64) (all []float64) {
		c := config("relu", 3, 8, 1)
		c.Optimizer.Schedule, c.Optimizer.LearningRate, c.Budget.EvalEvery = schedule, rate, 1
		result, err := runner(t, "").Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range result.Curve {
			all = append(all, p.TestLoss)
		}
		return all
	}
	got, want := losses("half", 0.02), losses("", 0.01)
	for i := range got {
		if i < 4 && got[i] != want[i] || i >= 4 && got[i] != got[3] {
			t.Errorf("losses on test images along the schedule are %v, at the constant rate %v", got, want)
		}
	}
}

// cifarChecksum is that of CIFAR-10 as training.CIFAR10 takes it.
const cifarChecksum = "b3b1461e612d2c5d3e79c3b7698712d9eb34556ee90f203d1992c75654d0cd3a"

// likeCIFAR are stripes that say that they are CIFAR-10.
type likeCIFAR struct{ stripes }

func (likeCIFAR) Shape() training.Shape { return cifarShape }
func (likeCIFAR) Checksum() string      { return cifarChecksum }

// TestKeptRunsKeepTheirIdentity: the runs that are kept with the code are still those that their configs
// describe, by the version of package training that made them. A change of what a config means changes
// that version, and the runs are made anew: those of version 1 differ from runs of today by nothing but the
// generator of the weights.
func TestKeptRunsKeepTheirIdentity(t *testing.T) {
	file, err := os.Open("../paper/figure6/runs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	kept, err := training.ReadResults(file.Name(), file)
	if err != nil || len(kept) < 45 {
		t.Fatalf("%d runs (%v)", len(kept), err)
	}
	for _, r := range kept {
		now, err := training.ID(r.Config, likeCIFAR{}, training.Semantics)
		before, errBefore := training.ID(r.Config, likeCIFAR{}, 1)
		if err != nil || errBefore != nil || now != r.ID && before != r.ID {
			t.Errorf("%s: the config says %s or %s (%v), the run %s", r.Config, now, before, err, r.ID)
		}
	}
}

// TestDefaultsByName: what is the default is the same run when it is named, and everything else another one,
// with a name that tells.
func TestDefaultsByName(t *testing.T) {
	plain := config("resnet", 5, 20, 1)
	id := func(change func(*training.Config)) string {
		t.Helper()
		c := plain
		change(&c)
		id, err := training.ID(c, small, training.Semantics)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	want := id(func(*training.Config) {})
	for what, change := range map[string]func(*training.Config){
		"the plateau " +
			"schedule": func(c *training.Config) { c.Optimizer.Schedule = training.PlateauSchedule },
		"option A":                   func(c *training.Config) { c.Shortcut = "option-a" },
		"a probe of no minibatches":  func(c *training.Config) { c.Probe.Images = 7 },
		"the defaults of the config": func(c *training.Config) { c.Optimizer.Plateau.Window = 10 },
	} {
		if id(change) != want {
			t.Errorf("%s by name is another run", what)
		}
	}
	seen := map[string]bool{want: true}
	for what, change := range map[string]func(*training.Config){
		"a schedule":          func(c *training.Config) { c.Optimizer.Schedule = "drop" },
		"a projection":        func(c *training.Config) { c.Shortcut = "projection" },
		"another projection":  func(c *training.Config) { c.Shortcut = "preactivated" },
		"a probe":             func(c *training.Config) { c.Probe.Minibatches = 1 },
		"a probe of one more": func(c *training.Config) { c.Probe.Minibatches = 2 },
	} {
		other := id(change)
		if seen[other] {
			t.Errorf("%s is the run without it, or another", what)
		}
		seen[other] = true
	}
	named := plain
	named.Shortcut = "projection"
	if got := named.String(); got != "resnet with projection, 5 layers, seed 1" {
		t.Errorf("a run with a projection is called %s", got)
	}
}

// TestGridWithShortcuts lists a curve for each shortcut of the family that has skips, and has the nets of
// seed 1 alone looked at.
func TestGridWithShortcuts(t *testing.T) {
	grid := training.Grid{
		Families: []string{"ll", "resnet"}, Depths: []int{10}, Seeds: 2,
		Shortcuts: []string{"option-a", "copy"}, Probe: training.Probe{Minibatches: 2},
	}
	var got []string
	for _, c := range grid.Configs() {
		name := c.String()
		if c.Probe.Minibatches > 0 {
			name += ", looked at"
		}
		got = append(got, name)
	}
	want := "ll, 10 layers, seed 1, looked at; resnet, 10 layers, seed 1, looked at; resnet with copy, 10 " +
		"layers, seed 1, looked at; " +
		"ll, 10 layers, seed 2; resnet, 10 layers, seed 2; resnet with copy, 10 layers, seed 2"
	if strings.Join(got, "; ") != want {
		t.Errorf("the runs are\n%s\nwant\n%s", strings.Join(got, "; "), want)
	}
}

func TestReached(t *testing.T) {
	result := training.Result{Curve: []training.Point{{Step: 10, TestAccuracy: 0.3},
		{Step: 20, TestAccuracy: 0.5}, {Step: 30, TestAccuracy: 0.4}, {Step: 40, TestAccuracy: 0.6}}}
	for accuracy, want := range map[float64]int{0.2: 10, 0.5: 20, 0.55: 40, 0.7: 0} {
		if p, found := result.Reached(accuracy); p.Step != want || found != (want > 0) {
			t.Errorf("an accuracy of %g is reached at step %d (%t), want %d", accuracy, p.Step, found, want)
		}
	}
}
