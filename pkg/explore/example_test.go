package explore_test

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/explore"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// In a cell, Run shows the same with sliders, and Show without; both take the lab's session.
func ExampleLook() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	net := models.Config{Net: "feedforward", Depth: 1, Width: 10}
	view, err := explore.Look(context.Background(), engine.New(opened),
		gradients.Config{Net: net, Draws: 1, Seed: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(view)
	// Output:
	// Feedforward net, depth 1, width 10, normalisation none (frozen), activation relu, one draw, seed 3.
	// Brownness 0.91 (0 white noise, 1 brown); correlation of neighbours 0.98; the Ljung–Box test tells it from white noise (p < 0.001); slope of the spectrum −1.54 (0 white, −2 brown).
}
