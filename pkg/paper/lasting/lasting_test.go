package lasting_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/paper/lasting"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// epochs are those of the looks.
var epochs = []float64{0, 1, 3, 10}

// run makes up a run whose first minibatch is seen with these relative ranks and coactivations, and the
// second with ranks twice as high; correlations are half of the ranks, and what is coupled is 0.1 above.
func run(family, shortcut string, depth int, ranks, coactive []float64) training.Result {
	r := training.Result{
		Config: training.Config{Family: family, Shortcut: shortcut, Depth: depth, Width: training.PaperWidth,
			Seed: 1, Budget: training.Budget{Epochs: 10, Batch: 100, EvalEvery: 250, TestImages: 2000},
			Optimizer: training.Optimizer{LearningRate: 1e-3, Schedule: "drop"}},
		Parameters: 1000, Status: training.Finished, Steps: 5000, TestAccuracy: 0.7,
		Provenance: results.Provenance{Backend: "go", Platform: "p", Commit: "c", Started: time.Unix(9, 0),
			WallSeconds: 36},
	}
	for _, step := range []int{250, 2500, 5000} {
		r.Curve = append(r.Curve, training.Point{Step: step, TestAccuracy: 0.3 + float64(step)/1e4})
	}
	for i, epoch := range epochs {
		seen := training.ProbeLook{Step: int(500 * epoch), Epoch: epoch}
		for minibatch := range 2 {
			rank := ranks[i] * float64(minibatch+1)
			correlation, coupled := rank/2, rank/2+0.1
			seen.Minibatches = append(seen.Minibatches, look.Look{Rank: 200 * rank, WhiteRank: 200,
				CoupledRank: 200 * (rank + 0.1), Correlation: &correlation, CoupledCorrelation: &coupled,
				Coactive: []float64{coactive[i] - 0.1, coactive[i] + 0.1}})
		}
		r.Looks = append(r.Looks, seen)
	}
	r.ID = fmt.Sprint(family, shortcut, depth)
	return r
}

// quarter are coactivations near 1/4.
var quarter = []float64{0.26, 0.25, 0.24, 0.25}

// runs are nets of all kinds that claims are about.
func runs() []training.Result {
	return []training.Result{
		run("relu-bn", "", 50, []float64{0.4, 0.4, 0.3, 0.1}, quarter),
		run("resnet", "projection", 50, []float64{0.1, 0.1, 0.1, 0.06}, quarter),
		run("resnet", "", 50, []float64{0.3, 0.3, 0.35, 0.1}, []float64{0.26, 0.3, 0.26, 0.26}),
		run("ll", "", 50, []float64{0.01, 0.02, 0.03, 0.04}, quarter),
		run("crelu", "", 50, []float64{0.5, 0.5, 0.5, 0.5}, quarter),
		run("ll", "", 10, []float64{0.01, 0.02, 0.03, 0.02}, quarter),
	}
}

// TestSeries compares what is seen of a net with numbers worked out by hand, with runs that must not count.
func TestSeries(t *testing.T) {
	other, blind, short := run("ll", "", 26, quarter, quarter), run("ll", "", 26, quarter, quarter),
		run("ll", "", 26, quarter, quarter)
	other.Config.Seed, blind.Looks, short.Config.Budget.Epochs = 2, nil, 2
	worse := run("ll", "", 10, quarter, quarter) // the same net at a learning rate that does less well
	worse.Config.Optimizer.LearningRate, worse.TrainLoss, worse.ID = 1e-4, 5, "worse"
	r, err := lasting.Of(lasting.Paper(), append(runs(), other, blind, short, worse))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range r.Series {
		names = append(names, fmt.Sprintf("%s %d", s.Name(), s.Depth))
	}
	if got, want := strings.Join(names, "; "), "CReLU with LL-init 10; CReLU with LL-init 50; CReLU 50; "+
		"resnet 50; resnet, projection 50; ReLU with batch norm 50"; got != want {
		t.Errorf("the nets are %s, want %s", got, want)
	}
	s := r.Select("relu-bn", "", 50)
	for what, pair := range map[string][2]float64{
		"rank":                {*s.Looks[2].Rank, 1.5 * 0.3}, // the mean of one and two times it
		"coupled":             {*s.Looks[2].CoupledRank, 1.5*0.3 + 0.1},
		"correlation":         {*s.Looks[3].Correlation, 0.75 * 0.1},
		"coupled correlation": {*s.Looks[3].CoupledCorrelation, 0.175},
		"coactive":            {*s.Looks[0].Coactive, 0.26}, "step": {float64(*s.HalfStep), 2500},
		"accuracy": {s.Accuracy, 0.7},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %g, want %g", what, pair[0], pair[1])
		}
	}
	if !s.Normalised || r.Select("ll", "", 50).Normalised {
		t.Error("ReLU with batch norm alone is normalised")
	}
	if r.Origin.Runs != 6 || r.Origin.Committed != 0 {
		t.Errorf("the runs are %+v", r.Origin)
	}
	resultstest.CheckResults(t, r)
	if _, err := lasting.Of(lasting.Paper(), []training.Result{blind}); err == nil ||
		!strings.Contains(err.Error(), "none of 1 runs was looked at") {
		t.Errorf("no run gives %v", err)
	}
}

