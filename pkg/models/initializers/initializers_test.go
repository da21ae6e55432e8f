package initializers_test

import (
	"fmt"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// An initialiser of your own is a value, for a models.Config: nothing needs to be registered.
func Example() {
	signs := &initializers.Initializer{Name: "signs",
		Fill: func(rng *random.Generator, dims []int, values []float32) {
			for i := range values {
				values[i] = float32(2*rng.IntN(2) - 1)
			}
		}}
	weights := make([]float32, 6)
	signs.Fill(random.NewGenerator(1), []int{3, 2}, weights)
	fmt.Println(weights[0]*weights[0], len(weights))
	// Output: 1 6
}

// TestFanIn: the last dimension counts outputs, in a dense layer and in a convolution with channels last.
func TestFanIn(t *testing.T) {
	for _, test := range []struct {
		dims []int
		want int
	}{{[]int{200, 50}, 200}, {[]int{3, 3, 16, 32}, 144}, {[]int{7}, 1}} {
		if got := initializers.FanIn(test.dims); got != test.want {
			t.Errorf("the fan-in of %v is %d, want %d", test.dims, got, test.want)
		}
	}
}
