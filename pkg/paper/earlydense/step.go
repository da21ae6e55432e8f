package earlydense

import (
	"fmt"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Step is what there is to see of one draw of a net at one step of its training.
type Step struct {
	paper.EarlyNet

	// Column holds the gradient, its autocorrelation and its covariance. A gradient that is the same at all
	// inputs has neither of the last two: Lags is then empty, and Covariance nil.
	Column paper.Column

	// Step is the number of updates, and Losses are the mean squared errors after 0, 1, 2, ... of them, up to
	// the end of the training.
	Step   int
	Losses []float64
}

// Constant says whether the gradient is the same at all inputs.
func (s *Step) Constant() bool { return s.Column.Covariance == nil }

// Step returns what there is to see of the first draw at the step of that index.
func (s *Series) Step(i int) (*Step, error) {
	if i < 0 || i >= len(s.Steps) || i >= len(s.First.Gradients) {
		return nil, fmt.Errorf("%s was looked at %d times: there is no look %d", s.Title(),
			len(s.First.Gradients), i)
	}
	step := &Step{EarlyNet: s.EarlyNet, Step: s.Steps[i], Losses: numbers.Widen(s.First.Losses)}
	c := &step.Column
	c.Net, c.Depth, c.Beta, c.Statistics, c.Draws = s.Net, s.Depth, s.Beta, s.Statistics, 1
	c.X, c.Values = s.First.X, numbers.Widen(s.First.Gradients[i])
	if paper.IsConstant(c.Values) {
		return step, nil
	}
	var err error
	if c.Covariance, err = stats.NormalizedOuter(c.Values); err != nil {
		return nil, err
	}
	acf, err := stats.MeanACF([][]float64{c.Values}, gradients.MaxLag)
	if err != nil {
		return nil, err
	}
	c.Lags, c.Curve = gradients.Lags(), *acf
	return step, nil
}
