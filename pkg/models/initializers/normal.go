package initializers

// He draws Normal(0, 2/fan-in), the initialisation of He et al. 2015 for rectifiers: half of the inputs are
// off, so a variance of 2/fan-in keeps the second moment of the signal from layer to layer. It is the paper's
// default.
var He = normal("he", func(dims []int) float64 { return 2 / float64(FanIn(dims)) })

// LeCun draws Normal(0, 1/fan-in), which keeps the second moment through a linear map. Read-outs use it.
var LeCun = normal("lecun", func(dims []int) float64 { return 1 / float64(FanIn(dims)) })

// StandardNormal draws Normal(0, 1). The biases of the first layer use it, so that its kinks spread over the
// whole input grid [-2, 2].
var StandardNormal = normal("standard-normal", func([]int) float64 { return 1 })
