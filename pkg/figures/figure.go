package figures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/ericpauley/go-quantize/quantize"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	// figureWidth is the width of a notebook's output, about 960 pixels on the screen.
	figureWidth = 10 * vg.Inch

	// dotsPerInch makes a PNG twice as fine as the screen's 96 dots an inch.
	dotsPerInch = 160
)

// Figure is a drawn figure. It is not safe for concurrent use.
type Figure struct {
	name, about   string
	width, height vg.Length
	grid          *grid
}

// newFigure lays out a grid at the width of a notebook. About is a sentence or two for whoever does not see the figure: what is drawn, and against what.
func newFigure(name, about string, g *grid) *Figure {
	return &Figure{name: name, about: about, width: figureWidth, height: g.height(figureWidth), grid: g}
}

// Name is the figure's name and that of its files, such as "figure-2". Further pictures of one figure append to its name.
func (f *Figure) Name() string { return f.name }

// Size returns the figure's width and height on paper; a PNG has 192 pixels an inch.
func (f *Figure) Size() (width, height vg.Length) { return f.width, f.height }

// PNG renders the figure as a PNG of 192 pixels an inch. The same result gives the same bytes.
func (f *Figure) PNG() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dotsPerInch))
	f.grid.draw(draw.New(canvas))
	var buffer bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&buffer, reduce(canvas.Image(), f.grid.scaleColors())); err != nil {
		return nil, fmt.Errorf("%s can't be written as PNG: %w", f.name, err)
	}
	return buffer.Bytes(), nil
}

// reduce returns the picture in 256 colours, some of them given, which the eye can't tell from the original and which take a third
// of the space in a notebook.
func reduce(picture image.Image, given color.Palette) *image.Paletted {
	colors := make(color.Palette, len(given), 256)
	copy(colors, given)
	colors = quantize.MedianCutQuantizer{}.Quantize(colors, picture)
	reduced := image.NewPaletted(picture.Bounds(), colors)
	nearest := make(map[color.Color]uint8)
	for y := reduced.Rect.Min.Y; y < reduced.Rect.Max.Y; y++ {
		for x := reduced.Rect.Min.X; x < reduced.Rect.Max.X; x++ {
			c := picture.At(x, y)
			index, known := nearest[c]
			if !known {
				index = uint8(colors.Index(c))
				nearest[c] = index
			}
			reduced.SetColorIndex(x, y, index)
		}
	}
	return reduced
}

// svgFixes mends what gonum's SVGs get wrong: fonts have no substitute where Liberation is not installed, embedded PNGs are
// announced as JPEGs, and a colour bar's image keeps its aspect of one pixel's width.
var svgFixes = strings.NewReplacer(
	"font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;",
	"data:image/jpg;", "data:image/png;",
	"<image ", `<image preserveAspectRatio="none" `,
)

// SVG renders the figure as an SVG, which has Alt as its title and description. Heat maps are embedded images; everything else is vectors and text.
func (f *Figure) SVG() ([]byte, error) {
	canvas := vgsvg.New(f.width, f.height)
	f.grid.draw(draw.New(canvas))
	var buffer strings.Builder
	if _, err := canvas.WriteTo(&buffer); err != nil {
		return nil, fmt.Errorf("%s can't be written as SVG: %w", f.name, err)
	}
	svg, err := f.describe(svgFixes.Replace(buffer.String()))
	if err != nil {
		return nil, fmt.Errorf("%s can't be written as SVG: %w", f.name, err)
	}
	return []byte(svg), nil
}

// finite returns an error that names the first value that can't be drawn.
func finite(what string, values ...float64) error {
	for i, v := range values {
		if !numbers.Finite(v) {
			return fmt.Errorf("%s can't be drawn: value %d is %g, and only finite numbers have a place", what, i, v)
		}
	}
	return nil
}
