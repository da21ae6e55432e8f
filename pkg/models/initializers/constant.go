package initializers

import "github.com/shattered-gradients/shattered/pkg/random"

// One sets every value to 1.
var One = register(&Initializer{Name: "one", Fill: func(_ *random.Generator, _ []int, values []float32) {
	for i := range values {
		values[i] = 1
	}
}})

// Zero sets every value to 0: what the branches of residual nets begin with, or end in, after SkipInit (De
// and Smith, 2020), ReZero (Bachlechner et al., 2021) and Fixup (Zhang et al., 2019).
var Zero = register(&Initializer{Name: "zero", Fill: func(_ *random.Generator, _ []int, values []float32) {
	clear(values)
}})
