package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

var _ = Architectures.Register("feedforward",
	dense(feedforwardTitle, Config.withoutWeighedSkips, func(c Config) []Stage {
		if c.Depth == 1 {
			return shallow(c)
		}
		stages := stem(c)
		for l := 1; l <= c.Depth-2; l++ {
			stages = append(stages, layerStage(c, l, 0, 1))
		}
		readout := RectifiedReadout{Rectify: c.rectifier(c.Width), Init: c.behind(initializers.LeCun)}
		return append(stages, Stage{Name: "readout", Block: readout})
	}))

// Titles of architectures, which nets of images share for short.
const (
	feedforwardTitle = "feedforward"
	residualTitle    = "resnet"
)

// dense returns the architecture of a net on one-dimensional inputs.
func dense(title string, check func(Config) (Config, error), stages func(Config) []Stage) Architecture {
	return Architecture{
		Title: title,
		Width: PaperWidth,
		Check: func(c Config) (Config, error) {
			c, err := check(c)
			if err == nil {
				err = c.withoutImages()
			}
			return c, err
		},
		Input:  func(Config) []int { return []int{1} },
		Output: func(Config) []int { return nil },
		Stages: stages,
	}
}

// inputStage returns h = rho(x v - b).
func inputStage(c Config) Stage {
	return Stage{Name: "input", Block: Stem{c.bareRectifier(c.Width)}}
}

// shallow returns the net of depth 1, the same for every architecture: f = w^T rho(x v - b), Figure 1(a).
func shallow(c Config) []Stage {
	return []Stage{
		inputStage(c),
		{Name: "readout", Block: LinearReadout{In: c.Activation.Outputs(c.Width),
			Init: c.behind(initializers.LeCun)}},
	}
}

// stem returns the beginning of every deeper net: h = rho(x v - b) and a_1 = W_0 h.
func stem(c Config) []Stage {
	return []Stage{
		inputStage(c),
		{Name: "layer_0", Block: Linear{In: c.Activation.Outputs(c.Width), Out: c.Width,
			Init: c.behind(c.Initializer)}},
	}
}

// layerStage returns repeated layer l, a_l+1 = carry a_l + gain W_l rho(norm(a_l)).
func layerStage(c Config, l int, carry, gain float64) Stage {
	return Stage{Name: fmt.Sprintf("layer_%d", l), Block: Layer{
		Rectify: c.rectifier(c.Width), Carry: carry, Gain: gain, Init: c.behind(c.Initializer),
	}}
}
