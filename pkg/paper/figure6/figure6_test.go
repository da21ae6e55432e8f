package figure6_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// run makes up a run of Figure 6.
func run(family string, depth int, seed uint64, accuracy, loss float64) training.Result {
	r := training.Result{
		Config: training.Config{
			Family: family, Depth: depth, Width: training.PaperWidth, Seed: seed,
			Budget:    figure6.Small().Budget,
			Optimizer: training.Optimizer{LearningRate: 1e-3},
		},
		Parameters: 1000, Status: training.Finished, Steps: 300, TestAccuracy: accuracy, TrainLoss: loss,
		Provenance: results.Provenance{Backend: "go", Platform: "p", Commit: "c",
			Started: time.Unix(int64(seed), 0), WallSeconds: 36},
	}
	for _, step := range []int{100, 200, 300} {
		r.Curve = append(r.Curve, training.Point{Step: step, TrainLoss: loss, TrainAccuracy: accuracy,
			TestLoss: loss, TestAccuracy: accuracy})
	}
	r.ID = fmt.Sprintf("%s-%d-%d-%g", family, depth, seed, accuracy)
	return r
}

// withRate returns the run at another learning rate.
func withRate(r training.Result, rate float64) training.Result {
	r.Config.Optimizer.LearningRate = rate
	r.ID += fmt.Sprint(rate)
	return r
}

