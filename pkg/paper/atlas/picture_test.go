package atlas_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// madeUp makes up an atlas of all rows: lengths that fall with depth and from row to row, a row whose
// gradient is constant, and one whose numbers leave float32 at the largest depth.
func madeUp() *atlas.Result {
	r := &atlas.Result{Config: atlas.Paper(), BrownLength: 39, WhiteLength: 0.63}
	around := func(value, margin float64) *stats.Estimate {
		return &stats.Estimate{Value: value, Low: value - margin, High: value + margin, StdErr: margin / 2}
	}
	for i, row := range r.Config.Rows {
		for _, depth := range r.Config.Depths {
			s := atlas.Series{Row: row.Name, Title: row.Title, Group: row.Group, Net: row.Title, Depth: depth,
				Draws: 20}
			share := math.Exp(-float64(i*7%44) / 20 * math.Log(float64(depth)/5))
			switch {
			case row.Name == "looks-linear":
				s.Constant = s.Draws
			case row.Name == "resnet-1-none" && depth == 200:
				s.NotFinite = true
			default:
				s.Length = around(0.63+50*share, 0.1+5*share)
				s.Brownness = around(0.9*share, 0.05)
			}
			if i%3 == 0 && !s.NotFinite {
				theory := 0.63 + 55*share
				s.Theory = &theory
			}
			if !s.NotFinite {
				growth := math.Sin(float64(i))
				s.LogSize, s.NeverSwitch = around(growth*float64(depth-10), 1), around(share, 0.02)
				s.Condition, s.Alignment = around(0.1*share, 0.01), around(0.5*share, 0.1)
				if depth > 10 {
					s.Growth = around(growth, 0.1)
				}
			}
			r.Series = append(r.Series, s)
		}
		r.Rates = append(r.Rates, atlas.Rate{Row: row.Name, Rate: *around(-float64(i)/40, 0.1)})
	}
	return r
}

func TestGoldenPictures(t *testing.T) {
	figure, err := atlas.Draw(madeUp())
	plottest.Golden(t, "atlas", plottest.Rendered(t, figure, err))
	figure, err = atlas.DrawGrowth(madeUp())
	plottest.Golden(t, "atlas-growth", plottest.Rendered(t, figure, err))
}

// TestPictureNamesAll: every row once, and in words what has no length.
func TestPictureNamesAll(t *testing.T) {
	r := madeUp()
	figure, err := atlas.Draw(r)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"constant": 3, "not finite": 1, "10 layers": 1, "200 layers": 1,
		"infinitely wide nets": 1}
	for _, row := range r.Config.Rows {
		want[row.Title] = 1
	}
	plottest.CheckTexts(t, figure, want)
}

// TestPicturesOfAnyAtlas: of one row of a group of its own at one depth, whose growth can't be drawn.
func TestPicturesOfAnyAtlas(t *testing.T) {
	r := madeUp()
	r.Config.Depths, r.Series = []int{10}, r.Series[:1]
	r.Series[0].Group = "yours"
	figure, err := atlas.Draw(r)
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{"yours": 1, atlas.Plain: 0})
	if name := figure.Named("yours").Name(); name != "yours" {
		t.Errorf("the picture is called %q", name)
	}
	_, err = atlas.DrawGrowth(r)
	plottest.CheckSentence(t, "one depth", err, "nothing to draw in atlas-growth")
}

func TestPicturesOfBrokenResults(t *testing.T) {
	missing, negative := madeUp(), madeUp()
	missing.Series[1].Length.Value = math.NaN()
	negative.Series[1].Length.Value = -1
	for phrase, result := range map[string]*atlas.Result{
		"nothing to draw": nil, "finite": missing, "positive": negative,
	} {
		_, err := atlas.Draw(result)
		plottest.CheckSentence(t, phrase, err, phrase)
		_, err = atlas.DrawGrowth(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
