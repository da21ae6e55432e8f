package rank_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// TestImagesAreNormalized: a minibatch of the whole set has mean 0 and variance 1 in every channel, and no
// image twice.
func TestImagesAreNormalized(t *testing.T) {
	const n = 20
	source := rank.NewImages(testimages.Noise(n, 3), 7)
	values, err := source.Minibatch([]int{32, 32, 3}, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	for channel := range 3 {
		sum, squares := 0.0, 0.0
		for i := channel; i < len(values); i += 3 {
			sum += float64(values[i])
			squares += float64(values[i]) * float64(values[i])
		}
		pixels := float64(n * 32 * 32)
		if math.Abs(sum/pixels) > 1e-5 || math.Abs(squares/pixels-1) > 1e-5 { // float32 values: rounding
			t.Errorf("channel %d has mean %g and mean square %g", channel, sum/pixels, squares/pixels)
		}
	}
	seen := make(map[float32]bool)
	for i := range n {
		seen[values[i*32*32*3]*1e3+values[i*32*32*3+1]] = true
	}
	if len(seen) < n-1 { // two random images may begin alike, once in thousands
		t.Errorf("%d different images of %d", len(seen), n)
	}
	if other := rank.NewImages(testimages.Noise(n-1, 3), 7); other.Key() == source.Key() {
		t.Error("two sets have one key")
	}
	again, _ := source.Minibatch([]int{32, 32, 3}, n, 0)
	next, _ := source.Minibatch([]int{32, 32, 3}, n, 1)
	if !slices.Equal(again, values) || slices.Equal(next, values) {
		t.Error("minibatches are not determined by their number")
	}
}

func TestWhiteNoise(t *testing.T) {
	values, err := rank.WhiteNoise{Seed: 1}.Minibatch([]int{16, 16, 3}, 20, 0)
	if err != nil || len(values) != 16*16*3*20 {
		t.Fatalf("%d values, error %v", len(values), err)
	}
	sum, squares := 0.0, 0.0
	for _, value := range values {
		sum += float64(value)
		squares += float64(value) * float64(value)
	}
	n := float64(len(values))
	// Deviations of mean and mean square of n standard normals are 1/sqrt(n) and sqrt(2/n): 5 of them at a
	// fixed seed.
	if math.Abs(sum/n) > 5/math.Sqrt(n) || math.Abs(squares/n-1) > 5*math.Sqrt(2/n) {
		t.Errorf("mean %g, mean square %g", sum/n, squares/n)
	}
}
