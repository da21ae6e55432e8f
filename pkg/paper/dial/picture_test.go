package dial_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/dial"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp makes up a result whose structure falls with beta and depth.
func madeUp() *dial.Result {
	r := new(dial.Result)
	around := func(value, margin float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - margin, High: value + margin}
	}
	for _, depth := range []int{10, 50, 200} {
		s := dial.Series{Net: "residual", Depth: depth, Draws: 20, BrownLength: 30, WhiteLength: 0.63,
			Theory: new(dial.Theory)}
		for _, beta := range []float64{0.01, 0.03, 0.1, 0.3, 1, 2} {
			structure := 1 / (1 + beta*beta*float64(depth))
			s.Beta = append(s.Beta, beta)
			s.Lag1 = append(s.Lag1, around(structure, 0.05))
			s.Lag5 = append(s.Lag5, around(structure*structure, 0.05))
			s.Length = append(s.Length, around(0.63+29*structure, 1))
			structure = 1 / (1 + 1.5*beta*beta*float64(depth)) // less of it in theory
			s.Theory.Lag1 = append(s.Theory.Lag1, structure)
			s.Theory.Lag5 = append(s.Theory.Lag5, structure*structure)
			s.Theory.Length = append(s.Theory.Length, 0.63+29*structure)
		}
		r.Series = append(r.Series, s)
	}
	return r
}

func TestGoldenPicture(t *testing.T) {
	figure, err := dial.Draw(madeUp())
	plottest.Golden(t, "beta-dial", plottest.Rendered(t, figure, err))
}

// TestOnlyTheoryThatIsThereIsNamed: of coupled statistics there is none.
func TestOnlyTheoryThatIsThereIsNamed(t *testing.T) {
	r := madeUp()
	for named, theory := range map[int]*dial.Theory{1: r.Series[0].Theory, 0: nil} {
		for i := range r.Series {
			r.Series[i].Theory = theory
		}
		figure, err := dial.Draw(r)
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckTexts(t, figure, map[string]int{"infinitely wide nets": named})
	}
}

func TestPicturesOfBrokenResults(t *testing.T) {
	fewer, negative, missing, shorter := madeUp(), madeUp(), madeUp(), madeUp()
	fewer.Series[0].Lag5 = fewer.Series[0].Lag5[1:]
	negative.Series[1].Beta[0] = -1
	missing.Series[2].Length[1].Low = math.NaN()
	shorter.Series[0].Theory.Length = shorter.Series[0].Theory.Length[1:]
	for phrase, result := range map[string]*dial.Result{
		"nothing to draw": nil, "equally many": fewer, "positive": negative, "finite": missing,
		"5 values": shorter,
	} {
		_, err := dial.Draw(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
