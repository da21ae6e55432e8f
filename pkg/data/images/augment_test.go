package images

import (
	"math"
	"testing"
)

// TestRender shifts and flips an image whose pixels say where they are, and compares with the definition
// pixel by pixel.
func TestRender(t *testing.T) {
	set := NewSet(1)
	image := set.Image(0)
	for y := range 32 {
		for x := range 32 {
			copy(image[3*(32*y+x):], []uint8{uint8(y + 1), uint8(x + 1), 255})
		}
	}
	moments := &Moments{Mean: [3]float64{0.5, 0.25, 0.125}, Std: [3]float64{1, 2, 0.5}}
	scale, err := newScale(moments)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []change{{}, {down: 4}, {right: -4}, {down: -3, right: 2}, {flip: true},
		{down: 1, right: 3, flip: true}} {
		got := make([]float32, values)
		c.render(got, image, scale)
		for y := range 32 {
			for x := range 32 {
				// Shifted, the pixel of (y, x) is at (y + down, x + right); flipped after that, at (y + down,
				// 31 - x - right).
				toY, toX := y+c.down, x+c.right
				if c.flip {
					toX = 31 - toX
				}
				if toY < 0 || toY > 31 || toX < 0 || toX > 31 {
					continue
				}
				for k, value := range []float64{float64(y + 1), float64(x + 1), 255} {
					if want := float32((value/255 - moments.Mean[k]) /
						moments.Std[k]); got[3*(32*toY+toX)+k] != want {
						t.Fatalf("%+v: channel %d of row %d, column %d is %g, not %g", c, k, toY, toX,
							got[3*(32*toY+toX)+k], want)
					}
				}
			}
		}
		// What comes in from beyond the edge is black, which is -mean/std. No pixel of the image has a blue
		// of 0.
		black := 0
		for p := range 32 * 32 {
			if got[3*p+2] == float32(-moments.Mean[2]/moments.Std[2]) {
				black++
				if got[3*p] != float32(-moments.Mean[0]/moments.Std[0]) ||
					got[3*p+1] != float32(-moments.Mean[1]/moments.Std[1]) {
					t.Fatalf("%+v: pixel %d is not black", c, p)
				}
			}
		}
		inside := (32 - abs(c.down)) * (32 - abs(c.right))
		if black != 32*32-inside {
			t.Errorf("%+v: %d pixels are black, not %d", c, black, 32*32-inside)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// TestChangesAreUniform counts the 9 x 9 x 2 changes over many images and epochs.
func TestChangesAreUniform(t *testing.T) {
	const epochs, images = 20, 1000
	counts := make(map[change]int)
	for e := range epochs {
		for i := range images {
			counts[newChange(1, e, i)]++
		}
	}
	const kinds = 9 * 9 * 2
	if len(counts) != kinds {
		t.Errorf("%d kinds of change, and not %d", len(counts), kinds)
	}
	chi2, expected := 0.0, float64(epochs*images)/kinds
	for c, count := range counts {
		if abs(c.down) > 4 || abs(c.right) > 4 {
			t.Errorf("a shift by more than 4 pixels: %+v", c)
		}
		chi2 += (float64(count) - expected) * (float64(count) - expected) / expected
	}
	// Chi-squared with 161 degrees of freedom: mean 161, variance 322; five deviations above the mean.
	if chi2 > 161+5*math.Sqrt(322) {
		t.Errorf("chi-squared of the changes is %g", chi2)
	}
}
