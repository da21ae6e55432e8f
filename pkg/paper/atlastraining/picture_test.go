package atlastraining_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/atlastraining"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp makes up nets whose losses grow with their explosion: one whose gradients are the same everywhere,
// one whose loss is not finite, and one that has no place.
func madeUp() *atlastraining.Result {
	r := &atlastraining.Result{Config: atlastraining.Paper()}
	groups := append(atlas.Groups(), atlastraining.LeakAndGain)
	for i, group := range groups {
		for row := range 3 {
			for k, depth := range r.Config.Depths {
				length := 12 / float64(k+1) / float64(row+1)
				size := float64(i-3)*float64(k+1)/2 + 0.1*float64(row)
				loss := 1e-4 * math.Pow(4, float64(i)) * float64(k+1)
				r.Series = append(r.Series, atlastraining.Series{Row: fmt.Sprint(group, row), Group: group,
					Depth: depth, Draws: 3, Length: &length, LogSize: &size,
					Loss: &stats.Estimate{Value: loss, Low: loss / 2, High: 2 * loss}})
			}
		}
	}
	r.Series[0].Length, r.Series[40].Loss = nil, nil
	r.Series[50] = atlastraining.Series{Group: groups[5], Depth: 200, NotFinite: true}
	estimate := func(value float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - 0.15, High: value + 0.15, Draws: 21}
	}
	r.Analysis = atlastraining.Analysis{Rows: 21, Nets: 62, LeftOut: 1, Length: estimate(-0.4),
		Explosion: estimate(0.7), LengthGiven: estimate(-0.05), ExplosionGiven: estimate(0.6)}
	return r
}

func TestGoldenPicture(t *testing.T) {
	figure, err := atlastraining.Draw(madeUp())
	plottest.Golden(t, "atlas-training", plottest.Rendered(t, figure, err))
}

func TestTexts(t *testing.T) {
	figure, err := atlastraining.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	const note = "at the right of (a): gradients that are the same at all inputs; at the top: losses above " +
		"100, or not finite"
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) ρ = −0.40 [−0.55, −0.25]; given explosion −0.05 [−0.20, 0.10]": 1,
		"(b) ρ = 0.70 [0.55, 0.85]; given length 0.60 [0.45, 0.75]":         1,
		"correlation length at initialisation (grid steps)":                 1,
		"explosion at initialisation, |log₂ E g²|":                          1,
		"training loss after 200 steps":                                     1,
		"leak × gain":                                                       1, "resnets": 1, "depth 10": 1,
		"depth 200": 1,
		note:        1,
	})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := atlastraining.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "there are no nets to draw")
	result := madeUp()
	result.Series[3].Loss.Value = math.NaN()
	_, err = atlastraining.Draw(result)
	plottest.CheckSentence(t, "NaN", err, "is NaN")
}
