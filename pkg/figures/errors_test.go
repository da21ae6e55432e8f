package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/gonum/mat"
)

func TestFigure1Errors(t *testing.T) {
	_, err := figures.Figure1(nil, norms.Frozen)
	plottest.CheckSentence(t, "nil", err, "no net with frozen statistics")
	_, err = figures.Figure1(figure1Result(t, inputs), "melted")
	plottest.CheckSentence(t, "statistics", err, "melted")
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure1Result)
		phrase string
	}{
		"empty":           {func(r *paper.Figure1Result) { r.Columns = nil }, "no net with coupled statistics"},
		"noise only":      {func(r *paper.Figure1Result) { r.Columns = r.Columns[6:] }, "no net with coupled statistics"},
		"no values":       {func(r *paper.Figure1Result) { r.Columns[4].Values = nil }, `panel "(b) 24-layer feedforward" has 48 x for 0 values`},
		"no covariance":   {func(r *paper.Figure1Result) { r.Columns[7].Covariance = nil }, `has no covariance of "white noise"`},
		"wrong size":      {func(r *paper.Figure1Result) { r.Columns[5].Covariance = mat.NewSymDense(3, nil) }, "covariance of 3 x 3 for 48 inputs"},
		"NaN value":       {func(r *paper.Figure1Result) { r.Columns[3].Values[2] = math.NaN() }, "value 2 is NaN"},
		"infinite input":  {func(r *paper.Figure1Result) { r.Columns[3].X[1] = math.Inf(1) }, "value 1 is +Inf"},
		"NaN correlation": {func(r *paper.Figure1Result) { r.Columns[3].Covariance.SetSym(0, 1, math.NaN()) }, "value 1 is NaN"},
	} {
		result := figure1Result(t, inputs)
		c.spoil(result)
		_, err := figures.Figure1(result, norms.Coupled)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

func TestFigure2Errors(t *testing.T) {
	_, err := figures.Figure2(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in figure-2")
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure2Result)
		phrase string
	}{
		"no nets":   {func(r *paper.Figure2Result) { r.Config.Nets = nil }, "nothing to draw in figure-2"},
		"no inputs": {func(r *paper.Figure2Result) { r.Config.Inputs = 0 }, "has 0 inputs"},
		"no series": {func(r *paper.Figure2Result) { r.Series = nil }, `panel "(a) feedforward" has no curve of feedforward with frozen statistics`},
		"no coupled statistics": {func(r *paper.Figure2Result) {
			r.Series = append(r.Series[:15:15], r.Series[30:]...)
		}, `no curve of feedforward with coupled statistics`},
		"no white noise": {func(r *paper.Figure2Result) { r.Series = r.Series[:31] }, "0 curves of white noise"},
		"same depth":     {func(r *paper.Figure2Result) { r.Series[1].Depth = 2 }, "two curves of depth 2"},
		"too few means":  {func(r *paper.Figure2Result) { r.Series[5].Mean = r.Series[5].Mean[:3] }, `16 x for 3 values of the series "depth 2"`},
		"NaN":            {func(r *paper.Figure2Result) { r.Series[7].StdErr[4] = math.NaN() }, `panel "(b) resnet, β = 1" can't draw the series "depth 10": value 4 is NaN`},
	} {
		result := figure2Result()
		c.spoil(result)
		_, err := figures.Figure2(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}
