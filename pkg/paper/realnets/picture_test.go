package realnets_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/realnets"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp makes a result whose correlations fall as their theorems say, wider nets a little faster,
// with errors that grow with depth.
func madeUp() *realnets.Result {
	r := new(realnets.Result)
	beta := 0.3
	for _, family := range []struct {
		theorem, net, norm, abscissa string
		beta                         *float64
		theory                       func(depth float64) float64
		number                       float64
	}{
		{"Theorem 1", "feedforward", "bn", realnets.PerLayer, nil,
			func(l float64) float64 { return math.Pow(0.5, l) }, math.Log(0.5)},
		{"Theorem 2", "residual", "none", realnets.PerLayer, nil,
			func(l float64) float64 { return math.Pow(0.75, l) }, math.Log(0.75)},
		{"Theorem 3", "residual", "bn", realnets.LogDepth, &beta,
			func(l float64) float64 { return 1 / math.Sqrt(1+l) }, -0.5},
		{"Corollary 1", "highway", "none", "", nil, func(l float64) float64 { return math.Pow(1-0.5/l, l) },
			0},
	} {
		for i, width := range []int{50, 200, 800} {
			s := realnets.Series{
				Theorem: family.theorem,
				Net:     family.net,
				Norm:    family.norm,
				Beta:    family.beta,
				Width:   width,
				Draws:   40,
				Pairs:   10,
			}
			faster := 1 + 0.1*float64(i)
			for depth := 1; depth <= 12; depth++ {
				theory := family.theory(float64(depth))
				s.Depths = append(s.Depths, depth)
				s.Theory = append(s.Theory, theory)
				s.Correlation = append(
					s.Correlation,
					stats.Student(math.Pow(theory, faster), 0.001*float64(depth), s.Draws),
				)
				s.Counted = append(s.Counted, math.Pow(theory, 0.9*faster))
				s.Wide = append(s.Wide, math.Pow(theory, 1.25))
			}
			if family.abscissa != "" {
				slope := family.number * faster
				s.Fit = &realnets.Fit{
					Abscissa: family.abscissa, First: 1, Last: 12, Theory: family.number,
					Slope: stats.Estimate{Value: slope, Low: slope - 0.05, High: slope + 0.05},
				}
			}
			r.Series = append(r.Series, s)
		}
	}
	return r
}

func TestGoldenPictures(t *testing.T) {
	figure, err := realnets.Draw(madeUp())
	plottest.Golden(t, "real-nets", plottest.Rendered(t, figure, err))
	figure, err = realnets.DrawRates(madeUp())
	plottest.Golden(t, "real-nets-rates", plottest.Rendered(t, figure, err))
}

func TestPicturesOfBrokenResults(t *testing.T) {
	short, infinite := madeUp(), madeUp()
	short.Series[2].Theory = short.Series[2].Theory[1:]
	infinite.Series[1].Correlation[3].Value = math.Inf(1)
	for _, c := range []struct {
		want   string
		result *realnets.Result
	}{
		{"nothing to draw", nil}, {"nothing to draw", new(realnets.Result)}, {"equally many", short},
		{"finite", infinite},
	} {
		_, err := realnets.Draw(c.result)
		plottest.CheckSentence(t, "real nets", err, c.want)
		if c.result != infinite { // in the depths, of which the rates show none
			_, err = realnets.DrawRates(c.result)
			plottest.CheckSentence(t, "rates", err, c.want)
		}
	}
}
