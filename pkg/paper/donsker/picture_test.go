package donsker_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/donsker"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp returns made-up walks: waves, covariances near those of Brownian motion, and distances that
// fall as 1/N.
func madeUp() *donsker.Result {
	result := &donsker.Result{Fit: &donsker.Fit{From: 100, Exponent: stats.Exact(-1), Factor: 1}}
	for _, width := range []int{10, 100, 1000, 10_000, 100_000} {
		s := donsker.Series{Width: width}
		n := math.Log10(float64(width))
		for i := range 40 {
			time := (float64(i) + 0.5) / 40
			s.Time, s.Path = append(s.Time, time), append(s.Path, math.Sin(n*7*time))
		}
		for i := 1; i < 8; i++ {
			for j := i; j < 8; j++ {
				c := donsker.Covariance{S: float64(i) / 8, T: float64(j) / 8}
				c.Value = c.S * (1 + 0.03*math.Sin(n))
				c.Low, c.High = c.Value-0.08*c.T, c.Value+0.08*c.T
				s.Covariances = append(s.Covariances, c)
			}
		}
		exact := 1 / float64(width)
		s.Distance = donsker.Distance{Empirical: exact + 0.004, Floor: 0.003, Exact: exact,
			GivenKinks: stats.Estimate{Value: exact * 1.05, Low: exact * 0.9, High: exact * 1.2}}
		result.Series = append(result.Series, s)
	}
	return result
}

func TestGoldenPicture(t *testing.T) {
	figure, err := donsker.Draw(madeUp())
	plottest.Golden(t, "donsker", plottest.Rendered(t, figure, err))
}

func TestTexts(t *testing.T) {
	figure, err := donsker.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "donsker" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) gradient as a walk": 1, "(b) covariance": 1, "(c) distance to normal": 1, "t = Φ(x)": 1,
		"1e5": 1, "1e−5": 1,
		"N = 10": 1, "N = 100000": 1, "fit: N to the power −1, moved down": 1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := donsker.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in donsker")
	_, err = donsker.Draw(new(donsker.Result))
	plottest.CheckSentence(t, "empty", err, "nothing to draw in donsker")
	for name, c := range map[string]struct {
		spoil  func(*donsker.Series)
		phrase string
	}{
		"no path": {func(s *donsker.Series) { s.Path = nil },
			`panel "(a) gradient as a walk" has 40 x for 0 values`},
		"no covariances": {func(s *donsker.Series) { s.Covariances = nil }, "no covariances of width 10:"},
		"NaN":            {func(s *donsker.Series) { s.Path[4] = math.NaN() }, "value 4 is NaN"},
		"NaN covariance": {
			func(s *donsker.Series) { s.Covariances[len(s.Covariances)-1].High = math.NaN() },
			`panel "(b) covariance" can't draw a series: value`,
		},
		"infinite": {func(s *donsker.Series) { s.Distance.Floor = math.Inf(1) },
			`"their floor": value 0 is +Inf`},
		"no distance": {func(s *donsker.Series) { s.Distance.Empirical = 0 }, "give positive values"},
	} {
		result := madeUp()
		c.spoil(&result.Series[0])
		_, err := donsker.Draw(result)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

// TestFewWalks: one width, and no fit, are drawn as well.
func TestFewWalks(t *testing.T) {
	result := madeUp()
	result.Series, result.Fit = result.Series[:1], nil
	figure, err := donsker.Draw(result)
	if len(plottest.Rendered(t, figure, err)) == 0 {
		t.Error("a single walk gives an empty picture")
	}
}
