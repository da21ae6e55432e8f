package stats_test

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

func ExampleACF() {
	acf, err := stats.ACF([]float64{1, 2, 3, 4}, 2)
	fmt.Printf("%.2f %v\n", acf, err)
	// Output: [1.00 0.25 -0.30] <nil>
}

func ExampleColour() {
	brown, err := stats.BrownACF(256, 15)
	if err != nil {
		fmt.Println(err)
		return
	}
	half := make([]float64, len(brown))
	for k, r := range brown {
		half[k] = r / 2
	}
	colour, err := stats.Colour(half, 256)
	fmt.Printf("%.2f %v\n", colour.Brownness, err)
	// Output: 0.50 <nil>
}

func ExampleMean() {
	e := stats.Mean([]float64{0.9, 1.1, 1.0, 1.2, 0.8})
	fmt.Printf("%.2f, 95 %% from %.2f to %.2f\n", e.Value, e.Low, e.High)
	// Output: 1.00, 95 % from 0.80 to 1.20
}
