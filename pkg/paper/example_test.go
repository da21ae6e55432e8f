package paper_test

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

func ExampleFigure1() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	result, err := paper.Figure1(context.Background(), engine.New(opened), paper.Figure1Quick())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, column := range result.Select(norms.Frozen) {
		fmt.Printf("%s, depth %d: nearer to brown noise than to white: %t\n", column.Net, column.Depth, column.Brownness.Value > 0.5)
	}
	// Output:
	// feedforward, depth 1: nearer to brown noise than to white: true
	// feedforward, depth 24: nearer to brown noise than to white: false
	// residual, depth 50: nearer to brown noise than to white: true
	// brown, depth 0: nearer to brown noise than to white: true
	// white, depth 0: nearer to brown noise than to white: false
}
