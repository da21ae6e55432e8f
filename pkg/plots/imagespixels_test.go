package plots

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"

	"gonum.org/v1/plot/vg/draw"
)

// TestImagesPixels finds every pixel of images that are not square in its place, also in the last row, which
// is not full.
func TestImagesPixels(t *testing.T) {
	const width, height = 4, 3
	images := make([]Image, 5)
	for i := range images {
		images[i] = Image{Width: width, Height: height, Pixels: make([]uint8, 3*width*height)}
		for p := range width * height {
			copy(images[i].Pixels[3*p:], []uint8{uint8(50 * i), uint8(20 * p), uint8(255 - 20*p)})
		}
	}
	figure, err := Images("cifar10", images, 3)
	if err != nil {
		t.Fatal(err)
	}
	content, err := figure.PNG()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	_, areas := figure.layout.place(draw.NewCanvas(nil, figure.width, figure.height))
	for i, shown := range images {
		area := areas[i/3][i%3]
		size := area.Size()
		for p := range width * height {
			x := float64(area.Min.X) + (float64(p%width)+0.5)/width*float64(size.X)
			y := float64(figure.height-area.Max.Y) + (float64(p/width)+0.5)/height*float64(size.Y)
			got := picture.At(int(x/72*dotsPerInch), int(y/72*dotsPerInch))
			want := color.NRGBA{R: shown.Pixels[3*p], G: shown.Pixels[3*p+1], B: shown.Pixels[3*p+2], A: 0xff}
			if distance(got, want) > 8 { // the reduction to 256 colours
				t.Errorf("pixel %d of image %d is drawn %v, not %v", p, i, got, want)
			}
		}
	}
}
