package figure6

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/training"
	"gonum.org/v1/gonum/stat"
)

// attempt is the runs of one family and depth that one optimiser trained, by their seeds.
type attempt struct {
	optimizer training.Optimizer
	runs      map[uint64]training.Result
}

// attempts groups runs of one family and depth by optimiser, the lowest learning rate first. Of two runs that
// differ in how their learning curves were measured the first counts.
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
	slices.SortStableFunc(all, func(a, b attempt) int {
		return cmp.Compare(a.optimizer.LearningRate, b.optimizer.LearningRate)
	})
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

// choose returns the attempt with the lowest training loss at the end. It compares them on the seeds that all
// of them have, if there are any: a rate that was tried on one seed is compared on that.
func choose(all []attempt) attempt {
	shared := slices.DeleteFunc(all[0].seeds(), func(seed uint64) bool {
		return slices.ContainsFunc(all, func(a attempt) bool {
			_, has := a.runs[seed]
			return !has
		})
	})
	return slices.MinFunc(all, func(a, b attempt) int {
		if len(shared) == 0 {
			return cmp.Compare(a.loss(a.seeds()), b.loss(b.seeds()))
		}
		return cmp.Compare(a.loss(shared), b.loss(shared))
	})
}

// newPoint summarises the runs of one family and depth, and returns those that count.
func newPoint(runs []training.Result) (Point, []training.Result) {
	all := attempts(runs)
	chosen := choose(all)
	first := runs[0]
	p := Point{
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
		p.Accuracies = append(p.Accuracies, run.TestAccuracy)
		p.TrainLosses = append(p.TrainLosses, finalLoss(run))
	}
	p.Accuracy, p.TrainLoss = overSeeds(p.Accuracies), overSeeds(p.TrainLosses)
	return p, counted
}

// accuracyOf returns the accuracy of the run of a seed.
func (p *Point) accuracyOf(seed uint64) (accuracy float64, found bool) {
	i := slices.Index(p.Seeds, seed)
	if i < 0 {
		return 0, false
	}
	return p.Accuracies[i], true
}
