package training_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// BenchmarkStep does training steps of nets of Figure 6 of 50 layers on 128 images of CIFAR-10's size,
// compiling and evaluating aside.
func BenchmarkStep(b *testing.B) {
	for _, family := range []string{"relu", "resnet"} {
		b.Run(family, func(b *testing.B) {
			r := &training.Runner{Backend: testbackend.Open(b), Data: stripes{size: 32, train: 128, test: 8}}
			r.Attach = func(loop *train.Loop) {
				loop.OnStep("bench", -1, func(loop *train.Loop, _ []*tensors.Tensor) error {
					switch loop.LoopStep {
					case 0:
						b.ResetTimer() // the first step compiles
					case b.N:
						b.StopTimer() // evaluation follows
					}
					return nil
				})
			}
			budget := training.Budget{Steps: b.N + 1, Batch: 128, EvalEvery: b.N + 1}
			if _, err := r.Run(b.Context(),
				training.Config{Family: family, Depth: 50, Seed: 1, Budget: budget}); err != nil {
				b.Fatal(err)
			}
		})
	}
}
