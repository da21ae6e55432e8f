package earlydense_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
)

// madeUpStep returns a made-up step of a resnet, and of a linear net where the gradient is to be constant.
func madeUpStep(t testing.TB, constant bool) *earlydense.Step {
	t.Helper()
	s := &earlydense.Step{EarlyNet: testseries.Nets()[3], Column: testseries.Column(t, 1), Step: 30}
	for i := range 301 {
		s.Losses = append(s.Losses, math.Pow(10, -4*float64(i)/300))
	}
	if constant {
		s.Column.Covariance, s.Step, s.EarlyNet = nil, 0, testseries.Nets()[4]
		s.Column.Values = make([]float64, len(s.Column.X))
		for i := range s.Column.Values {
			s.Column.Values[i] = 1.5
		}
	}
	return s
}

func TestGoldenStep(t *testing.T) {
	figure, err := earlydense.DrawStep(madeUpStep(t, false))
	plottest.Golden(t, "early-step", plottest.Rendered(t, figure, err))
}

func TestStepTexts(t *testing.T) {
	for constant, want := range map[bool]map[string]int{
		false: {"(b) gradient, step 30": 1, "(c) autocorrelation": 1, "(d) covariance": 1, "lag": 1,
			"input index": 2, "95 % band of white noise": 1},
		true: {"(b) gradient, step 0": 1, "(c) no autocorrelation": 1, "(d) no covariance": 1, "lag": 0,
			"1.5": 1},
	} {
		figure, err := earlydense.DrawStep(madeUpStep(t, constant))
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckTexts(t, figure, want)
		plottest.CheckTexts(t, figure, map[string]int{"(a) training loss so far": 1, "gradient (frozen)": 1,
			"mean squared error": 1, "training step": 1, "300": 1})
	}
}

func TestStepsThatCannotBeDrawn(t *testing.T) {
	_, err := earlydense.DrawStep(nil)
	plottest.CheckSentence(t, "nil", err, "no step of training to draw")
	for phrase, spoil := range map[string]func(*earlydense.Step){
		`has 1 losses of "resnet, β = 0.1" for step 30`: func(s *earlydense.Step) { s.Losses = s.Losses[:1] },
		"the logarithm of the loss\": value 7 is -Inf":  func(s *earlydense.Step) { s.Losses[7] = 0 },
		"48 x for 47 values": func(s *earlydense.Step) {
			s.Column.Values = s.Column.Values[1:]
		},
		"value 2 is NaN": func(s *earlydense.Step) {
			s.Column.Covariance,
				s.Column.Values[2] = nil, math.NaN()
		},
	} {
		step := madeUpStep(t, false)
		spoil(step)
		_, err := earlydense.DrawStep(step)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
