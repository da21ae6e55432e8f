package initializers

import "math/rand/v2"

// One sets every value to 1.
var One = register(&Initializer{Name: "one", Fill: func(_ *rand.Rand, _ []int, values []float32) {
	for i := range values {
		values[i] = 1
	}
}})
