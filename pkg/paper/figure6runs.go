package paper

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// attempt is the runs of one family and depth that one optimiser trained, by their seeds.
type attempt struct {
	optimizer training.Optimizer
	runs      map[uint64]training.Result
}

// attempts groups runs of one family and depth by optimiser, the lowest learning rate first. Of two runs that differ in how their learning
// curves were measured the first counts.
func attempts(runs []training.Result) []attempt {
	var all []attempt
	for _, run := range runs {
		i := slices.IndexFunc(all, func(a attempt) bool { return a.optimizer == run.Config.Optimizer })
		if i < 0 {
			i = len(all)
			all = append(all, attempt{run.Config.Optimizer, make(map[uint64]training.Result)})
		}
		if _, known := all[i].runs[run.Config.Seed]; !known {
			all[i].runs[run.Config.Seed] = run
		}
	}
	slices.SortStableFunc(all, func(a, b attempt) int { return cmp.Compare(a.optimizer.LearningRate, b.optimizer.LearningRate) })
	return all
}

// seeds returns the seeds in ascending order.
func (a attempt) seeds() []uint64 { return slices.Sorted(maps.Keys(a.runs)) }

// loss returns the mean training loss at the end over the seeds.
func (a attempt) loss(seeds []uint64) float64 {
	var losses []float64
	for _, seed := range seeds {
		losses = append(losses, finalLoss(a.runs[seed]))
	}
	return stat.Mean(losses, nil)
}

// finalLoss is the training loss at the end of a run, that of guessing where it diverged.
func finalLoss(run training.Result) float64 {
	if run.Status == training.Diverged {
		return guessingLoss
	}
	return run.TrainLoss
}

// choose returns the attempt with the lowest training loss at the end. It compares them on the seeds that all of them have, if there are any:
// a rate that was tried on one seed is compared on that.
func choose(all []attempt) attempt {
	shared := slices.DeleteFunc(all[0].seeds(), func(seed uint64) bool {
		return slices.ContainsFunc(all, func(a attempt) bool { _, has := a.runs[seed]; return !has })
	})
	return slices.MinFunc(all, func(a, b attempt) int {
		if len(shared) == 0 {
			return cmp.Compare(a.loss(a.seeds()), b.loss(b.seeds()))
		}
		return cmp.Compare(a.loss(shared), b.loss(shared))
	})
}

// newFigure6Point summarises the runs of one family and depth, and returns those that count.
func newFigure6Point(runs []training.Result) (Figure6Point, []training.Result) {
	all := attempts(runs)
	chosen := choose(all)
	first := runs[0]
	p := Figure6Point{
		Family: first.Config.Family, Depth: first.Config.Depth, Parameters: first.Parameters,
		LearningRate: chosen.optimizer.LearningRate, Seeds: chosen.seeds(),
	}
	for _, a := range all {
		p.RatesTried = append(p.RatesTried, a.optimizer.LearningRate)
	}
	p.RatesTried = slices.Compact(p.RatesTried)
	var counted []training.Result
	for _, seed := range p.Seeds {
		run := chosen.runs[seed]
		counted = append(counted, run)
		if run.Status == training.Diverged {
			p.Diverged++
			run.TestAccuracy = guessing
		}
		p.Accuracies, p.TrainLosses = append(p.Accuracies, run.TestAccuracy), append(p.TrainLosses, finalLoss(run))
	}
	p.Accuracy, p.TrainLoss = overSeeds(p.Accuracies), overSeeds(p.TrainLosses)
	return p, counted
}

// accuracyOf returns the accuracy of the run of a seed.
func (p *Figure6Point) accuracyOf(seed uint64) (accuracy float64, found bool) {
	i := slices.Index(p.Seeds, seed)
	if i < 0 {
		return 0, false
	}
	return p.Accuracies[i], true
}

