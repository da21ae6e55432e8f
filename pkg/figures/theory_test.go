package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// theoremsResult returns made-up theorems: exponentials that measurements leave by a wave, and plain Monte
// Carlo whose noise grows.
func theoremsResult() *paper.TheoremsResult {
	result := new(paper.TheoremsResult)
	nets := []paper.GateNet{
		{Net: theory.FeedforwardNet}, {Net: theory.ResidualNet}, {Net: theory.RescaledNet, Beta: 1}, {Net: theory.HighwayNet},
	}
	rates := [][2]float64{{0, -0.7}, {0.7, 0.4}, {0.05, 0.02}, {0, -0.01}}
	for n, net := range nets {
		var depths []int
		for depth := 1; depth <= 30; depth++ {
			depths = append(depths, depth)
		}
		curve := func(rate, noise float64) (c paper.TheoremCurve) {
			for _, depth := range depths {
				l := float64(depth)
				closed, width := math.Exp(rate*l), 0.01*(1+l/10)*noise
				mean := closed * (1 + 0.5*width*math.Sin(l/3))
				c.Closed, c.Mean = append(c.Closed, closed), append(c.Mean, mean)
				c.Lower, c.Upper = append(c.Lower, mean-closed*width), append(c.Upper, mean+closed*width)
			}
			return c
		}
		s := paper.TheoremSeries{
			GateNet: net, Theorem: "Theorem 7", Estimator: theory.Conditioned, Depths: depths,
			Variance: curve(rates[n][0], 0.5), Covariance: curve(rates[n][1], 1), Correlation: curve(rates[n][1]-rates[n][0], 0.7),
		}
		plain := s
		plain.Estimator, plain.Covariance, plain.Depths = theory.Plain, curve(rates[n][1], 60), depths[:12]
		result.Series = append(result.Series, s, plain)
	}
	return result
}

// donskerResult returns made-up walks: waves, covariances near those of Brownian motion, and distances that
// fall as 1/N.
func donskerResult() *paper.DonskerResult {
	result := &paper.DonskerResult{Fit: &paper.DistanceFit{From: 100, Exponent: stats.Exact(-1), Factor: 1}}
	for _, width := range []int{10, 100, 1000, 10_000, 100_000} {
		s := paper.DonskerSeries{Width: width}
		n := math.Log10(float64(width))
		for i := range 40 {
			time := (float64(i) + 0.5) / 40
			s.Time, s.Path = append(s.Time, time), append(s.Path, math.Sin(n*7*time))
		}
		for i := 1; i < 8; i++ {
			for j := i; j < 8; j++ {
				c := paper.WalkCovariance{S: float64(i) / 8, T: float64(j) / 8}
				c.Value = c.S * (1 + 0.03*math.Sin(n))
				c.Low, c.High = c.Value-0.08*c.T, c.Value+0.08*c.T
				s.Covariances = append(s.Covariances, c)
			}
		}
		exact := 1 / float64(width)
		s.Distance = paper.WalkDistance{Empirical: exact + 0.004, Floor: 0.003, Exact: exact,
			GivenKinks: stats.Estimate{Value: exact * 1.05, Low: exact * 0.9, High: exact * 1.2}}
		result.Series = append(result.Series, s)
	}
	return result
}

func TestTheoryGolden(t *testing.T) {
	figure, err := figures.Theorems(theoremsResult())
	plottest.Golden(t, "theorems", plottest.Rendered(t, figure, err))
	figure, err = figures.Donsker(donskerResult())
	plottest.Golden(t, "donsker", plottest.Rendered(t, figure, err))
}

func TestTheoryTexts(t *testing.T) {
	figure, err := figures.Theorems(theoremsResult())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "theorems" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"Theorem 7: feedforward": 1, "Theorem 7: resnet, no normalisation": 1, "Theorem 7: resnet, batch norm, β = 1": 1,
		"Theorem 7: highway, γ² = 1/L": 1, "depth L": 1, "C and R": 2, "measured / closed − 1, %": 2, "closed form": 1,
	})
	figure, err = figures.Donsker(donskerResult())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "donsker" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) gradient as a walk": 1, "(b) covariance": 1, "(c) distance to normal": 1, "t = Φ(x)": 1, "1e5": 1, "1e−5": 1,
		"N = 10": 1, "N = 100000": 1, "fit: N to the power −1, moved down": 1,
	})
}

func TestTheoryErrors(t *testing.T) {
	_, err := figures.Theorems(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in theorems")
	_, err = figures.Theorems(new(paper.TheoremsResult))
	plottest.CheckSentence(t, "empty", err, "nothing to draw in theorems")
	for name, c := range map[string]struct {
		spoil  func(*paper.TheoremSeries)
		phrase string
	}{
		"no means":   {func(s *paper.TheoremSeries) { s.Variance.Mean = nil }, `30 x for 0 values of the series "C(i,i)"`},
		"one depth":  {func(s *paper.TheoremSeries) { s.Depths = s.Depths[:1] }, "1 x for 30 values"},
		"NaN":        {func(s *paper.TheoremSeries) { s.Correlation.Lower[3] = math.NaN() }, "value 3 is NaN"},
		"a negative": {func(s *paper.TheoremSeries) { s.Covariance.Closed[3] = -1 }, "give positive values"},
	} {
		result := theoremsResult()
		c.spoil(&result.Series[0])
		_, err := figures.Theorems(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
	_, err = figures.Donsker(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in donsker")
	_, err = figures.Donsker(new(paper.DonskerResult))
	plottest.CheckSentence(t, "empty", err, "nothing to draw in donsker")
	for name, c := range map[string]struct {
		spoil  func(*paper.DonskerSeries)
		phrase string
	}{
		"no path":        {func(s *paper.DonskerSeries) { s.Path = nil }, `panel "(a) gradient as a walk" has 40 x for 0 values`},
		"no covariances": {func(s *paper.DonskerSeries) { s.Covariances = nil }, "no covariances of width 10:"},
		"NaN":            {func(s *paper.DonskerSeries) { s.Path[4] = math.NaN() }, "value 4 is NaN"},
		"NaN covariance": {func(s *paper.DonskerSeries) { s.Covariances[len(s.Covariances)-1].High = math.NaN() }, `panel "(b) covariance" can't draw a series: value`},
		"infinite":       {func(s *paper.DonskerSeries) { s.Distance.Floor = math.Inf(1) }, `"their floor": value 0 is +Inf`},
		"no distance":    {func(s *paper.DonskerSeries) { s.Distance.Empirical = 0 }, "give positive values"},
	} {
		result := donskerResult()
		c.spoil(&result.Series[0])
		_, err := figures.Donsker(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

// TestFewWalks: one width, and no fit, are drawn as well.
func TestFewWalks(t *testing.T) {
	result := donskerResult()
	result.Series, result.Fit = result.Series[:1], nil
	figure, err := figures.Donsker(result)
	if len(plottest.Rendered(t, figure, err)) == 0 {
		t.Error("a single walk gives an empty picture")
	}
}