// TestClaims compares each claim with what was made up for it.
func TestClaims(t *testing.T) {
	r, err := lasting.Of(lasting.Paper(), runs())
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]claims.Claim)
	for _, c := range r.Claims() {
		got[strings.TrimPrefix(c.ID, "lasting-structure.")] = c
	}
	for id, want := range map[string]float64{
		"skips.resnet.depth-50.frozen":             1.5 * (0.3 - 0.35), // contradicted at one look
		"skips.resnet.depth-50.coupled":            1.5 * (0.3 - 0.35),
		"skips.resnet-projection.depth-50.frozen":  1.5 * (0.1 - 0.06),
		"skips.resnet-projection.depth-50.coupled": 1.5 * (0.1 - 0.06),
		"lasts.resnet.depth-50.frozen":             0.75 * (0.1 - 0.5*0.3),
		"lasts.resnet.depth-50.coupled":            0.75*(0.1-0.5*0.3) + 0.05,
		"lasts.resnet-projection.depth-50.frozen":  0.75 * (0.06 - 0.5*0.1),
		"lasts.resnet-projection.depth-50.coupled": 0.75*(0.06-0.5*0.1) + 0.05,
		"linear.ll.depth-50":                       1.5 * (0.5 - 0.04),
		"lasts.ll.depth-50":                        0.75 * (0.04 - 0.5*0.01),
		"shattered.relu-bn.depth-50.frozen":        1.5 * (0.1 - 0.5*0.4),
		"shattered.relu-bn.depth-50.coupled":       1.5*(0.1-0.5*0.4) + 0.05,
	} {
		verdict := claims.Holds
		if want < 0 {
			verdict = claims.Contradicted
		}
		c, found := got[id]
		if !found || math.Abs(c.Measured.Value-want) > 1e-12 || c.Verdict != verdict {
			t.Errorf("%s: %+v, want %g", id, c, want)
		}
		delete(got, id)
	}
	for id, want := range map[string]float64{"coactive.relu-bn.depth-50": 0.01,
		"coactive.resnet-projection.depth-50": 0.01, "coactive.resnet.depth-50": 0.05} {
		if c := got[id]; math.Abs(c.Measured.Value-want) > 1e-12 ||
			(c.Verdict == claims.Holds) != (want < 0.025) {
			t.Errorf("%s: %+v, want %g", id, c, want)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		t.Errorf("nobody asked for %v", got)
	}
}

// TestNothingToMeasure: where all gradients are 0 at a look, nothing is claimed of the net, and the table and
// the file say so.
func TestNothingToMeasure(t *testing.T) {
	dead := runs()[4]
	dead.Looks[3].Minibatches, dead.Looks[3].Reason = nil, "all gradients are 0"
	dead.Curve, dead.TestAccuracy = dead.Curve[:1], 0.1
	r, err := lasting.Of(lasting.Paper(), []training.Result{dead, runs()[3]})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Claims() {
		if strings.Contains(c.ID, "linear") {
			t.Errorf("claimed is %+v", c)
		}
	}
	if row := strings.Join(r.Table().Rows[1], " | "); row != "CReLU | 50 | 10.0 | – | 0.750 | – | 0.375 | –" {
		t.Errorf("the table says %s", row)
	}
	content, err := json.Marshal(r.Series[1])
	if err != nil || !strings.Contains(string(content), `{"epoch":10,"rank":null,"coupled_rank":null,`) {
		t.Errorf("the file has %s, %v", content, err)
	}
	resultstest.CheckResults(t, r)
}

// TestCommittedRuns: what is kept with the code has runs that were looked at.
func TestCommittedRuns(t *testing.T) {
	all, err := figure6.CommittedRuns()
	if err != nil {
		t.Fatal(err)
	}
	r, err := lasting.Of(lasting.Paper(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Series {
		if s.Looks[0].Epoch != 0 || s.Looks[len(s.Looks)-1].Epoch != 10 || len(s.Looks) != 4 {
			t.Errorf("%s, %d layers, was seen to be %+v", s.Name(), s.Depth, s.Looks)
		}
	}
	if r.Origin.Committed != len(r.Series) {
		t.Errorf("the runs are %+v", r.Origin)
	}
}

func TestGoldenPicture(t *testing.T) {
	r, err := lasting.Of(lasting.Paper(), runs())
	if err != nil {
		t.Fatal(err)
	}
	figure, err := lasting.Draw(r)
	plottest.Golden(t, "lasting-structure", plottest.Rendered(t, figure, err))
	_, err = lasting.Draw(nil)
	plottest.CheckSentence(t, "nothing", err, "there are no nets to draw")
}
