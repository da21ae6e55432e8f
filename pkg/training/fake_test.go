package training_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// stripes are images of size x size pixels and three colours, of noise and of vertical or horizontal stripes:
// two classes that any net can tell apart. They implement training.Data.
type stripes struct {
	size, train, test int

	// value, if it is not 0, takes the place of every pixel.
	value float32

	// wait, if it is there, is called with the number of every batch of training before that is given.
	wait func(t int)

	// tested, if it is there, is called with the number of every batch of testing before that is given.
	tested func(t int)
}

func (s stripes) Shape() training.Shape {
	return training.Shape{Height: s.size, Width: s.size, Channels: 3, Classes: 2}
}

func (s stripes) Checksum() string { return fmt.Sprint(s.size, s.train, s.test, s.value) }

func (s stripes) Training(images, batch int, seed uint64) (training.Dataset, error) {
	if images == 0 {
		images = s.train
	}
	return &stripesDataset{stripes: s, batch: batch, steps: images / batch, seed: seed}, nil
}

func (s stripes) Test(images, batch int) (train.Dataset, error) {
	if images == 0 {
		images = s.test
	}
	return &stripesDataset{stripes: s, batch: min(batch, images), steps: (images + batch - 1) / batch,
		seed: 1 << 40, ends: true}, nil
}

type stripesDataset struct {
	stripes
	batch, steps, start int
	seed                uint64
	ends                bool
}

func (d *stripesDataset) Name() string        { return "stripes" }
func (d *stripesDataset) EpochSteps() int     { return d.steps }
func (d *stripesDataset) Seek(step int) error { d.start = step; return nil }

func (d *stripesDataset) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for t := d.start; !d.ends || t < d.steps; t++ {
			if d.wait != nil && !d.ends {
				d.wait(t)
			}
			if d.tested != nil && d.ends {
				d.tested(t)
			}
			if !yield(d.at(t), nil) {
				return
			}
		}
	}
}

// at returns batch t.
func (d *stripesDataset) at(t int) train.Batch {
	rng := random.Stream(d.seed, uint64(t))
	labels := make([]int32, d.batch)
	pixels := make([]float32, 0, d.batch*d.size*d.size*3)
	for i := range labels {
		labels[i] = int32(rng.IntN(2))
		for y := range d.size {
			for x := range d.size {
				stripe := float32([]int{x, y}[labels[i]] % 2)
				for range 3 {
					value := stripe + float32(rng.NormFloat64())/2
					if d.value != 0 {
						value = d.value
					}
					pixels = append(pixels, value)
				}
			}
		}
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(pixels, d.batch, d.size, d.size, 3)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, d.batch, 1)},
	}
}

// families are those that the package has.
var families = append(training.PaperFamilies(), "relu-bn", "prelu")

func ExampleRunner() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	// elsewhere training.CIFAR10(...)
	runner := &training.Runner{Backend: opened, Data: stripes{size: 8, train: 32, test: 24}}
	runner.Observe = func(of training.Config, point training.Point) {
		fmt.Printf("%s: epoch %g, learning rate %g\n", of, point.Epoch, point.LearningRate)
	}
	result, err := runner.Run(context.Background(), training.Config{
		Family: "ll", Depth: 6, Width: 2, Seed: 1, Budget: training.Budget{Epochs: 2, Batch: 8},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status, result.Steps, len(result.Curve))
	// Output:
	// ll, 6 layers, seed 1: epoch 1, learning rate 0.001
	// ll, 6 layers, seed 1: epoch 2, learning rate 0.001
	// finished 8 2
}

func ExampleGrid() {
	grid := training.Grid{Families: []string{"ll", "relu"}, Depths: []int{10, 198}, Seeds: 2,
		Budget: training.Budget{Epochs: 1}}
	for _, config := range grid.Configs() {
		fmt.Println(config)
	}
	// Output:
	// ll, 10 layers, seed 1
	// relu, 10 layers, seed 1
	// ll, 198 layers, seed 1
	// relu, 198 layers, seed 1
	// ll, 10 layers, seed 2
	// relu, 10 layers, seed 2
	// ll, 198 layers, seed 2
	// relu, 198 layers, seed 2
}

// small is what most tests train on: epochs of four steps.
var small = stripes{size: 8, train: 32, test: 24}

// config returns a small run of that many steps.
func config(family string, depth, steps int, seed uint64) training.Config {
	return training.Config{
		Family: family, Depth: depth, Width: 2, Seed: seed,
		Budget:    training.Budget{Steps: steps, Batch: 8, EvalEvery: 3},
		Optimizer: training.Optimizer{LearningRate: 0.01},
	}
}

// runner returns a runner on the small images, which keeps runs in the folder. It is on the pure-Go backend,
// which has nothing to compile, for tests of what does not depend on the backend.
func runner(tb testing.TB, folder string) *training.Runner {
	tb.Helper()
	return &training.Runner{Backend: testbackend.Go(tb), Data: small, Folder: folder}
}
