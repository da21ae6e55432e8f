package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// denseLayers is the number of layers in a group of dense connections, that of DenseNet-40 (Huang et al.,
// 2017).
const denseLayers = 12

// Dense connections (Huang et al., 2017): each layer sees, side by side, what came into its group and what
// all layers of the group before it have made, and adds N/12 features to it, rounded up,
//
//	a' = (a, W rho(norm(a)))
//
// Behind every 12 layers there is a transition W rho(norm(a)), which brings the features back to N: a group
// doubles them, and deeper nets have more groups. The read-out begins with the last rectifier, as that of
// feedforward nets does.
var _ = Architectures.Register("densenet",
	dense("densenet", Config.withoutWeighedSkips, func(c Config) []Stage {
		if c.Depth == 1 {
			return shallow(c)
		}
		stages, features := stem(c), c.Width
		growth := (c.Width + denseLayers - 1) / denseLayers
		layer := func(outputs int) Block {
			return Chain(Rectified{c.rectifier(features)},
				Linear{In: c.Activation.Outputs(features), Out: outputs, Init: c.behind(c.Initializer)})
		}
		for l := 1; l <= c.Depth-2; l++ {
			if l%(denseLayers+1) == 0 {
				stages = append(stages, Stage{Name: fmt.Sprintf("transition_%d", l), Block: layer(c.Width)})
				features = c.Width
				continue
			}
			stages = append(stages, Stage{Name: layerNames(l, l), Block: Concat(layer(growth))})
			features += growth
		}
		readout := RectifiedReadout{Rectify: c.rectifier(features), Init: c.behind(initializers.LeCun)}
		return append(stages, Stage{Name: "readout", Block: readout})
	}))
