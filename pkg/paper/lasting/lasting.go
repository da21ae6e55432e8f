// Package lasting shows what becomes of the gradients of convolutional nets through a whole training: what
// Figures 3 and 5c of the paper show at initialisation, after 1, 3 and 10 epochs of training the nets of
// Figure 6.
//
// [Of] makes the figure of runs that package training has finished and looked at on the way, as those of
// scripts/plans/figure-6. It takes a [Config], as a rule [Paper], and returns a [Result] that decides whether
// structure lasts. [Draw] draws it.
package lasting

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// Config says which runs the figure is made of. It is drawn from whatever depths there are of them.
type Config struct {
	// Families are the nets, of training.Families; those with skips are there with each of the shortcuts.
	Families []string `json:"families"`

	// Shortcuts are some of models.Shortcuts; empty means option A.
	Shortcuts []string `json:"shortcuts"`

	// Width is the number of filters at the input of a net that has as many as the paper's.
	Width int `json:"width"`

	// Budget is how long and on what the nets trained, and Schedule that of their learning rate, one of
	// training.Schedules.
	Budget   training.Budget `json:"budget"`
	Schedule string          `json:"schedule"`

	// Seed is that of the runs: one net of a kind is looked at.
	Seed uint64 `json:"seed"`
}

// Paper returns the config of the runs of figure6.TenEpochs, with both shortcuts.
func Paper() Config {
	of := figure6.TenEpochs()
	return Config{
		Families: of.Families, Shortcuts: []string{"", "projection"}, Width: of.Width, Budget: of.Budget,
		Schedule: of.Schedule, Seed: 1,
	}
}

// Result holds what was seen of the nets.
type Result struct {
	Config Config

	// Series are the nets, shallow ones first, and then in the order of the config.
	Series []Series

	// Origin says where the runs come from.
	Origin figure6.RunsOrigin
}

// Series is what was seen of a net while it trained.
type Series struct {
	figure6.LearningCurve

	// Shortcut is that of a net with skips; empty where it is option A, or where there are no skips.
	Shortcut string `json:"shortcut,omitempty"`

	// Normalised tells that the net has batch normalisation: without, frozen and coupled gradients are one.
	Normalised bool `json:"normalised"`

	// Looks are what its gradients and rectifiers were like, from the start to the end.
	Looks []Look `json:"looks" jsonschema:"minItems=2"`

	// Accuracy is the share of all test images that the net gets right at the end, and HalfStep the first
	// step of the learning curve at which it gets half of some of them right; null where it never does.
	Accuracy float64 `json:"accuracy" jsonschema:"minimum=0,maximum=1"`
	HalfStep *int    `json:"half_step"`
}

// Look is what a net was like after some training: means over the minibatches it was looked at with.
type Look struct {
	// Epoch is the number of passes over the training images.
	Epoch float64 `json:"epoch" jsonschema:"minimum=0"`

	// Rank is the relative effective rank r(D) / r(Y) of the gradients with the batch statistics held fixed,
	// 1 for white noise, and CoupledRank that of gradients through them; null where all gradients are 0.
	Rank        *float64 `json:"rank"`
	CoupledRank *float64 `json:"coupled_rank"`

	// Correlation is that of the gradients at two different images, averaged over pairs of them, and
	// CoupledCorrelation that of gradients through the batch statistics; null where the gradient at an image
	// is 0.
	Correlation        *float64 `json:"correlation"`
	CoupledCorrelation *float64 `json:"coupled_correlation"`

	// Coactive is the share of pairs of images at both of which a unit is active, averaged over the units of
	// a rectifier and then over the rectifiers; null in nets without any.
	Coactive *float64 `json:"coactive"`
}

// Name names the net, without its depth.
func (s *Series) Name() string {
	if s.Shortcut == "" {
		return s.Title
	}
	return fmt.Sprintf("%s, %s", s.Title, s.Shortcut)
}

