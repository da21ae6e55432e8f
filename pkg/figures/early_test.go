package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// earlySteps are the steps of made-up series.
var earlySteps = []int{0, 1, 3, 10, 30}

// earlyNames are the nets of made-up series: four dense or convolutional ones with normalisation and two
// without.
func earlyNames() []paper.EarlyNet {
	one, tenth := 1.0, 0.1
	return []paper.EarlyNet{
		{Variant: paper.Variant{Net: "feedforward", Norm: "center"}, Activation: "relu"},
		{Variant: paper.Variant{Net: "feedforward", Norm: "bn"}, Activation: "relu"},
		{Variant: paper.Variant{Net: "residual", Norm: "bn", Beta: &one}, Activation: "relu"},
		{Variant: paper.Variant{Net: "residual", Norm: "bn", Beta: &tenth}, Activation: "relu"},
		{Variant: paper.Variant{Net: "feedforward", Norm: "none"}, Activation: "crelu", LooksLinear: true},
		{Variant: paper.Variant{Net: "feedforward", Norm: "none"}, Activation: "crelu"},
	}
}

// madeUp returns a curve of n points with bands of a size.
func madeUp(n int, size float64, mean func(i int) float64) *stats.Curve {
	c := new(stats.Curve)
	for i := range n {
		m := mean(i)
		c.Mean, c.StdErr = append(c.Mean, m), append(c.StdErr, size/2)
		c.Lower, c.Upper = append(c.Lower, m-size), append(c.Upper, m+size)
	}
	return c
}

// earlyResult makes up nets that change with the steps. The looks-linear one starts with constant gradients.
func earlyResult() *paper.EarlyResult {
	r := &paper.EarlyResult{Config: paper.EarlyQuick()}
	for i, net := range earlyNames() {
		for _, statistics := range paper.AllStatistics {
			if net.Norm == norms.None.Name && statistics == norms.Coupled {
				continue
			}
			s := paper.EarlySeries{EarlyNet: net, Statistics: statistics, Draws: 4, Steps: earlySteps}
			s.First.X = make([]float64, 48)
			s.Loss = madeUp(len(s.Steps), 0.3, func(k int) float64 { return 0.5 - float64(k)*(0.4+0.1*float64(i)) })
			for lag := range 16 {
				s.Lags = append(s.Lags, lag)
			}
			for k := range s.Steps {
				if net.LooksLinear && k == 0 {
					s.Constant, s.Brownness, s.ACF = append(s.Constant, 4), append(s.Brownness, nil), append(s.ACF, nil)
					continue
				}
				b := 0.1 + 0.14*float64(i) + 0.03*float64(k)
				s.Constant, s.Brownness = append(s.Constant, 0), append(s.Brownness, &stats.Estimate{Value: b, Low: b - 0.05, High: b + 0.05})
				s.ACF = append(s.ACF, madeUp(16, 0.08, func(lag int) float64 { return math.Pow(b, float64(lag)/4) }))
			}
			r.Series = append(r.Series, s)
		}
	}
	return r
}

// earlyImagesResult makes up convolutional nets.
func earlyImagesResult() *paper.EarlyImagesResult {
	r := &paper.EarlyImagesResult{Config: paper.EarlyImagesQuick()}
	for i, net := range earlyNames()[1:] {
		n := len(earlySteps)
		r.Series = append(r.Series, paper.EarlyImagesSeries{
			EarlyNet: net, Seeds: 3, Steps: earlySteps,
			Frozen:   madeUp(n, 0.03, func(k int) float64 { return 0.6 - 0.1*float64(i) + 0.02*float64(k) }),
			Coupled:  madeUp(n, 0.03, func(k int) float64 { return 0.5 - 0.1*float64(i) + 0.02*float64(k) }),
			Coactive: madeUp(n, 0.01, func(k int) float64 { return 0.25 + 0.02*float64(i*k)/4 }),
			Loss:     madeUp(n, 0.05, func(k int) float64 { return 2.4 - 0.05*float64(i*k) }),
		})
	}
	return r
}

func TestEarlyGolden(t *testing.T) {
	figure, err := figures.Early(earlyResult())
	plottest.Golden(t, "early-training", plottest.Rendered(t, figure, err))
	figure, err = figures.EarlyImages(earlyImagesResult())
	plottest.Golden(t, "early-training-images", plottest.Rendered(t, figure, err))
}

func TestEarlyTexts(t *testing.T) {
	figure, err := figures.Early(earlyResult())
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) frozen statistics": 1, "(b) coupled statistics": 1, "(c) training loss": 1, "(d) step 0": 1, "(e) step 3": 1, "(f) step 30": 1,
		"brownness": 2, "mean squared error": 1, "autocorrelation": 3, "training step": 3, "lag": 3,
		"feedforward, centring": 1, "feedforward, batch norm": 1, "resnet, β = 1": 1, "resnet, β = 0.1": 1, "CReLU, looks-linear": 1, "CReLU": 1,
		"constant gradient": 1,
	})
	if figure, err = figures.EarlyImages(earlyImagesResult()); err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) frozen statistics": 1, "(b) coupled statistics": 1, "(c) coactivation": 1, "(d) training loss": 1, "training step": 4,
		"relative effective rank": 2, "share of pairs": 1, "nats": 1, "feedforward, batch norm": 1, "10 % to 90 % of the seeds": 1,
	})
}

func TestEarlyErrors(t *testing.T) {
	_, err := figures.Early(nil)
	plottest.CheckSentence(t, "nil", err, "no net with frozen statistics")
	_, err = figures.EarlyImages(nil)
	plottest.CheckSentence(t, "no images", err, "no result of training on images")
	for phrase, spoil := range map[string]func(*paper.EarlyResult){
		`5 steps of "feedforward, batch norm" and 4 values of brownness`: func(r *paper.EarlyResult) { r.Series[3].Brownness = r.Series[3].Brownness[1:] },
		"is NaN": func(r *paper.EarlyResult) { r.Series[0].Brownness[1].High = math.NaN() },
		`5 x for 0 values of the series "feedforward, centring"`: func(r *paper.EarlyResult) { r.Series[0].Loss = nil },
		`panel "(e) step 3" has 16 x for 0 values`:               func(r *paper.EarlyResult) { r.Series[9].ACF[2].Mean = nil },
		"no net with frozen statistics":                          func(r *paper.EarlyResult) { r.Series = r.Series[1:2] },
		`0 autocorrelations of "CReLU, looks-linear"`:            func(r *paper.EarlyResult) { r.Series[8].ACF = nil },
	} {
		result := earlyResult()
		spoil(result)
		_, err := figures.Early(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
	broken := earlyImagesResult()
	broken.Series[2].Coactive.Upper[1] = math.Inf(1)
	_, err = figures.EarlyImages(broken)
	plottest.CheckSentence(t, "images", err, `panel "(c) coactivation" can't draw the series "resnet, β = 0.1": value 1 is +Inf`)
}
