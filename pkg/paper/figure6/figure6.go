// Package figure6 reproduces Figure 6 of the paper: the accuracy of trained convolutional nets against their
// depth.
//
// [Of] makes the figure of runs that package training has finished: those that are kept with the code
// ([CommittedRuns]), and others ([Runs]). It takes a [Config], as a rule [Small] or [TenEpochs], and returns
// a [Result] that decides the paper's claims. [Draw] and [DrawTraining] draw it.
package figure6

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// Config says which runs Figure 6, the accuracy of trained nets against depth, is made of. It is drawn from
// whatever depths and seeds there are of them.
type Config struct {
	// Families are the curves, of training.Families.
	Families []string `json:"families"`

	// Width is the number of filters at the input of a net that has as many as the paper's.
	Width int `json:"width"`

	// Budget is how long and on what the nets trained; how their learning curves were measured is not asked
	// for.
	Budget training.Budget `json:"budget"`

	// Schedule is that of their learning rate, one of training.Schedules; empty means the plateau rule.
	Schedule string `json:"schedule,omitempty"`

	// Shortcut is that of the nets with skips, one of models.Shortcuts; empty means option A.
	Shortcut string `json:"shortcut,omitempty"`
}

// Small returns the config of the runs that are kept with the code ([CommittedRuns]): the paper's families
// and two more, the budget of training.SmallGrid.
func Small() Config { return newConfig(training.SmallGrid()) }

// Paper returns the config of the runs of training.PaperGrid, the paper's size.
func Paper() Config { return newConfig(training.PaperGrid()) }

// TenEpochs returns the config of the runs of scripts/plans/figure-6: all images, ten epochs, and a learning
// rate that drops.
func TenEpochs() Config {
	return newConfig(training.Grid{
		Budget:    training.Budget{Epochs: 10, Batch: 100},
		Optimizer: training.Optimizer{Schedule: "drop"},
	})
}

func newConfig(g training.Grid) Config {
	return Config{
		Families: append(training.PaperFamilies(), "relu-bn", "prelu"), Width: training.PaperWidth,
		Budget: g.Budget, Schedule: g.Optimizer.Schedule,
	}
}

// committedRuns is written by scripts/train collect.
//
//go:embed runs.jsonl
var committedRuns []byte

// CommittedRuns returns the runs that are kept with the code. They are embedded, so that a cell has them
// wherever it runs.
func CommittedRuns() ([]training.Result, error) {
	return training.ReadResults("the project's pkg/paper/figure6/runs.jsonl", bytes.NewReader(committedRuns))
}

// Runs returns the runs that are kept with the code and those that are finished in each of the paths: results
// folders, or files that training.Collect wrote. Files that can't be used are named on standard error.
func Runs(paths ...string) ([]training.Result, error) {
	runs, err := CommittedRuns()
	if err != nil {
		return nil, err
	}
	others, err := training.LoadResults(paths...)
	if wrong := new(results.Unusable); errors.As(err, &wrong) {
		for _, file := range wrong.Files {
			progress.Note(context.Background(), file.Error())
		}
		err = nil
	}
	for _, run := range others {
		if !contains(runs, run) {
			runs = append(runs, run)
		}
	}
	return runs, err
}

// Result holds the points and curves of Figure 6.
type Result struct {
	Config Config

	// Points are ordered by family, as in the config, and then by depth.
	Points []Point

	// Curves are the learning curves of the points' runs, in the same order and then by seed.
	Curves []LearningCurve

	// Origin says where the runs come from.
	Origin RunsOrigin
}

