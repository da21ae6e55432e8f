package explore

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
)

// madeUp returns the view of gradients that are made up: autoregressive series of a correlation of
// neighbours.
func madeUp(t testing.TB, draws, inputs int, correlation float64) *View {
	t.Helper()
	result := &gradients.Result{Config: gradients.Config{
		Net: models.Config{Net: "residual", Depth: 50, Width: 200, Norm: norms.Batch,
			Statistics: norms.Frozen, Beta: 0.1},
		Inputs: inputs, Draws: draws,
	}}
	for i := range inputs {
		result.X = append(result.X, -2+4*float64(i)/float64(inputs-1))
	}
	for draw := range draws {
		rng := random.Stream(5, uint64(draw))
		series := make([]float64, inputs)
		for i := range series {
			series[i] = rng.NormFloat64()
			if i > 0 {
				series[i] = correlation*series[i-1] + math.Sqrt(1-correlation*correlation)*series[i]
			}
		}
		result.Gradients = append(result.Gradients, series)
	}
	v, err := newView(result)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// svg returns a figure's SVG.
func svg(t testing.TB, figure *plots.Figure) string {
	t.Helper()
	text, err := figure.SVG()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compared is a brown net beside a white one, with curves of a theory.
func compared(t testing.TB) sight {
	s := sight{now: madeUp(t, 1, 64, 0.1), pinned: madeUp(t, 20, 64, 0.95)}
	s.pinned.Config.Net.Net, s.pinned.Config.Net.Beta, s.pinned.Config.Net.Depth = "feedforward", 0, 2
	for lag := range s.now.ACF.Mean {
		s.now.Theory, s.pinned.Theory = append(s.now.Theory, math.Pow(0.1, float64(lag))),
			append(s.pinned.Theory, math.Pow(0.9, float64(lag)))
	}
	return s
}

func TestPictureGolden(t *testing.T) {
	figure, err := sight{now: madeUp(t, 20, 48, 0.8)}.figure()
	plottest.Golden(t, "explore", plottest.Rendered(t, figure, err))
	figure, err = compared(t).figure()
	plottest.Golden(t, "compare", plottest.Rendered(t, figure, err))
}

func TestPictureTexts(t *testing.T) {
	for draws, want := range map[int]map[string]int{
		1:  {"one draw": 1, "mean ± 1 standard error": 0, "10 % to 90 % of the draws": 0},
		20: {"mean of 20 draws": 1, "mean ± 1 standard error": 1, "10 % to 90 % of the draws": 1},
	} {
		figure, err := sight{now: madeUp(t, draws, 48, 0.8)}.figure()
		if err != nil {
			t.Fatal(err)
		}
		plottest.CheckTexts(t, figure, want)
		plottest.CheckTexts(t, figure, map[string]int{
			"(a) 50-layer resnet, β = 0.1": 1, "(b) autocorrelation": 1, "(c) covariance": 1,
			"gradient (frozen)": 1, "input": 1, "lag": 1, "95 % band of white noise": 1, "≥ 4": 1,
			"infinitely wide net": 0, "A, pinned": 0,
		})
	}
	figure, err := compared(t).figure()
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"(a) 2-layer feedforward": 1, "(d) 50-layer resnet, β = 0.1": 1, "(e) autocorrelation": 1,
		"A, pinned": 1, "B": 1,
		"A, mean of 20 draws": 1, "B, one draw": 1, "mean ± 1 standard error": 1, "infinitely wide net": 1,
		"95 % band of white noise": 1,
	})
	figure, err = sight{now: madeUp(t, 1, 1100, 0.8)}.figure()
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{"one input of every 3": 2})
}

// TestComparedCurvesDiffer checks that each row has the other's curve.
func TestComparedCurvesDiffer(t *testing.T) {
	render := func(change func(*sight)) []byte {
		s := compared(t)
		change(&s)
		figure, err := s.figure()
		return plottest.Rendered(t, figure, err)
	}
	want := render(func(*sight) {})
	for what, change := range map[string]func(*sight){
		"the pinned curve": func(s *sight) { s.pinned.ACF.Mean[5] -= 0.4 },
		"the theory":       func(s *sight) { s.now.Theory[5] += 0.4 },
		"the rows":         func(s *sight) { s.now, s.pinned = s.pinned, s.now },
	} {
		plottest.CheckDiffers(t, what, render(change), want)
	}
}

// TestScreenPNG checks that the quick picture is the other one, with fewer pixels.
func TestScreenPNG(t *testing.T) {
	figure, err := sight{now: madeUp(t, 1, 48, 0.8)}.figure()
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

func TestPictureErrors(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*View)
		phrase string
	}{
		"empty": {func(v *View) { v.X, v.Gradient = nil, nil }, "has 0 x for 0 values"},
		"no covariance": {func(v *View) { v.Covariance = nil },
			"has no covariance: compute the view with explore.Look"},
		"NaN gradient":   {func(v *View) { v.Gradient[2] = math.NaN() }, "value 2 is NaN"},
		"infinite input": {func(v *View) { v.X[1] = math.Inf(1) }, "value 1 is +Inf"},
		"NaN covariance": {func(v *View) { v.Covariance = mat.NewSymDense(1, []float64{math.NaN()}) },
			"value 0 is NaN"},
		"too few means": {func(v *View) { v.ACF.Mean = v.ACF.Mean[:3] }, "16 x for 3 values"},
	} {
		v := madeUp(t, 20, 48, 0.8)
		c.spoil(v)
		_, err := sight{now: v}.figure()
		plottest.CheckSentence(t, name, err, c.phrase)
	}
}

// BenchmarkScreenPNG is what a slider that moves waits for, beside the net.
func BenchmarkScreenPNG(b *testing.B) {
	for name, s := range map[string]sight{"one": {now: madeUp(b, 1, 256, 0.8)}, "two": compared(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := draw(s, (*plots.Figure).ScreenPNG); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