// TestPoint compares a point with numbers worked out by hand, with runs around it that must not count.
func TestPoint(t *testing.T) {
	config := figure6.Small()
	diverged := run("ll", 10, 3, 0.9, 99)
	diverged.Status = training.Diverged
	wide, long, again := run("ll", 10, 4, 0.9, 0), run("ll", 10, 4, 0.9, 0), run("ll", 10, 1, 0.9, 0)
	wide.Config.Width = 16
	long.Config.Budget.Epochs = 4
	dropped, projected := run("ll", 10, 4, 0.9, 0), run("resnet", 10, 4, 0.9, 0)
	dropped.Config.Optimizer.Schedule = "drop"
	projected.Config.Shortcut = "projection"
	again.Config.Budget.EvalEvery = 7 // the same run as the first, measured otherwise
	inSteps := run("ll", 10, 2, 0.5, 1.2)
	inSteps.Config.Budget.Epochs, inSteps.Config.Budget.Steps = 0, 300
	result, err := figure6.Of(config, []training.Result{
		run("ll", 26, 1, 0.35, 1.5), wide, run("ll", 10, 1, 0.4, 1), inSteps, diverged, long, again,
		dropped, projected, run("resnet", 10, 1, 0.45, 1.1),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Points) != 3 || result.Points[0].Depth != 10 || result.Points[1].Depth != 26 ||
		result.Points[2].Family != "resnet" || result.Points[2].Title != "resnet" {
		t.Fatalf("points %+v", result.Points)
	}
	p := result.Points[0]
	if !slices.Equal(p.Seeds, []uint64{1, 2, 3}) || !slices.Equal(p.Accuracies, []float64{0.4, 0.5, 0.1}) ||
		p.Diverged != 1 {
		t.Errorf("seeds %v, accuracies %v, %d diverged", p.Seeds, p.Accuracies, p.Diverged)
	}
	if !slices.Equal(p.TrainLosses, []float64{1, 1.2, math.Log(10)}) {
		t.Errorf("losses %v", p.TrainLosses)
	}
	// Mean 1/3; deviations 1/15, 1/6, -7/30: variance (4 + 25 + 49)/900/2; 4.30265 is the 97.5 % quantile of
	// t with 2 degrees of freedom.
	margin := 4.30265 * math.Sqrt(78.0/1800/3)
	if a := p.Accuracy; math.Abs(a.Value-1.0/3) > 1e-12 || math.Abs(a.Low-(1.0/3-margin)) > 1e-5 ||
		math.Abs(a.High-(1.0/3+margin)) > 1e-5 || a.Draws != 3 {
		t.Errorf("accuracy %g [%g, %g], want 1/3 ± %g", a.Value, a.Low, a.High, margin)
	}
	if one := result.Points[1].Accuracy; one != stats.Exact(0.35) {
		t.Errorf("one seed has %+v, want no interval", one)
	}
	if o := result.Origin; o.Runs != 5 || o.Committed != 0 || math.Abs(o.Hours-5*36.0/3600) > 1e-12 ||
		!o.First.Equal(time.Unix(1, 0)) || !o.Last.Equal(time.Unix(3, 0)) || len(o.Backends) != 1 {
		t.Errorf("origin %+v", o)
	}
	if n := len(result.Curves); n != 5 || !result.Curves[2].Diverged || result.Curves[2].Seed != 3 ||
		!slices.Equal(result.Curves[0].Steps, []int{100, 200, 300}) {
		t.Errorf("%d curves, %+v", n, result.Curves)
	}
	resultstest.CheckResults(t, result)
	for change, want := range map[*figure6.Config]string{
		{Schedule: "drop"}:       "ll 10: 0.9",
		{Shortcut: "projection"}: "resnet 10: 0.9",
	} {
		changed := config
		changed.Schedule, changed.Shortcut = change.Schedule, change.Shortcut
		result, err := figure6.Of(changed, []training.Result{run("resnet", 10, 1, 0.5, 1), dropped,
			projected})
		if err != nil {
			t.Fatal(err)
		}
		if p := result.Points[0]; len(result.Points) != 1 ||
			fmt.Sprintf("%s %d: %g", p.Family, p.Depth, p.Accuracy.Value) != want {
			t.Errorf("with %+v the points are %+v, want %s", change, result.Points, want)
		}
	}
}

// TestRates checks which learning rate a point takes: by the training loss, against the test accuracy; over
// the seeds that all rates have; and a rate that diverges as if it guessed.
func TestRates(t *testing.T) {
	diverged := withRate(run("resnet", 10, 1, 0.1, 0), 0.1)
	diverged.Status = training.Diverged
	result, err := figure6.Of(figure6.Small(), []training.Result{
		run("ll", 10, 1, 0.5, 1.3), run("ll", 10, 2, 0.5, 0.1), withRate(run("ll", 10, 1, 0.3, 1.2), 3e-3),
		withRate(run("crelu", 10, 1, 0.5, 1.3), 3e-3), run("crelu", 10, 2, 0.3, 1.2),
		run("resnet", 10, 1, 0.2, 2.2), diverged,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		rate     float64
		tried    []float64
		accuracy float64
		seeds    int
	}{{3e-3, []float64{1e-3, 3e-3}, 0.3, 1}, {1e-3, []float64{1e-3, 3e-3}, 0.3, 1},
		{1e-3, []float64{1e-3, 0.1}, 0.2, 1}} {
		p := result.Points[i]
		if p.LearningRate != want.rate || !slices.Equal(p.RatesTried, want.tried) ||
			p.Accuracy.Value != want.accuracy || len(p.Seeds) != want.seeds {
			t.Errorf("%s: rate %g of %v, accuracy %g of %d seeds, want %+v", p.Family, p.LearningRate,
				p.RatesTried, p.Accuracy.Value, len(p.Seeds), want)
		}
	}
	if row := result.Table().Rows[0]; row[3] != "0.003 (0.001, 0.003)" || row[4] != "30.0" ||
		row[5] != "+10.0" {
		t.Errorf("table: %v", row)
	}
}

// madeUpRuns makes up runs of all families: at 10, 26 and 50 layers from three seeds that differ by 0.002, at
// 198 from one.
func madeUpRuns(accuracies map[string][]float64) []training.Result {
	var runs []training.Result
	for _, family := range figure6.Small().Families {
		for i, accuracy := range accuracies[family] {
			depth := []int{10, 26, 50, 198}[i]
			for seed := range uint64(3) {
				if depth == 198 && seed > 0 {
					break
				}
				runs = append(runs, run(family, depth, seed+1, accuracy+0.002*float64(seed), 2-accuracy))
			}
		}
	}
	return runs
}

// TestClaims decides the claims where all hold, and where a family breaks each.
func TestClaims(t *testing.T) {
	good := map[string][]float64{
		"ll": {0.4, 0.4, 0.39, 0.38}, "resnet": {0.4, 0.4, 0.39, 0.42}, "linear": {0.35, 0.35, 0.34, 0.3},
		"crelu": {0.38, 0.3, 0.2, 0.15},
		"relu":  {0.36, 0.25, 0.1, 0.1}, "relu-bn": {0.36, 0.25, 0.12, 0.11},
		"prelu": {0.36, 0.35, 0.34, 0.33},
	}
	result, err := figure6.Of(figure6.Small(), madeUpRuns(good))
	if err != nil {
		t.Fatal(err)
	}
	verdicts := make(map[string]claims.Claim)
	for _, c := range resultstest.CheckResults(t, result).Claims {
		verdicts[strings.TrimPrefix(c.ID, "figure-6.")] = c
		if c.Verdict != claims.Holds {
			t.Errorf("%s does not hold: %v", c.ID, c.Measured)
		}
	}
	for _, id := range []string{
		"falls.crelu.depth-50", "falls.crelu.depth-198", "falls.relu.depth-50", "falls.relu-bn.depth-50",
		"falls.relu-bn.depth-198", "linear.relu.depth-50", "linear.relu.depth-198",
		"linear.relu-bn.depth-50",
		"linear.relu-bn.depth-198", "keeps.ll.depth-50", "keeps.ll.depth-198", "resnet.ll.depth-10",
		"resnet.ll.depth-26", "resnet.ll.depth-50", "prelu.ll.depth-10", "prelu.ll.depth-26",
		"prelu.ll.depth-50", "prelu.ll.depth-198",
	} {
		c, there := verdicts[id]
		if one := strings.HasSuffix(id, "-198"); !there ||
			one != strings.Contains(c.Quantity, "one seed: no interval") {
			t.Errorf("%s: %+v", id, c)
		}
	}
	if len(verdicts) != 18 { // a fall of ReLU nets from guessing to guessing is none
		t.Errorf("%d claims: %v", len(verdicts), verdicts)
	}
	// 0.39 - 0.1 less 0.9 (0.4 - 0.1) is 0.02, and seed s adds 0.0002 s, of which the mean is 0.0002.
	if kept := verdicts["keeps.ll.depth-50"].Measured; math.Abs(kept.Value-0.0202) > 1e-12 ||
		!(kept.Low < kept.Value) {
		t.Errorf("keeps.ll.depth-50 is %v", kept)
	}
	for family, change := range map[string]struct {
		accuracies []float64
		breaks     []string
	}{
		"ll": {[]float64{0.4, 0.4, 0.3, 0.2},
			[]string{"keeps.ll.depth-50", "keeps.ll.depth-198", "resnet.ll.depth-50", "prelu.ll.depth-50",
				"prelu.ll.depth-198"}},
		"crelu": {[]float64{0.3, 0.31, 0.2, 0.2},
			[]string{"falls.crelu.depth-50", "falls.crelu.depth-198"}},
		"relu": {[]float64{0.4, 0.39, 0.38, 0.37},
			[]string{"linear.relu.depth-50", "linear.relu.depth-198"}},
		"resnet":  {[]float64{0.45, 0.4, 0.39, 0.42}, []string{"resnet.ll.depth-10"}},
		"prelu":   {[]float64{0.45, 0.35, 0.34, 0.33}, []string{"prelu.ll.depth-10"}},
		"relu-bn": {[]float64{0.1, 0.1, 0.1}, nil}, // guessing from the start: nothing to lose
	} {
		before := good[family]
		good[family] = change.accuracies
		result, err := figure6.Of(figure6.Small(), madeUpRuns(good))
		if err != nil {
			t.Fatal(err)
		}
		var broken []string
		for _, c := range result.Claims() {
			if c.Verdict != claims.Holds {
				broken = append(broken, strings.TrimPrefix(c.ID, "figure-6."))
			}
		}
		slices.Sort(broken)
		slices.Sort(change.breaks)
		if !slices.Equal(broken, change.breaks) {
			t.Errorf("%s: %v do not hold, want %v", family, broken, change.breaks)
		}
		good[family] = before
	}
}

// TestShallowNetsAreNotTheDeepest: as long as ReLU and linear nets are there at the least depth alone,
// nothing is claimed about the deepest of them.
func TestShallowNetsAreNotTheDeepest(t *testing.T) {
	result, err := figure6.Of(figure6.Small(), []training.Result{run("relu", 10, 1, 0.5, 1),
		run("linear", 10, 1, 0.3, 1), run("ll", 50, 1, 0.5, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if decided := result.Claims(); len(decided) != 0 {
		t.Errorf("claims: %v", decided)
	}
}

func TestWithoutRuns(t *testing.T) {
	_, err := figure6.Of(figure6.Paper(), []training.Result{run("ll", 10, 1, 0.4, 1)})
	if err == nil || !strings.Contains(err.Error(),
		"none of 1 runs is one of Figure 6 with all images, 150 epochs") {
		t.Errorf("a figure without runs: %v", err)
	}
}

// TestCommittedRuns checks what is kept with the code: that a figure can be made of it, that every run says
// where it comes from, and that nothing of that names a folder of the machine that it ran on.
func TestCommittedRuns(t *testing.T) {
	runs, err := figure6.CommittedRuns()
	if err != nil {
		t.Fatal(err)
	}
	folder := regexp.MustCompile(`(^|[\s("])/\w+/`)
	ids := make(map[string]bool)
	for _, r := range runs {
		if ids[r.ID] {
			t.Errorf("%s is there twice", r.Config)
		}
		ids[r.ID] = true
		p := r.Provenance
		for what, text := range map[string]string{"backend": p.Backend, "plugin": p.Plugin,
			"platform": p.Platform, "go": p.Go, "commit": p.Commit, "reason": r.Reason} {
			if folder.MatchString(text) || what != "reason" && text == "" {
				t.Errorf("%s: %s is %q", r.Config, what, text)
			}
		}
		if p.Started.IsZero() || p.WallSeconds <= 0 || len(p.Modules) == 0 || p.Seed != r.Config.Seed ||
			len(r.Curve) > training.CollectedPoints {
			t.Errorf("%s: %d points, %+v", r.Config, len(r.Curve), p)
		}
	}
	for name, config := range map[string]figure6.Config{
		figure6.Name: figure6.Small(), figure6.TenEpochsName: figure6.TenEpochs(),
	} {
		result, err := figure6.Of(config, runs)
		if err != nil {
			t.Fatal(err)
		}
		figure := resultstest.CheckResults(t, result)
		drawn, err := figure6.Draw(result)
		if err != nil {
			t.Fatal(err)
		}
		if figure.Figure != name || drawn.Name() != name {
			t.Errorf("%s is in the file of %s and drawn as %s", name, figure.Figure, drawn.Name())
		}
		for _, c := range figure.Claims {
			if !strings.HasPrefix(c.ID, name+".") {
				t.Errorf("%s has the claim %s", name, c.ID)
			}
		}
	}
}
