package figures_test

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// exploreColumn returns the made-up gradient of a resnet, a walk that returns to 0, with the
// autocorrelation of that many draws.
func exploreColumn(t testing.TB, draws int) paper.Column {
	t.Helper()
	x, err := data.Grid(48, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	beta, level := 0.1, 0.0
	c := paper.Column{X: x,
		Series: paper.Series{Net: "residual", Depth: 50, Beta: &beta, Statistics: norms.Frozen}}
	stream := random.Stream(1, 2)
	for range x {
		level = 0.9*level + stream.NormFloat64()
		c.Values = append(c.Values, level)
	}
	if c.Covariance, err = stats.NormalizedOuter(c.Values); err != nil {
		t.Fatal(err)
	}
	for lag := range 16 {
		mean := math.Pow(1-0.06*math.Sqrt(beta), float64(lag))
		spread := 0.3 * (1 - math.Pow(0.8, float64(lag)))
		c.Lags, c.Mean = append(c.Lags, lag), append(c.Mean, mean)
		c.StdErr = append(c.StdErr, spread/5)
		c.Lower, c.Upper = append(c.Lower, mean-spread), append(c.Upper, mean+spread/2)
	}
	c.Draws = draws
	if draws == 1 {
		c.StdErr, c.Lower, c.Upper = make([]float64, len(c.Mean)), c.Mean, c.Mean
	}
	return c
}

func TestExploreGolden(t *testing.T) {
	figure, err := figures.Explore(exploreColumn(t, 20))
	plottest.Golden(t, "explore", plottest.Rendered(t, figure, err))
}

func TestExploreTexts(t *testing.T) {
	for draws, want := range map[int]map[string]int{
		1:  {"one draw": 1, "mean ± 1 standard error": 0, "10 % to 90 % of the draws": 0},
		20: {"mean of 20 draws": 1, "mean ± 1 standard error": 1, "10 % to 90 % of the draws": 1},
	} {
		figure, err := figures.Explore(exploreColumn(t, draws))
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckTexts(t, figure, want)
		plottest.CheckTexts(t, figure, map[string]int{
			"(a) 50-layer resnet, β = 0.1": 1, "(b) autocorrelation": 1, "(c) covariance": 1,
			"gradient (frozen)": 1, "input": 1, "lag": 1, "95 % band of white noise": 1, "≥ 4": 1,
		})
	}
}

// TestScreenPNG checks that the quick picture is the other one, with fewer pixels.
func TestScreenPNG(t *testing.T) {
	figure, err := figures.Explore(exploreColumn(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	quick, err := figure.ScreenPNG()
	if err != nil {
		t.Fatal(err)
	}
	small, err := png.Decode(bytes.NewReader(quick))
	if err != nil {
		t.Fatal(err)
	}
	large, err := png.Decode(bytes.NewReader(plottest.Rendered(t, figure, nil)))
	if err != nil {
		t.Fatal(err)
	}
	// The panels' backgrounds and frames are the same: along a line through their middle, so is the share of
	// ink, up to what antialiasing makes of lines of one pixel.
	share := func(at func(x int) uint32, width int) float64 {
		dark := 0
		for x := range width {
			if at(x) < 0x8000 {
				dark++
			}
		}
		return float64(dark) / float64(width)
	}
	s, l := small.Bounds().Size(), large.Bounds().Size()
	if s.X >= l.X || math.Abs(float64(s.X)/float64(s.Y)-float64(l.X)/float64(l.Y)) > 0.01 {
		t.Errorf("the quick picture has the size %v, the other %v", s, l)
	}
	a := share(func(x int) uint32 { r, _, _, _ := small.At(x, s.Y/2).RGBA(); return r }, s.X)
	b := share(func(x int) uint32 { r, _, _, _ := large.At(x, l.Y/2).RGBA(); return r }, l.X)
	if math.Abs(a-b) > 0.03 || a == 0 {
		t.Errorf("%.3f of the quick picture's middle line is dark, and %.3f of the other's", a, b)
	}
}

func TestExploreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*paper.Column)
		phrase string
	}{
		"empty":          {func(c *paper.Column) { *c = paper.Column{} }, "has 0 x for 0 values"},
		"no covariance":  {func(c *paper.Column) { c.Covariance = nil }, `has no covariance of "50-layer resnet, β = 0.1", which`},
		"wrong size":     {func(c *paper.Column) { c.Covariance = mat.NewSymDense(3, nil) }, "covariance of 3 x 3 for 48 inputs"},
		"NaN gradient":   {func(c *paper.Column) { c.Values[2] = math.NaN() }, "value 2 is NaN"},
		"infinite input": {func(c *paper.Column) { c.X[1] = math.Inf(1) }, "value 1 is +Inf"},
		"NaN covariance": {func(c *paper.Column) { c.Covariance.SetSym(0, 1, math.NaN()) }, "value 1 is NaN"},
		"too few means":  {func(c *paper.Column) { c.Mean = c.Mean[:3] }, "16 x for 3 values"},
	} {
		column := exploreColumn(t, 20)
		c.spoil(&column)
		_, err := figures.Explore(column)
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

// BenchmarkScreenPNG is what a slider that moves waits for, beside the net.
func BenchmarkScreenPNG(b *testing.B) {
	column := exploreColumn(b, 1)
	for b.Loop() {
		figure, err := figures.Explore(column)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := figure.ScreenPNG(); err != nil {
			b.Fatal(err)
		}
	}
}
