package images_test

import (
	"fmt"
	"log"

	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// grey returns a set of n images, each of one grey, in the place of the data.
func grey(n int) *images.Set {
	set := images.NewSet(n)
	for i := range n {
		set.Labels[i] = uint8(i % len(images.Classes))
		for k := range set.Image(i) {
			set.Image(i)[k] = uint8(10 * i)
		}
	}
	return set
}

func ExampleNewDataset() {
	train := grey(10)
	training, err := images.NewDataset(train, images.Training(4, 1, train.Moments()))
	if err != nil {
		log.Fatal(err)
	}
	if err := training.Seek(3); err != nil { // go on after three steps
		log.Fatal(err)
	}
	for batch, err := range training.Iter() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.Inputs[0].Shape(), batch.Labels[0].Shape())
		if err := batch.Finalize(); err != nil {
			log.Fatal(err)
		}
		break // it has no end
	}
	// Output: (Float32)[4, 32, 32, 3] (Int32)[4, 1]
}

func ExampleSet_Batch() {
	train := grey(10)
	indices, err := train.Sample(random.Stream(1), 3)
	if err != nil {
		log.Fatal(err)
	}
	moments := train.Moments()
	batch, err := train.Batch(indices, &moments)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(indices), "images,", len(batch), "numbers")
	// Output: 3 images, 9216 numbers
}

func ExampleSet_Moments() {
	moments := grey(2).Moments() // of pixels that are 0 or 10, half of them each
	fmt.Printf("%.4f %.4f\n", moments.Mean[0], moments.Std[0])
	// Output: 0.0196 0.0196
}

func ExampleDatasetConfig() {
	train := grey(10)
	moments := train.Moments()
	validation, err := images.NewDataset(train,
		images.DatasetConfig{Batch: 2, First: 8, Epochs: 1, Partial: true, Moments: &moments})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(validation.Name(), "in", validation.EpochSteps(), "batch")
	// Output: CIFAR-10, 2 images in 1 batch
}
