package figures

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// TestRasterOrientation draws a raster with one active value, of the first unit at the last input, and finds it black in the upper
// right corner and all other values white.
func TestRasterOrientation(t *testing.T) {
	const n = 5
	raster := &activations.Raster{Units: n, Inputs: n, On: make([]bool, n*n)}
	raster.Row(0)[n-1] = true
	g := &grid{aspect: 1, panels: [][]*plot.Plot{{rasterPanel(raster)}}}
	f := &Figure{name: "figure-0", width: 100, height: g.height(100), grid: g}
	content, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	_, areas := g.place(draw.NewCanvas(nil, f.width, f.height))
	for unit := range n {
		for input := range n {
			want := color.Color(color.White)
			if raster.Row(unit)[input] {
				want = color.Black
			}
			if got := pixel(picture, f, areas[0][0], unit, input, n); distance(got, want) > 8 {
				t.Errorf("unit %d, input %d is drawn %v, not %v", unit, input, got, want)
			}
		}
	}
}
