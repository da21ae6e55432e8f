package theorems_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/theorems"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// madeUp returns made-up theorems: exponentials that measurements leave by a wave, and plain Monte
// Carlo whose noise grows.
func madeUp() *theorems.Result {
	result := new(theorems.Result)
	nets := []theorems.GateNet{
		{
			Net: theory.FeedforwardNet,
		}, {Net: theory.ResidualNet}, {Net: theory.RescaledNet, Beta: 1}, {Net: theory.HighwayNet},
	}
	rates := [][2]float64{{0, -0.7}, {0.7, 0.4}, {0.05, 0.02}, {0, -0.01}}
	for n, net := range nets {
		var depths []int
		for depth := 1; depth <= 30; depth++ {
			depths = append(depths, depth)
		}
		curve := func(rate, noise float64) (c theorems.Curve) {
			for _, depth := range depths {
				l := float64(depth)
				closed, width := math.Exp(rate*l), 0.01*(1+l/10)*noise
				mean := closed * (1 + 0.5*width*math.Sin(l/3))
				c.Closed, c.Mean = append(c.Closed, closed), append(c.Mean, mean)
				c.Lower, c.Upper = append(c.Lower, mean-closed*width), append(c.Upper, mean+closed*width)
			}
			return c
		}
		s := theorems.Series{
			GateNet: net, Theorem: "Theorem 7", Estimator: theory.Conditioned, Depths: depths,
			Variance: curve(
				rates[n][0],
				0.5,
			), Covariance: curve(rates[n][1], 1), Correlation: curve(rates[n][1]-rates[n][0], 0.7),
		}
		plain := s
		plain.Estimator, plain.Covariance, plain.Depths = theory.Plain, curve(rates[n][1], 60), depths[:12]
		result.Series = append(result.Series, s, plain)
	}
	return result
}

func TestGoldenPicture(t *testing.T) {
	figure, err := theorems.Draw(madeUp())
	plottest.Golden(t, "theorems", plottest.Rendered(t, figure, err))
}

func TestTexts(t *testing.T) {
	figure, err := theorems.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "theorems" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"Theorem 7: feedforward": 1, "Theorem 7: resnet, no normalisation": 1,
		"Theorem 7: resnet, batch norm, β = 1": 1,
		"Theorem 7: highway, γ² = 1/L":         1, "depth L": 1, "C and R": 2, "measured / closed − 1, %": 2,
		"closed form": 1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := theorems.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in theorems")
	_, err = theorems.Draw(new(theorems.Result))
	plottest.CheckSentence(t, "empty", err, "nothing to draw in theorems")
	for name, c := range map[string]struct {
		spoil  func(*theorems.Series)
		phrase string
	}{
		"no means": {func(s *theorems.Series) { s.Variance.Mean = nil },
			`30 x for 0 values of the series "C(i,i)"`},
		"one depth":  {func(s *theorems.Series) { s.Depths = s.Depths[:1] }, "1 x for 30 values"},
		"NaN":        {func(s *theorems.Series) { s.Correlation.Lower[3] = math.NaN() }, "value 3 is NaN"},
		"a negative": {func(s *theorems.Series) { s.Covariance.Closed[3] = -1 }, "give positive values"},
	} {
		result := madeUp()
		c.spoil(&result.Series[0])
		_, err := theorems.Draw(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}
