package rank_test

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// The effective rank of gradients on images of white noise; rank.NewImages gives those of CIFAR-10.
func Example() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	config := rank.Config{
		Net: models.Config{Net: "conv-feedforward", Norm: norms.Batch, Width: 2,
			Images: models.Images{Height: 8, Width: 8}},
		Depths: []int{2, 6}, Batch: 8, Clusters: 2, Seed: 1,
	}
	minibatch, err := rank.Run(context.Background(), engine.New(opened), config, rank.WhiteNoise{Seed: 1}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	measured, err := minibatch.Measure()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range measured {
		fmt.Println("depth", m.Depth, "between 1 and 8:", m.Rank >= 1 && m.Rank <= 8)
	}
	// Output:
	// depth 2 between 1 and 8: true
	// depth 6 between 1 and 8: true
}
