package cifar_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shattered-gradients/shattered/pkg/data/cifar"
)

// This example needs the data, so it is compiled and not run.
func ExampleLoad() {
	data, err := cifar.Load(context.Background())
	if err != nil {
		log.Fatal(err) // one sentence: what was wrong, and what to do
	}
	fmt.Println(data.Train.Len(), "training images, the first one a", data.Train.Class(0))
}
