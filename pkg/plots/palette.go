package plots

import (
	"image/color"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg/draw"
)

// Colours that are not on a scale.
var (
	Ink   = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff} // text and frames
	Faint = color.NRGBA{R: 0xbb, G: 0xbb, B: 0xbb, A: 0xff} // dividers and lines at zero
	Blue  = color.NRGBA{R: 0x1f, G: 0x4e, B: 0x8c, A: 0xff} // a single curve
	Grey  = color.NRGBA{R: 0x6e, G: 0x6e, B: 0x6e, A: 0xff} // what is there to compare with
)

// Categories returns the colours of curves that have no order, which the colour-blind can tell apart (Okabe
// and Ito, 2008, "Color universal design"): blue, sky blue, bluish green, vermilion, black, orange, reddish
// purple.
func Categories() []color.Color {
	return []color.Color{
		color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff},
		color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff},
		color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff},
		color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff},
		color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff},
		color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff},
		color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff},
	}
}

// viridisControls are every 28th or so of the colours of viridis (Smith and van der Walt, matplotlib, CC0).
var viridisControls = []color.Color{
	color.NRGBA{R: 0x44, G: 0x01, B: 0x54, A: 0xff},
	color.NRGBA{R: 0x48, G: 0x28, B: 0x78, A: 0xff},
	color.NRGBA{R: 0x3e, G: 0x49, B: 0x89, A: 0xff},
	color.NRGBA{R: 0x31, G: 0x68, B: 0x8e, A: 0xff},
	color.NRGBA{R: 0x26, G: 0x82, B: 0x8e, A: 0xff},
	color.NRGBA{R: 0x1f, G: 0x9e, B: 0x89, A: 0xff},
	color.NRGBA{R: 0x35, G: 0xb7, B: 0x79, A: 0xff},
	color.NRGBA{R: 0x6e, G: 0xce, B: 0x58, A: 0xff},
	color.NRGBA{R: 0xb5, G: 0xde, B: 0x2b, A: 0xff},
	color.NRGBA{R: 0xfd, G: 0xe7, B: 0x25, A: 0xff},
}

// viridis returns the scale from low to high.
func viridis(low, high float64) palette.ColorMap {
	scale, err := moreland.NewLuminance(viridisControls)
	if err != nil {
		// They are constants, and a test draws with them.
		panic("plots: the colours of viridis don't grow lighter: " + err.Error())
	}
	scale.SetMin(low)
	scale.SetMax(high)
	return scale
}

// readable is the share of viridis that stands out as a line on white: the lightness of what lies above is
// too near to white's.
const readable = 0.75

// Ordered returns n colours for curves in an order, dark to light.
func Ordered(n int) []color.Color {
	scale := viridis(0, 1)
	colors := make([]color.Color, n)
	for i := range colors {
		colors[i], _ = scale.At(readable * float64(i) / float64(max(n-1, 1))) // which is on the scale
	}
	return colors
}

// Fade returns the colour at an opacity from 0 to 1.
func Fade(c color.Color, opacity float64) color.Color {
	faded := color.NRGBAModel.Convert(c).(color.NRGBA)
	faded.A = uint8(255*opacity + 0.5)
	return faded
}

// Marker is the shape of a point.
type Marker int

// The shapes of points.
const (
	NoMarker Marker = iota
	Circle          // filled
	Square          // open
	Pyramid         // filled
	Ring            // open
	Box             // filled
	Triangle        // open
	Plus
	Cross
)

// shapes are how gonum draws the markers.
var shapes = map[Marker]draw.GlyphDrawer{
	Circle: draw.CircleGlyph{}, Square: draw.SquareGlyph{}, Pyramid: draw.PyramidGlyph{},
	Ring: draw.RingGlyph{},
	Box:  draw.BoxGlyph{}, Triangle: draw.TriangleGlyph{}, Plus: draw.PlusGlyph{}, Cross: draw.CrossGlyph{},
}

// OrderedStyles returns n styles of curves in an order: colours from dark to light, and six markers, filled
// and open in turn.
func OrderedStyles(n int) []Style {
	styles := make([]Style, n)
	for i, c := range Ordered(n) {
		styles[i] = Style{Color: c, Marker: Circle + Marker(i%6)}
	}
	return styles
}

// CategoryStyle returns the i-th style of curves without an order: of the colours of [Categories], those
// first that differ most.
func CategoryStyle(i int) Style {
	order := []int{0, 3, 2, 5, 6, 1, 4}
	return Style{Color: Categories()[order[i%len(order)]], Marker: Circle + Marker(i%len(order))}
}
