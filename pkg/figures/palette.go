package figures

import (
	"image/color"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
)

// Colours that are not on a scale.
var (
	ink       = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff} // text and frames
	faint     = color.NRGBA{R: 0xbb, G: 0xbb, B: 0xbb, A: 0xff} // divider and zero line
	curveBlue = color.NRGBA{R: 0x1f, G: 0x4e, B: 0x8c, A: 0xff} // a single curve
	brown     = color.NRGBA{R: 0x8c, G: 0x51, B: 0x0a, A: 0xff} // brown noise
	grey      = color.NRGBA{R: 0x6e, G: 0x6e, B: 0x6e, A: 0xff} // white noise, which can't be white on white
)

// categories are colours of curves that have no order, which the colour-blind can tell apart (Okabe and Ito, 2008, "Color universal design").
var categories = []color.Color{
	color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
	color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
	color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
	color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
	color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff}, // black
	color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
	color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
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
func viridis(low, high float64) (palette.ColorMap, error) {
	scale, err := moreland.NewLuminance(viridisControls)
	if err != nil {
		return nil, err
	}
	scale.SetMin(low)
	scale.SetMax(high)
	return scale, nil
}

// readable is the share of viridis that stands out as a line on white: the lightness of what lies above is too near to white's.
const readable = 0.75

// orderedColors returns n colours for curves in an order, dark to light.
func orderedColors(n int) ([]color.Color, error) {
	scale, err := viridis(0, 1)
	if err != nil {
		return nil, err
	}
	colors := make([]color.Color, n)
	for i := range colors {
		if colors[i], err = scale.At(readable * float64(i) / float64(max(n-1, 1))); err != nil {
			return nil, err
		}
	}
	return colors, nil
}

// fade returns the colour at an opacity from 0 to 1.
func fade(c color.Color, opacity float64) color.Color {
	faded := color.NRGBAModel.Convert(c).(color.NRGBA)
	faded.A = uint8(255*opacity + 0.5)
	return faded
}
