package paper

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// EarlyConfig describes the gradients of dense nets early in training: Figures 1 and 2 behind each of the first steps of fitting a sine.
type EarlyConfig struct {
	// Nets are the nets; their Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Inputs is M, the number of points of the grid on [-2, 2], all of which are in every batch.
	Inputs int `json:"inputs"`

	// Frequency is that of the target, sin(Frequency pi x).
	Frequency float64 `json:"frequency"`

	// Steps are the numbers of updates after which nets are looked at, from 0 on, which is the initialisation.
	Steps []int `json:"steps"`

	// LearningRate is Adam's, the same for all nets.
	LearningRate float64 `json:"learning_rate"`

	// Draws is the number of draws of the weights, each trained by itself, and Seed determines them.
	Draws int    `json:"draws"`
	Seed  uint64 `json:"seed"`
}

// earlyRate is the learning rate of the dense nets: of 0.001, 0.0003, 0.0001 and 0.00003 the one at which the net that learns most slowly learns
// fastest, by the mean logarithm of its training loss over the steps, in two draws under another seed. What gradients look like had no say.
const earlyRate = 1e-4

// EarlyPaper returns the config at the paper's size: nets of 24 layers, from which on the gradients of feedforward nets are white, and 200 units
// a layer on 256 inputs. The sine has two periods over the grid.
func EarlyPaper() EarlyConfig {
	return EarlyConfig{
		Nets: earlyNets(24, models.PaperWidth), Inputs: data.GridPoints, Frequency: 1,
		Steps: early.Steps(), LearningRate: earlyRate, Draws: 10, Seed: 1,
	}
}

// EarlyQuick returns a config of the same shape that takes seconds on any backend.
func EarlyQuick() EarlyConfig {
	return EarlyConfig{
		Nets: earlyNets(6, 24), Inputs: 64, Frequency: 1, Steps: []int{0, 1, 3, 10}, LearningRate: 1e-3, Draws: 2, Seed: 1,
	}
}

// earlyNets returns the nets at a size: feedforward with either normalisation, as the resnets have batch normalisation and Figures 1 and 2
// show centring; resnets; and nets of concatenated rectifiers with the looks-linear initialisation and without, which have 1/sqrt(2) as many
// units, and so as many parameters, as in Figure 6.
func earlyNets(depth, width int) []models.Config {
	nets := []models.Config{centredFeedforward, centredFeedforward, batchResidual(1), batchResidual(0.1)}
	nets[1].Norm = norms.Batch
	nets = narrower(nets, width)
	concatenated := models.Config{Net: "feedforward", Norm: norms.None, Width: int(float64(width) / math.Sqrt2), Activation: activations.CReLU}
	linear := concatenated
	linear.LooksLinear, linear.Initializer = true, initializers.Orthogonal
	nets = append(nets, linear, concatenated)
	for i := range nets {
		nets[i].Depth = depth
	}
	return nets
}

// EarlyResult holds the curves of the dense nets.
type EarlyResult struct {
	Config EarlyConfig

	// X is the grid, M values.
	X []float64

	// Series are the nets in the order of the config, frozen before coupled statistics; without normalisation, where both are one, frozen alone.
	Series []EarlySeries
}

// Early fits the nets that the config describes, and takes their gradients at its steps.
func Early(ctx context.Context, e *engine.Engine, config EarlyConfig) (*EarlyResult, error) {
	if config.Draws < 2 {
		return nil, fmt.Errorf("the number of draws is %d: give at least 2, for the spread over them", config.Draws)
	}
	if len(config.Steps) == 0 {
		return nil, fmt.Errorf("there are no steps: give at least two, ascending from 0, which is the initialisation")
	}
	if err := checkTraining(len(config.Nets), config.Draws, config.Steps); err != nil {
		return nil, err
	}
	ctx = progress.Start(ctx, "Training steps", len(config.Nets)*config.Draws*slices.Max(config.Steps))
	result := &EarlyResult{Config: config}
	for _, net := range config.Nets {
		runs, err := config.runs(ctx, e, net)
		if err != nil {
			return nil, err
		}
		result.X = runs[0].X
		series, err := newEarlySeries(net, config.Steps, runs)
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, series...)
	}
	return result, nil
}

// checkTraining returns an error when so many nets can't be trained so often up to the last of the steps.
func checkTraining(nets, draws int, steps []int) error {
	last := slices.Max(steps)
	return cost.Steps(fmt.Sprintf("%d trainings of %d nets up to step %d", draws, nets, last), float64(nets)*float64(draws)*float64(max(last, 1)), "steps")
}

// runs trains all draws of a net, several at once, each kept as a part.
func (c EarlyConfig) runs(ctx context.Context, e *engine.Engine, net models.Config) ([]*early.GridRun, error) {
	runs := make([]*early.GridRun, c.Draws)
	err := e.ForEach(ctx, c.Draws, func(e *engine.Engine, draw int) (err error) {
		config := early.GridConfig{
			Net: net, Inputs: c.Inputs, Frequency: c.Frequency, Steps: c.Steps, LearningRate: c.LearningRate, Draw: uint64(draw), Seed: c.Seed,
		}
		runs[draw], err = part(ctx, "early in training", net, config, slices.Max(c.Steps), func() (*early.GridRun, error) {
			return early.RunGrid(ctx, e, config)
		})
		return err
	})
	return runs, err
}

// Select returns the nets' curves for one kind of statistics, in the order of the config. Nets without normalisation belong to both kinds.
func (r *EarlyResult) Select(statistics norms.Statistics) []*EarlySeries {
	var found []*EarlySeries
	for i := range r.Series {
		if s := &r.Series[i]; s.Statistics == statistics || s.Norm == norms.None.Name {
			found = append(found, s)
		}
	}
	return found
}
