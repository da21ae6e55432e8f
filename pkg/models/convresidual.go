package models

// conv-residual: Eq. 2 with a skip over every two convolutions, alpha (shortcut(a) + beta
// conv(rho(norm(conv(rho(norm(a))))))), and a linear read-out.
var _ = Architectures.Register("conv-residual",
	convolutional("convolutional resnet", residualTitle, Config.withRescaling, func(c Config) []Stage {
		plan, number := c.convolutions(), 1
		stages := []Stage{imageStage(c)}
		for _, branch := range plan {
			first, last := branch[0], branch[len(branch)-1]
			stages = append(stages,
				Stage{Name: convolutionNames(number+1, number+len(branch)), Block: ResidualBranch{
					First: c.convolutionLayer(first), Second: c.convolutionLayer(last), Layers: len(branch),
					Shortcut: c.shortcut(first),
					Carry:    c.Alpha, Gain: c.Alpha * c.Beta,
				}})
			number += len(branch)
		}
		return append(stages, imageReadout(c, plan, false))
	}))