// Point is what the nets of one family and depth, trained from several seeds, have come to.
type Point struct {
	// Family is one of training.Families, Title its title.
	Family string `json:"family" jsonschema:"minLength=1"`
	Title  string `json:"title" jsonschema:"minLength=1"`

	// Depth is L, the number of convolutions, and Parameters the number of a net's parameters.
	Depth      int `json:"depth" jsonschema:"minimum=2"`
	Parameters int `json:"parameters" jsonschema:"minimum=1"`

	// LearningRate is the rate that training began with, and RatesTried are those that it was chosen from:
	// the one with the lowest training loss at the end, over the seeds that all have. Test images have no
	// say.
	LearningRate float64   `json:"learning_rate" jsonschema:"exclusiveMinimum=0"`
	RatesTried   []float64 `json:"rates_tried" jsonschema:"minItems=1,exclusiveMinimum=0"`

	// Seeds are those of the runs. Accuracies, shares of all test images at the end, and TrainLosses, at the
	// last point of the learning curve, have an entry a seed. Diverged is the number of runs that diverged:
	// they have the accuracy and the loss of guessing.
	Seeds       []uint64  `json:"seeds" jsonschema:"minItems=1,minimum=0"`
	Accuracies  []float64 `json:"accuracies" jsonschema:"minItems=1,minimum=0,maximum=1"`
	TrainLosses []float64 `json:"train_losses"`
	Diverged    int       `json:"diverged" jsonschema:"minimum=0"`

	// Accuracy is the share of all test images that a net gets right at the end, and TrainLoss the training
	// loss at the last point of the learning curve, in nats: means over seeds. A single seed has no interval,
	// and no draws.
	Accuracy  stats.Estimate `json:"accuracy"`
	TrainLoss stats.Estimate `json:"train_loss"`
}

// overSeeds returns the mean over seeds of one value a seed: exact for a single one, which has no interval.
func overSeeds(values []float64) stats.Estimate {
	if len(values) == 1 {
		return stats.Exact(values[0])
	}
	return stats.Mean(values)
}

// guessing is the accuracy of guessing, and guessingLoss its loss in nats: those of a run that diverged.
var (
	guessing     = 1 / float64(len(images.Classes))
	guessingLoss = math.Log(float64(len(images.Classes)))
)

// Of makes Figure 6 of runs. Of those that are the config's it takes, for each family and depth, those of one
// learning rate.
func Of(config Config, runs []training.Result) (*Result, error) {
	result := &Result{Config: config}
	var used []training.Result
	for _, name := range config.Families {
		family, err := training.Families.Get(name)
		if err != nil {
			return nil, err
		}
		for _, group := range config.byDepth(name, runs) {
			point, chosen := newPoint(group)
			point.Title = family.Title
			result.Points = append(result.Points, point)
			for _, run := range chosen {
				result.Curves = append(result.Curves, CurveOf(run))
			}
			used = append(used, chosen...)
		}
	}
	if len(used) == 0 {
		return nil, fmt.Errorf("none of %d runs is one of Figure 6 with %s: train some with scripts/train, "+
			"or "+
			"choose another budget", len(runs), config.Budget)
	}
	var err error
	result.Origin, err = NewRunsOrigin(used)
	return result, err
}

// byDepth returns the runs of a family that are the config's, a group a depth.
func (c Config) byDepth(family string, runs []training.Result) [][]training.Result {
	groups := make(map[int][]training.Result)
	var depths []int
	shortcut := ""
	if f, err := training.Families.Get(family); err == nil && f.HasSkips() {
		shortcut = c.Shortcut
	}
	for _, run := range runs {
		r := run.Config
		if r.Family != family || r.Width != c.Width || r.Shortcut != shortcut ||
			r.Optimizer.Schedule != c.Schedule || !r.Budget.SameTraining(c.Budget) {
			continue
		}
		depth := run.Config.Depth
		if groups[depth] == nil {
			depths = append(depths, depth)
		}
		groups[depth] = append(groups[depth], run)
	}
	slices.Sort(depths)
	var all [][]training.Result
	for _, depth := range depths {
		all = append(all, groups[depth])
	}
	return all
}

// Chosen returns the runs of a family that are the config's, a group a depth, and in each those of one
// learning rate, one a seed: the runs that [Of] makes the points and curves of.
func (c Config) Chosen(family string, runs []training.Result) [][]training.Result {
	var all [][]training.Result
	for _, group := range c.byDepth(family, runs) {
		_, chosen := newPoint(group)
		all = append(all, chosen)
	}
	return all
}

// Select returns the points of a family in the order of their depths.
func (r *Result) Select(family string) []*Point {
	var found []*Point
	for i := range r.Points {
		if r.Points[i].Family == family {
			found = append(found, &r.Points[i])
		}
	}
	return found
}
