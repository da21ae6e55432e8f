package engine_test

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

func ExampleEngine_Run() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	inputs, err := engine.Column([]float64{-1, 0, 1}, engine.DType)
	if err != nil {
		fmt.Println(err)
		return
	}
	trace, err := engine.New(opened).Run(context.Background(), engine.Request{
		Net: net, Weights: net.Draw(1, 0), Inputs: inputs, Output: true, Gradient: true,
		Tap: engine.Preactivations,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(trace.Output), "outputs,", len(trace.Gradient), "gradients,", len(trace.Taps),
		"rectifiers of", len(trace.Taps[0])/3, "units")
	// Output: 3 outputs, 3 gradients, 3 rectifiers of 10 units
}
