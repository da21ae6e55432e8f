package earlydense_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// steps are the steps of made-up series.
var steps = []int{0, 1, 3, 10, 30}

// madeUp makes up nets that change with the steps. The looks-linear one starts with constant gradients.
func madeUp() *earlydense.Result {
	r := &earlydense.Result{Config: earlydense.Quick()}
	for i, net := range testseries.Nets() {
		for _, statistics := range paper.AllStatistics {
			if net.Norm == norms.None.Name && statistics == norms.Coupled {
				continue
			}
			s := earlydense.Series{EarlyNet: net, Statistics: statistics, Draws: 4, Steps: steps}
			s.First.X = make([]float64, 48)
			s.Loss = testseries.Curve(len(s.Steps), 0.3,
				func(k int) float64 { return 0.5 - float64(k)*(0.4+0.1*float64(i)) })
			for lag := range 16 {
				s.Lags = append(s.Lags, lag)
			}
			for k := range s.Steps {
				if net.LooksLinear && k == 0 {
					s.Constant, s.Brownness, s.ACF = append(s.Constant, 4), append(s.Brownness, nil),
						append(s.ACF, nil)
					continue
				}
				b := 0.1 + 0.14*float64(i) + 0.03*float64(k)
				s.Constant, s.Brownness = append(s.Constant, 0),
					append(s.Brownness, &stats.Estimate{Value: b, Low: b - 0.05, High: b + 0.05})
				s.ACF = append(s.ACF, testseries.Curve(16, 0.08,
					func(lag int) float64 { return math.Pow(b, float64(lag)/4) }))
			}
			r.Series = append(r.Series, s)
		}
	}
	return r
}

func TestGoldenPicture(t *testing.T) {
	figure, err := earlydense.Draw(madeUp())
	plottest.Golden(t, "early-training", plottest.Rendered(t, figure, err))
}

func TestTexts(t *testing.T) {
	figure, err := earlydense.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) frozen statistics": 1, "(b) coupled statistics": 1, "(c) training loss": 1, "(d) step 0": 1,
		"(e) step 3": 1, "(f) step 30": 1,
		"brownness": 2, "mean squared error": 1, "autocorrelation": 3, "training step": 3, "lag": 3,
		"feedforward, centring": 1, "feedforward, batch norm": 1, "resnet, β = 1": 1, "resnet, β = 0.1": 1,
		"CReLU, looks-linear": 1, "CReLU": 1,
		"constant gradient": 1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := earlydense.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "no net with frozen statistics")
	for phrase, spoil := range map[string]func(*earlydense.Result){
		`5 steps of "feedforward, batch norm" and 4 values of brownness`: func(r *earlydense.Result) {
			r.Series[3].Brownness = r.Series[3].Brownness[1:]
		},
		"is NaN": func(r *earlydense.Result) {
			r.Series[0].Brownness[1].High = math.NaN()
		},
		`5 x for 0 values of the series "feedforward, centring"`: func(r *earlydense.Result) {
			r.Series[0].Loss = nil
		},
		`panel "(e) step 3" has 16 x for 0 values`: func(r *earlydense.Result) {
			r.Series[9].ACF[2].Mean = nil
		},
		"no net with frozen statistics": func(r *earlydense.Result) {
			r.Series = r.Series[1:2]
		},
		`0 autocorrelations of "CReLU, looks-linear"`: func(r *earlydense.Result) {
			r.Series[8].ACF = nil
		},
	} {
		result := madeUp()
		spoil(result)
		_, err := earlydense.Draw(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
