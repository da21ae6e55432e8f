package meanfield_test

import (
	"context"
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// The expected autocorrelation of Figure 2's centred feedforward nets, at lag 1: a shallow net is brown, one
// of 24 layers white.
func Example() {
	for _, depth := range []int{2, 24} {
		net := models.Config{Net: "feedforward", Depth: depth, Norm: norms.Center}
		result, err := meanfield.Run(context.Background(), meanfield.Config{Net: net})
		if err != nil {
			fmt.Println(err)
			return
		}
		acf, err := result.ACF(15)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%2d layers: %.2f\n", depth, acf[1])
	}
	// Output:
	//  2 layers: 0.97
	// 24 layers: 0.02
}

// An activation of one's own is a function and its derivative.
func ExampleSmooth() {
	softplus := meanfield.Smooth(
		func(z float64) float64 { return math.Log1p(math.Exp(z)) },
		func(z float64) float64 { return 1 / (1 + math.Exp(-z)) },
	)
	result, err := meanfield.Run(context.Background(), meanfield.Config{
		Net: models.Config{Net: "feedforward", Depth: 3}, X: []float64{-1, 0, 1}, Dual: softplus,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	g := result.Covariance
	fmt.Printf("correlation of the gradients at -1 and 1: %.3f\n",
		g.At(0, 2)/math.Sqrt(g.At(0, 0)*g.At(2, 2)))
	// Output: correlation of the gradients at -1 and 1: 0.888
}
