package figures_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"gonum.org/v1/gonum/mat"
)

// checkSentence checks that an error is one sentence that contains a phrase.
func checkSentence(t *testing.T, name string, err error, phrase string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error", name)
	case !strings.Contains(err.Error(), phrase) || strings.Contains(err.Error(), "\n"):
		t.Errorf("%s: the error %q is not a sentence with %q", name, err, phrase)
	}
}

func TestFigure1Errors(t *testing.T) {
	_, err := figures.Figure1(nil, norms.Frozen)
	checkSentence(t, "nil", err, "no result of Figure 1")
	_, err = figures.Figure1(figure1Result(t, inputs), "melted")
	checkSentence(t, "statistics", err, "melted")
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure1Result)
		phrase string
	}{
		"empty":           {func(r *paper.Figure1Result) { r.Columns = nil }, "no net with coupled statistics"},
		"noise only":      {func(r *paper.Figure1Result) { r.Columns = r.Columns[6:] }, "no net with coupled statistics"},
		"no values":       {func(r *paper.Figure1Result) { r.Columns[4].Values = nil }, `"24-layer feedforward" of Figure 1 has 48 inputs and 0 values`},
		"no covariance":   {func(r *paper.Figure1Result) { r.Columns[7].Covariance = nil }, `"white noise" of Figure 1 has no covariance`},
		"wrong size":      {func(r *paper.Figure1Result) { r.Columns[5].Covariance = mat.NewSymDense(3, nil) }, "covariance of 3 x 3 for 48 inputs"},
		"NaN value":       {func(r *paper.Figure1Result) { r.Columns[3].Values[2] = math.NaN() }, "value 2 is NaN"},
		"infinite input":  {func(r *paper.Figure1Result) { r.Columns[3].X[1] = math.Inf(1) }, "value 1 is +Inf"},
		"NaN correlation": {func(r *paper.Figure1Result) { r.Columns[3].Covariance.SetSym(0, 1, math.NaN()) }, "value 1 is NaN"},
	} {
		result := figure1Result(t, inputs)
		c.spoil(result)
		_, err := figures.Figure1(result, norms.Coupled)
		checkSentence(t, name, err, c.phrase)
	}
}

func TestFigure2Errors(t *testing.T) {
	_, err := figures.Figure2(nil)
	checkSentence(t, "nil", err, "no result of Figure 2")
	for name, c := range map[string]struct {
		spoil  func(*paper.Figure2Result)
		phrase string
	}{
		"no nets":   {func(r *paper.Figure2Result) { r.Config.Nets = nil }, "0 nets and 48 inputs"},
		"no inputs": {func(r *paper.Figure2Result) { r.Config.Inputs = 0 }, "3 nets and 0 inputs"},
		"no series": {func(r *paper.Figure2Result) { r.Series = nil }, `panel "feedforward" of Figure 2 has no curve with frozen statistics`},
		"no coupled statistics": {func(r *paper.Figure2Result) {
			r.Series = append(r.Series[:15:15], r.Series[30:]...)
		}, `panel "feedforward" of Figure 2 has no curve with coupled statistics`},
		"no white noise": {func(r *paper.Figure2Result) { r.Series = r.Series[:31] }, "0 curves of white noise"},
		"same depth":     {func(r *paper.Figure2Result) { r.Series[1].Depth = 2 }, "two curves of depth 2"},
		"too few means":  {func(r *paper.Figure2Result) { r.Series[5].Mean = r.Series[5].Mean[:3] }, "16 lags, 3 means"},
		"one lag": {func(r *paper.Figure2Result) {
			s := &r.Series[30]
			s.Lags, s.Mean, s.StdErr, s.Lower, s.Upper = s.Lags[:1], s.Mean[:1], s.StdErr[:1], s.Lower[:1], s.Upper[:1]
		}, "the autocorrelation of brown noise has 1 lags"},
		"NaN": {func(r *paper.Figure2Result) { r.Series[7].StdErr[4] = math.NaN() }, `"10-layer resnet, β = 1" (frozen) can't be drawn: value 4 is NaN`},
	} {
		result := figure2Result()
		c.spoil(result)
		_, err := figures.Figure2(result)
		checkSentence(t, name, err, c.phrase)
	}
}
