package plots_test

import (
	"fmt"
	"log"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// ExampleImages shows two images of one colour. Those of a set of CIFAR-10 are its Image(i), of 32 x 32
// pixels, under its Class(i).
func ExampleImages() {
	red := plots.Image{Width: 1, Height: 1, Pixels: []uint8{200, 0, 0}, Label: "red"}
	blue := plots.Image{Width: 1, Height: 1, Pixels: []uint8{0, 0, 200}, Label: "blue"}
	figure, err := plots.Images("colours", []plots.Image{red, blue}, 2)
	if err != nil {
		log.Fatal(err)
	}
	picture, err := figure.PNG()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s is a %s", figure.Name(), picture[1:4])
	// Output: colours is a PNG
}

// syntheticImages returns n images of a disc in front of a sky, each in colours of its own, in which up,
// down, left and right differ.
func syntheticImages(n int) []plots.Image {
	const side = 16
	images := make([]plots.Image, n)
	for i := range images {
		pixels := make([]uint8, 0, 3*side*side)
		for y := range side {
			for x := range side {
				switch {
				case math.Hypot(float64(x)-5, float64(y)-6) < 4:
					pixels = append(pixels, uint8(250-30*i), 120, uint8(40*i))
				case y > 11:
					pixels = append(pixels, 90, uint8(100+10*i), 60)
				default:
					pixels = append(pixels, uint8(100+5*x), uint8(150+5*y), 230)
				}
			}
		}
		images[i] = plots.Image{Width: side, Height: side, Pixels: pixels,
			Label: fmt.Sprintf("scene %d", i+1)}
	}
	return images
}

func TestImagesGolden(t *testing.T) {
	figure, err := plots.Images("cifar10", syntheticImages(7), 5)
	plottest.Golden(t, "images", plottest.Rendered(t, figure, err))
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{"scene 1": 1, "scene 5": 1, "scene 7": 1})
}

func TestImagesErrors(t *testing.T) {
	wrong := func(spoil func(*plots.Image)) []plots.Image {
		images := syntheticImages(3)
		spoil(&images[1])
		return images
	}
	for want, c := range map[string]struct {
		images  []plots.Image
		columns int
	}{
		"0 images in 2 columns make no figure": {nil, 2},
		"3 images in 0 columns make no figure": {
			syntheticImages(3), 0,
		},
		`cifar10 can't be drawn: image 1 ("scene 2") has 768 values for an image of 0 x 16`: {
			wrong(func(i *plots.Image) { i.Width = 0 }), 2,
		},
		`image 1 ("scene 2") has 5 values for an image of 16 x 16`: {
			wrong(func(i *plots.Image) { i.Pixels = i.Pixels[:5] }), 2,
		},
		`image 1 ("scene 2") has another size than the first`: {
			wrong(func(i *plots.Image) { i.Width, i.Height = 32, 8 }), 2,
		},
		`it has 0 values for an image of 0 x 0`: {
			[]plots.Image{{}}, 1,
		},
		`has 768 values for an image of 16 x 8 pixels: give thr`: {
			wrong(func(i *plots.Image) { i.Height = 8 }), 2,
		},
	} {
		_, err := plots.Images("cifar10", c.images, c.columns)
		plottest.CheckSentence(t, "images", err, want)
	}
}
