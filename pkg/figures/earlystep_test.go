package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// exploreColumn returns the made-up gradient of a resnet, a walk that returns to 0, with the
// autocorrelation of that many draws.
func exploreColumn(t testing.TB, draws int) paper.Column {
	t.Helper()
	x, err := data.Grid(48, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	beta, level := 0.1, 0.0
	c := paper.Column{X: x,
		Series: paper.Series{Net: "residual", Depth: 50, Beta: &beta, Statistics: norms.Frozen}}
	stream := random.Stream(1, 2)
	for range x {
		level = 0.9*level + stream.NormFloat64()
		c.Values = append(c.Values, level)
	}
	if c.Covariance, err = stats.NormalizedOuter(c.Values); err != nil {
		t.Fatal(err)
	}
	for lag := range 16 {
		mean := math.Pow(1-0.06*math.Sqrt(beta), float64(lag))
		spread := 0.3 * (1 - math.Pow(0.8, float64(lag)))
		c.Lags, c.Mean = append(c.Lags, lag), append(c.Mean, mean)
		c.StdErr = append(c.StdErr, spread/5)
		c.Lower, c.Upper = append(c.Lower, mean-spread), append(c.Upper, mean+spread/2)
	}
	c.Draws = draws
	if draws == 1 {
		c.StdErr, c.Lower, c.Upper = make([]float64, len(c.Mean)), c.Mean, c.Mean
	}
	return c
}

// earlyStep returns a made-up step of a resnet, and of a linear net where the gradient is to be constant.
func earlyStep(t testing.TB, constant bool) *paper.EarlyStep {
	t.Helper()
	s := &paper.EarlyStep{EarlyNet: earlyNames()[3], Column: exploreColumn(t, 1), Step: 30}
	for i := range 301 {
		s.Losses = append(s.Losses, math.Pow(10, -4*float64(i)/300))
	}
	if constant {
		s.Column.Covariance, s.Step, s.EarlyNet = nil, 0, earlyNames()[4]
		s.Column.Values = make([]float64, len(s.Column.X))
		for i := range s.Column.Values {
			s.Column.Values[i] = 1.5
		}
	}
	return s
}

func TestEarlyStepGolden(t *testing.T) {
	figure, err := figures.EarlyStep(earlyStep(t, false))
	plottest.Golden(t, "early-step", plottest.Rendered(t, figure, err))
}

func TestEarlyStepTexts(t *testing.T) {
	for constant, want := range map[bool]map[string]int{
		false: {"(b) gradient, step 30": 1, "(c) autocorrelation": 1, "(d) covariance": 1, "lag": 1, "input index": 2, "95 % band of white noise": 1},
		true:  {"(b) gradient, step 0": 1, "(c) no autocorrelation": 1, "(d) no covariance": 1, "lag": 0, "1.5": 1},
	} {
		figure, err := figures.EarlyStep(earlyStep(t, constant))
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckTexts(t, figure, want)
		plottest.CheckTexts(t, figure, map[string]int{"(a) training loss so far": 1, "gradient (frozen)": 1, "mean squared error": 1, "training step": 1, "300": 1})
	}
}

func TestEarlyStepErrors(t *testing.T) {
	_, err := figures.EarlyStep(nil)
	plottest.CheckSentence(t, "nil", err, "no step of training to draw")
	for phrase, spoil := range map[string]func(*paper.EarlyStep){
		`has 1 losses of "resnet, β = 0.1" for step 30`: func(s *paper.EarlyStep) { s.Losses = s.Losses[:1] },
		"the logarithm of the loss\": value 7 is -Inf":  func(s *paper.EarlyStep) { s.Losses[7] = 0 },
		"48 x for 47 values":                            func(s *paper.EarlyStep) { s.Column.Values = s.Column.Values[1:] },
		"value 2 is NaN":                                func(s *paper.EarlyStep) { s.Column.Covariance, s.Column.Values[2] = nil, math.NaN() },
	} {
		step := earlyStep(t, false)
		spoil(step)
		_, err := figures.EarlyStep(step)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
