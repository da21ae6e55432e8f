package initializers

import "github.com/shattered-gradients/shattered/pkg/random"

// One sets every value to 1.
var One = register(&Initializer{Name: "one", Fill: func(_ *random.Generator, _ []int, values []float32) {
	for i := range values {
		values[i] = 1
	}
}})
