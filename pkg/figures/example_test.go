package figures_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/figures"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

func ExampleFigure1() {
	b, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	config := paper.Figure1Quick()
	config.Shallow.Width, config.Deep.Width, config.Residual.Width = 8, 8, 8 // smaller still, to be quick
	config.Inputs, config.Draws = 32, 2
	result, err := paper.Figure1(context.Background(), engine.New(b), config)
	if err != nil {
		log.Fatal(err)
	}
	for _, statistics := range paper.AllStatistics {
		figure, err := figures.Figure1(result, statistics)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(figure.Name())
	}
	_, err = figures.Figure1(result, norms.Statistics("thawed"))
	fmt.Println(err)
	// Output:
	// figure-1
	// figure-1-coupled
	// unknown statistics "thawed": choose one of frozen, coupled
}

func ExampleFigure2() {
	b, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	config := paper.Figure2Quick()
	for i := range config.Nets {
		config.Nets[i].Width = 8 // smaller still, to be quick
	}
	config.Depths, config.Inputs, config.Draws = []int{2, 4}, 32, 2
	result, err := paper.Figure2(context.Background(), engine.New(b), config)
	if err != nil {
		log.Fatal(err)
	}
	figure, err := figures.Figure2(result)
	if err != nil {
		log.Fatal(err)
	}
	png, err := figure.PNG()
	if err != nil {
		log.Fatal(err)
	}
	width, _ := figure.Size()
	fmt.Printf("%s: %.0f points wide, a %s", figure.Name(), width, png[1:4])
	// Output: figure-2: 720 points wide, a PNG
}
