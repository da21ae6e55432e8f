package figure6

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/pkg/training"
)

// LearningCurve is how one net has learnt: all lists have an entry a point.
type LearningCurve struct {
	// Family, Depth, Seed and LearningRate say which net, Title is the family's title, and Diverged whether a
	// loss or a weight became infinite behind the last point.
	Family       string  `json:"family" jsonschema:"minLength=1"`
	Title        string  `json:"title" jsonschema:"minLength=1"`
	Depth        int     `json:"depth" jsonschema:"minimum=2"`
	Seed         uint64  `json:"seed" jsonschema:"minimum=0"`
	LearningRate float64 `json:"learning_rate" jsonschema:"exclusiveMinimum=0"`
	Diverged     bool    `json:"diverged"`

	// Steps are the numbers of batches trained on. TrainLoss, in nats, and TrainAccuracy are means since the
	// point before, as training saw the images; TestLoss and TestAccuracy are on some of the test images.
	Steps         []int     `json:"steps" jsonschema:"minimum=1"`
	TrainLoss     []float64 `json:"train_loss"`
	TrainAccuracy []float64 `json:"train_accuracy"`
	TestLoss      []float64 `json:"test_loss"`
	TestAccuracy  []float64 `json:"test_accuracy"`
}

// NewLearningCurve returns the curve of a net, with the points that there are so far.
func NewLearningCurve(config training.Config, points ...training.Point) LearningCurve {
	c := LearningCurve{Family: config.Family, Title: config.Family, Depth: config.Depth, Seed: config.Seed,
		LearningRate: config.Optimizer.LearningRate}
	if family, err := training.Families.Get(config.Family); err == nil {
		c.Title = family.Title
	}
	for _, p := range points {
		c.Steps = append(c.Steps, p.Step)
		c.TrainLoss, c.TrainAccuracy = append(c.TrainLoss, p.TrainLoss),
			append(c.TrainAccuracy, p.TrainAccuracy)
		c.TestLoss, c.TestAccuracy = append(c.TestLoss, p.TestLoss), append(c.TestAccuracy, p.TestAccuracy)
	}
	return c
}

// CurveOf returns the curve of a run that has ended.
func CurveOf(run training.Result) LearningCurve {
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

	// First and Last are when the first and the last of them began, in UTC, and Hours how long they took
	// together.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Hours float64   `json:"hours"`
}

// NewRunsOrigin describes where runs come from. There must be one at least.
func NewRunsOrigin(runs []training.Result) (RunsOrigin, error) {
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
	return fmt.Sprintf("%d runs, %d of them kept with the code: trained from %s to %s on %s (%s), %.1f "+
		"hours "+
		"in all", o.Runs, o.Committed, o.First.Format(time.DateOnly), o.Last.Format(time.DateOnly),
		strings.Join(o.Backends, ", "), strings.Join(o.Platforms, "; "), o.Hours)
}
