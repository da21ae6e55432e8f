package figures_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

func TestGolden(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, inputs), norms.Frozen)
	plottest.Golden(t, "figure-1", plottest.Rendered(t, figure, err))
	figure, err = figures.Figure2(figure2Result())
	plottest.Golden(t, "figure-2", plottest.Rendered(t, figure, err))
}

// TestGoldenSeesChanges makes sure that the tolerance of the comparison lets no change of the data pass.
func TestGoldenSeesChanges(t *testing.T) {
	figure, err := figures.Figure2(figure2Result())
	want := plottest.Rendered(t, figure, err)
	changed := figure2Result()
	changed.Series[0].Mean[7] += 0.02
	figure, err = figures.Figure2(changed)
	plottest.CheckDiffers(t, "one autocorrelation by 0.02", plottest.Rendered(t, figure, err), want)
}

func TestPNGIsDeterministic(t *testing.T) {
	first, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	want := plottest.Rendered(t, first, err)
	second, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	for range 2 {
		if !bytes.Equal(plottest.Rendered(t, second, err), want) {
			t.Error("drawing the same result again gives another PNG")
		}
	}
}

// TestPNGSize holds the largest picture, Figure 1 at the paper's size, to what a notebook with several of
// them can carry.
func TestPNGSize(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, data.GridPoints), norms.Frozen)
	if size := len(plottest.Rendered(t, figure, err)); size > 250_000 {
		t.Errorf("the PNG of Figure 1 has %d bytes, more than 250000", size)
	}
}

// TestFigure1Texts checks in the SVG that titles are made from the columns.
func TestFigure1Texts(t *testing.T) {
	for statistics, name := range kinds {
		figure, err := figures.Figure1(figure1Result(t, inputs), statistics)
		if err != nil {
			t.Fatal(err)
		}
		if figure.Name() != name {
			t.Errorf("with %q statistics the figure's name is %q, not %q", statistics, figure.Name(), name)
		}
		shown := "gradient (frozen)"
		if statistics == norms.Coupled {
			shown = "gradient (coupled)"
		}
		plottest.CheckTexts(t, figure, map[string]int{
			shown: 1, "noise": 1, "input": 5, "≥ 4": 1,
			"(a) 1-layer feedforward": 1, "(b) 24-layer feedforward": 1, "(c) 50-layer resnet, β = 0.1": 1,
			"(d) brown noise": 1, "(e) white noise": 1,
		})
	}
}

func TestFigure2Texts(t *testing.T) {
	figure, err := figures.Figure2(figure2Result())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "figure-2" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"frozen statistics": 1, "coupled statistics": 1, "autocorrelation": 2, "lag": 4,
		"(a) feedforward": 1, "(b) resnet, β = 1": 1, "(c) resnet, β = 0.1": 1, "(d) noise": 1,
		"depth 2": 1, "depth 4": 1, "depth 10": 1, "depth 24": 1, "depth 50": 1, "brown noise": 1, "white noise": 1,
	})
}

// TestAlt checks in two figures that the words come from what is drawn.
func TestAlt(t *testing.T) {
	figure, err := figures.Figure1(figure1Result(t, inputs), norms.Coupled)
	if err != nil {
		t.Fatal(err)
	}
	const want1 = "Figure 1 with coupled statistics: gradients of nets, and noise, over a grid of 48 inputs, and below each the absolute values of its covariance " +
		"matrix as a heat map. Panels: (a) 1-layer feedforward; (b) 24-layer feedforward; (c) 50-layer resnet, β = 0.1; (d) brown noise; (e) white noise. " +
		"Colours: |(g − ḡ)(g − ḡ)ᵀ| / var g."
	if got := figure.Alt(); got != want1 {
		t.Errorf("got  %s\nwant %s", got, want1)
	}
	figure, err = figures.Figure2(figure2Result())
	if err != nil {
		t.Fatal(err)
	}
	const want2 = "Figure 2: autocorrelation of the gradients of nets over 48 inputs, and of noise, against the lag, a curve for each depth. " +
		"Panels: (a) feedforward; (b) resnet, β = 1; (c) resnet, β = 0.1; (d) noise. Rows: frozen statistics; coupled statistics. " +
		"Legend: depth 2; depth 4; depth 10; depth 24; depth 50; brown noise; white noise; "
	if got := figure.Alt(); !strings.HasPrefix(got, want2) {
		t.Errorf("got  %s\nwant %s", got, want2)
	}
}
