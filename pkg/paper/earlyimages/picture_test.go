package earlyimages_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
)

// steps are the steps of made-up series.
var steps = []int{0, 1, 3, 10, 30}

// madeUp makes up convolutional nets.
func madeUp() *earlyimages.Result {
	r := &earlyimages.Result{Config: earlyimages.Quick()}
	for i, net := range testseries.Nets()[1:] {
		n := len(steps)
		r.Series = append(r.Series, earlyimages.Series{
			EarlyNet: net, Seeds: 3, Steps: steps,
			Frozen: testseries.Curve(n, 0.03,
				func(k int) float64 { return 0.6 - 0.1*float64(i) + 0.02*float64(k) }),
			Coupled: testseries.Curve(n, 0.03,
				func(k int) float64 { return 0.5 - 0.1*float64(i) + 0.02*float64(k) }),
			Coactive: testseries.Curve(n, 0.01, func(k int) float64 { return 0.25 + 0.02*float64(i*k)/4 }),
			Loss:     testseries.Curve(n, 0.05, func(k int) float64 { return 2.4 - 0.05*float64(i*k) }),
		})
	}
	return r
}

func TestGoldenPicture(t *testing.T) {
	figure, err := earlyimages.Draw(madeUp())
	plottest.Golden(t, "early-training-images", plottest.Rendered(t, figure, err))
}

func TestTexts(t *testing.T) {
	figure, err := earlyimages.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) frozen statistics": 1, "(b) coupled statistics": 1, "(c) coactivation": 1,
		"(d) training loss": 1, "training step": 4,
		"relative effective rank": 2, "share of pairs": 1, "nats": 1, "feedforward, batch norm": 1,
		"10 % to 90 % of the seeds": 1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := earlyimages.Draw(nil)
	plottest.CheckSentence(t, "no images", err, "no result of training on images")
	broken := madeUp()
	broken.Series[2].Coactive.Upper[1] = math.Inf(1)
	_, err = earlyimages.Draw(broken)
	plottest.CheckSentence(t, "images", err,
		`panel "(c) coactivation" can't draw the series "resnet, β = 0.1": value 1 is +Inf`)
}