// Of makes the figure of those runs that are the config's and were looked at, of one learning rate for each
// net, as Figure 6.
func Of(config Config, runs []training.Result) (*Result, error) {
	looked := slices.DeleteFunc(slices.Clone(runs), func(run training.Result) bool {
		return len(run.Looks) < 2 || run.Config.Seed != config.Seed
	})
	result := &Result{Config: config}
	var used []training.Result
	for _, name := range config.Families {
		family, err := training.Families.Get(name)
		if err != nil {
			return nil, err
		}
		shortcuts := config.Shortcuts
		if !family.HasSkips() {
			shortcuts = []string{""}
		}
		for _, shortcut := range shortcuts {
			of := figure6.Config{Width: config.Width, Budget: config.Budget, Schedule: config.Schedule,
				Shortcut: shortcut}
			for _, chosen := range of.Chosen(name, looked) {
				result.Series = append(result.Series, newSeries(family, chosen[0]))
				used = append(used, chosen[0])
			}
		}
	}
	if len(used) == 0 {
		return nil, fmt.Errorf("none of %d runs was looked at while it trained with %s: train some with "+
			"scripts/train --plan scripts/plans/figure-6, or choose another budget", len(runs), config.Budget)
	}
	slices.SortStableFunc(result.Series, func(a, b Series) int { return cmp.Compare(a.Depth, b.Depth) })
	var err error
	result.Origin, err = figure6.NewRunsOrigin(used)
	return result, err
}

// newSeries returns what was seen of a net.
func newSeries(family training.Family, run training.Result) Series {
	s := Series{LearningCurve: figure6.CurveOf(run), Shortcut: run.Config.Shortcut,
		Normalised: family.Net.Norm != nil, Accuracy: run.TestAccuracy}
	if point, reached := run.Reached(0.5); reached {
		s.HalfStep = &point.Step
	}
	for _, seen := range run.Looks {
		s.Looks = append(s.Looks, Look{
			Epoch: seen.Epoch,
			Rank:  mean(seen.Minibatches, func(l look.Look) *float64 { return new(l.Relative()) }),
			CoupledRank: mean(seen.Minibatches,
				func(l look.Look) *float64 { return new(l.CoupledRelative()) }),
			Correlation: mean(seen.Minibatches, func(l look.Look) *float64 { return l.Correlation }),
			CoupledCorrelation: mean(seen.Minibatches,
				func(l look.Look) *float64 { return l.CoupledCorrelation }),
			Coactive: mean(seen.Minibatches, coactive),
		})
	}
	return s
}

// coactive returns the mean over rectifiers, or nil where there are none.
func coactive(l look.Look) *float64 {
	if len(l.Coactive) == 0 {
		return nil
	}
	return new(stat.Mean(l.Coactive, nil))
}

// mean returns the mean of a value over minibatches, or nil where one of them lacks it.
func mean(minibatches []look.Look, value func(look.Look) *float64) *float64 {
	var all []float64
	for _, seen := range minibatches {
		v := value(seen)
		if v == nil {
			return nil
		}
		all = append(all, *v)
	}
	if len(all) == 0 {
		return nil
	}
	return new(stat.Mean(all, nil))
}

// Select returns the net of a family with a shortcut at a depth, or nil.
func (r *Result) Select(family, shortcut string, depth int) *Series {
	for i := range r.Series {
		if s := &r.Series[i]; s.Family == family && s.Shortcut == shortcut && s.Depth == depth {
			return s
		}
	}
	return nil
}

// depths returns the depths that there are, in ascending order.
func (r *Result) depths() []int {
	var all []int
	for _, s := range r.Series {
		all = append(all, s.Depth)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// first and last are the looks at the start and at the end.
func (s *Series) first() Look { return s.Looks[0] }
func (s *Series) last() Look  { return s.Looks[len(s.Looks)-1] }

// Seed returns the seed of the runs.
func (r *Result) Seed() uint64 { return r.Config.Seed }
