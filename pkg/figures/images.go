package figures

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Image is a picture to show, and what stands under it.
type Image struct {
	// Width and Height are in pixels.
	Width, Height int

	// Pixels are Height x Width x 3 bytes: row from the top, column from the left, and red, green, blue.
	Pixels []uint8

	// Label is a few words, or nothing.
	Label string
}

// Images draws images in rows of a number of columns, each with its label under it, row by row in their order; all have the size of the
// first. Pixels become squares. The name is that of the figure and its files, such as "cifar10". A dozen columns at most leave room for
// the labels.
func Images(name string, images []Image, columns int) (*Figure, error) {
	if len(images) == 0 || columns < 1 {
		return nil, fmt.Errorf("%d images in %d columns make no figure: give at least one of each", len(images), columns)
	}
	first := images[0]
	g := &grid{aspect: float64(first.Height) / float64(first.Width), padX: 6, padY: 5}
	for i, shown := range images {
		if err := shown.check(first); err != nil {
			return nil, fmt.Errorf("image %d (%q) of %s can't be drawn: %w", i, shown.Label, name, err)
		}
		if i%columns == 0 {
			g.panels = append(g.panels, make([]*plot.Plot, min(columns, len(images))))
		}
		p := newPanel(shown.Label, "")
		if shown.Label == "" {
			p.X.Label.Text = " " // keeps the place of a label
		}
		p.HideAxes()
		addData(p, shown.picture())
		g.panels[i/columns][i%columns] = p
	}
	return newFigure(name, aboutImages(images), g), nil
}

// aboutImages counts the images and lists their labels, each once.
func aboutImages(images []Image) string {
	about := fmt.Sprintf("Images of %d × %d pixels, %d of them", images[0].Width, images[0].Height, len(images))
	var labels []string
	for _, i := range images {
		if i.Label != "" && !slices.Contains(labels, i.Label) {
			labels = append(labels, i.Label)
		}
	}
	if len(labels) == 0 {
		return about + "."
	}
	return about + ": " + strings.Join(labels, ", ") + "."
}

// check returns an error unless the image is whole and has the size of the first.
func (i Image) check(first Image) error {
	switch {
	case i.Width < 1 || i.Height < 1:
		return fmt.Errorf("it has %d x %d pixels: give at least one", i.Width, i.Height)
	case len(i.Pixels) != 3*i.Width*i.Height:
		return fmt.Errorf("it has %d values for %d x %d pixels: give three for each", len(i.Pixels), i.Width, i.Height)
	case i.Width != first.Width || i.Height != first.Height:
		return errors.New("it has another size than the first: give all the same")
	}
	return nil
}

// picture returns the image enlarged, each pixel to a square: the renderer's linear interpolation would blur it otherwise.
func (i Image) picture() *plotter.Image {
	refine := (sharp + max(i.Width, i.Height) - 1) / max(i.Width, i.Height)
	enlarged := image.NewRGBA(image.Rect(0, 0, i.Width*refine, i.Height*refine))
	for y := range i.Height * refine {
		for x := range i.Width * refine {
			at := 3 * (y/refine*i.Width + x/refine)
			enlarged.SetRGBA(x, y, color.RGBA{R: i.Pixels[at], G: i.Pixels[at+1], B: i.Pixels[at+2], A: 0xff})
		}
	}
	return plotter.NewImage(enlarged, 0, 0, float64(i.Width), float64(i.Height))
}
