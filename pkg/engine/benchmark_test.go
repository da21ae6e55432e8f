package engine_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// narrowImages returns a batch of white noise for images of CIFAR-10's shape, in float32.
func narrowImages(images int) *tensors.Tensor {
	x, _ := imageBatch(images, 32, 32, 3)
	values := make([]float32, len(x))
	for i, value := range x {
		values[i] = float32(value)
	}
	return tensors.FromFlatDataAndDimensions(values, images, 32, 32, 3)
}

// BenchmarkInputGradients takes the input gradients of 20 draws of a 50-layer net of 200 units on 256 inputs.
func BenchmarkInputGradients(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	x, err := data.Grid(data.GridPoints, data.GridLow, data.GridHigh)
	if err != nil {
		b.Fatal(err)
	}
	column, err := engine.Column(x, engine.DType)
	if err != nil {
		b.Fatal(err)
	}
	for _, config := range []models.Config{
		{Net: "feedforward", Depth: 50, Norm: norms.Center},
		{Net: "residual", Depth: 50, Norm: norms.Batch, Beta: 0.1},
	} {
		net, err := models.New(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(config.Net, func(b *testing.B) {
			for b.Loop() {
				err := e.ForEach(b.Context(), 20, func(e *engine.Engine, draw int) error {
					_, err := e.Run(b.Context(),
						engine.Request{Net: net, Weights: net.Draw(1, uint64(draw)), Inputs: column,
							Gradient: true})
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkImageGradients takes the input gradients of a convolutional net of 50 layers on 256 images.
func BenchmarkImageGradients(b *testing.B) {
	e := engine.New(testbackend.Open(b))
	images := narrowImages(256)
	for _, config := range []models.Config{
		{Net: "conv-feedforward", Depth: 50, Norm: norms.Batch},
		{Net: "conv-residual", Depth: 50, Norm: norms.Batch, Beta: 0.1},
	} {
		net, err := models.New(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(config.Net, func(b *testing.B) {
			for b.Loop() {
				_, err := e.Run(b.Context(),
					engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: images, Gradient: true})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
