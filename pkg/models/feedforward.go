package models

import "fmt"

// feedforward is the registered name of feedforward nets.
const feedforward = "feedforward"

var _ = Architectures.Register(feedforward, func(c Config) []Stage {
	if c.Depth == 1 {
		return shallow(c)
	}
	stages := stem(c)
	for l := 1; l <= c.Depth-2; l++ {
		stages = append(stages, layerStage(c, l, 0, 1))
	}
	readout := rectifiedReadout{Width: c.Width, Norm: c.Norm, Statistics: c.Statistics, Activation: c.Activation}
	return append(stages, Stage{"readout", readout})
})

// shallow returns the net of depth 1, the same for every architecture: f = w^T rho(x v - b), Figure 1(a).
func shallow(c Config) []Stage {
	return []Stage{
		{"input", input{Width: c.Width, Activation: c.Activation}},
		{"readout", linearReadout{In: c.Activation.Outputs(c.Width)}},
	}
}

// stem returns the beginning of every deeper net: h = rho(x v - b) and a_1 = W_0 h.
func stem(c Config) []Stage {
	return []Stage{
		{"input", input{Width: c.Width, Activation: c.Activation}},
		{"layer_0", linear{In: c.Activation.Outputs(c.Width), Out: c.Width, Init: c.Initializer}},
	}
}

// layerStage returns repeated layer l, a_l+1 = carry a_l + gain W_l rho(norm(a_l)).
func layerStage(c Config, l int, carry, gain float64) Stage {
	return Stage{fmt.Sprintf("layer_%d", l), layer{
		Width: c.Width, Carry: carry, Gain: gain,
		Norm: c.Norm, Statistics: c.Statistics, Activation: c.Activation, Init: c.Initializer,
	}}
}