// LearningCurve is how one net has learnt: all lists have an entry a point.
type LearningCurve struct {
	// Family, Depth, Seed and LearningRate say which net, Title is the family's title, and Diverged whether a loss or a weight became
	// infinite behind the last point.
	Family       string  `json:"family"`
	Title        string  `json:"title"`
	Depth        int     `json:"depth"`
	Seed         uint64  `json:"seed"`
	LearningRate float64 `json:"learning_rate"`
	Diverged     bool    `json:"diverged"`

	// Steps are the numbers of batches trained on. Losses are in nats; those on training images and the accuracy there are means since the
	// point before, as training saw the images, and those on test images are of some of them.
	Steps         []int     `json:"steps"`
	TrainLoss     []float64 `json:"train_loss"`
	TrainAccuracy []float64 `json:"train_accuracy"`
	TestLoss      []float64 `json:"test_loss"`
	TestAccuracy  []float64 `json:"test_accuracy"`
}

// NewLearningCurve returns the curve of a net, with the points that there are so far.
func NewLearningCurve(config training.Config, points ...training.Point) LearningCurve {
	c := LearningCurve{Family: config.Family, Title: config.Family, Depth: config.Depth, Seed: config.Seed, LearningRate: config.Optimizer.LearningRate}
	if family, err := training.Families.Get(config.Family); err == nil {
		c.Title = family.Title
	}
	for _, p := range points {
		c.Steps = append(c.Steps, p.Step)
		c.TrainLoss, c.TrainAccuracy = append(c.TrainLoss, p.TrainLoss), append(c.TrainAccuracy, p.TrainAccuracy)
		c.TestLoss, c.TestAccuracy = append(c.TestLoss, p.TestLoss), append(c.TestAccuracy, p.TestAccuracy)
	}
	return c
}

// newLearningCurve returns the curve of a run.
func newLearningCurve(run training.Result) LearningCurve {
	c := NewLearningCurve(run.Config, run.Curve...)
	c.Diverged = run.Status == training.Diverged
	return c
}

// RunsOrigin says where runs come from.
type RunsOrigin struct {
	// Runs is their number, and Committed that of those among them that are kept with the code.
	Runs      int `json:"runs"`
	Committed int `json:"committed"`

	// Backends, Platforms and Commits are those that occur in their provenance.
	Backends  []string `json:"backends"`
	Platforms []string `json:"platforms"`
	Commits   []string `json:"commits"`

	// First and Last are when the first and the last of them began, in UTC, and Hours how long they took together.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Hours float64   `json:"hours"`
}

func newRunsOrigin(runs []training.Result) (RunsOrigin, error) {
	o := RunsOrigin{Runs: len(runs), First: runs[0].Provenance.Started, Last: runs[0].Provenance.Started}
	committed, err := CommittedRuns()
	if err != nil {
		return o, err
	}
	for _, run := range runs {
		if contains(committed, run) {
			o.Committed++
		}
		p := run.Provenance
		o.Backends = append(o.Backends, p.Backend)
		o.Platforms = append(o.Platforms, p.Platform)
		o.Commits = append(o.Commits, p.Commit)
		if p.Started.Before(o.First) {
			o.First = p.Started
		}
		if p.Started.After(o.Last) {
			o.Last = p.Started
		}
		o.Hours += p.WallSeconds / 3600
	}
	for _, names := range []*[]string{&o.Backends, &o.Platforms, &o.Commits} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return o, nil
}

// contains says whether a run is among others.
func contains(runs []training.Result, run training.Result) bool {
	return slices.ContainsFunc(runs, func(known training.Result) bool { return known.ID == run.ID })
}

// String says where the runs come from, in a sentence.
func (o RunsOrigin) String() string {
	return fmt.Sprintf("%d runs, %d of them kept with the code: trained from %s to %s on %s (%s), %.1f hours in all",
		o.Runs, o.Committed, o.First.Format(time.DateOnly), o.Last.Format(time.DateOnly), strings.Join(o.Backends, ", "), strings.Join(o.Platforms, "; "), o.Hours)
}
