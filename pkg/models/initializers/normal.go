package initializers

import "github.com/shattered-gradients/shattered/pkg/random"

// He draws Normal(0, 2/fan-in), the initialisation of He et al. 2015 for rectifiers: half of the inputs are
// off, so a variance of 2/fan-in keeps the second moment of the signal from layer to layer. It is the paper's
// default.
var He = normal("he", 2)

// LeCun draws Normal(0, 1/fan-in), which keeps the second moment through a linear map. Read-outs use it.
var LeCun = normal("lecun", 1)

// StandardNormal draws Normal(0, 1). The biases of the first layer use it, so that its kinks spread over the
// whole input grid [-2, 2].
var StandardNormal = register(&Initializer{Name: "standard-normal",
	Fill: func(rng *random.Generator, _ []int, values []float32) { rng.FillNormal(values, 1) }})
