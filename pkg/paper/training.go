package paper

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// CheckTraining returns an error when so many nets can't be trained so often up to the last of the steps.
func CheckTraining(nets, times int, steps []int) error {
	if len(steps) == 0 {
		return fmt.Errorf("there are no steps: give at least two, ascending from 0, which is the " +
			"initialisation")
	}
	last := slices.Max(steps)
	return cost.Steps(fmt.Sprintf("%d trainings of %d nets up to step %d", times, nets, last),
		float64(nets)*float64(times)*float64(max(last, 1)), "steps")
}

// TrainingWeight is proportional to the multiplications of training a net up to the last of the steps, with
// batches of so many inputs.
func TrainingWeight(net models.Config, batch int, steps []int) float64 {
	width := float64(max(net.Width, 1))
	return float64(max(net.Depth, 1)) * width * width * float64(max(batch,
		1)) * float64(max(slices.Max(steps), 1))
}

// AllAbove appends the claim that all of several quantities are above the bound, where there are any.
func AllAbove(all []claims.Claim, claim claims.Claim, measured []stats.Estimate,
	bound float64) []claims.Claim {
	if len(measured) == 0 {
		return all
	}
	return append(all, claim.Above(stats.Smallest(measured), bound))
}
