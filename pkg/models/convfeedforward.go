package models

// conv-feedforward: every convolution but the first sees rho(norm(a)) of the one before it, and so does the
// read-out.
var _ = Architectures.Register("conv-feedforward",
	convolutional("feedforward convnet", feedforwardTitle, Config.withoutWeighedSkips,
		func(c Config) []Stage {
			plan, number := c.convolutions(), 1
			stages := []Stage{imageStage(c)}
			for _, branch := range plan {
				for _, layer := range branch {
					number++
					stages = append(stages,
						Stage{Name: convolutionNames(number, number), Block: c.convolutionLayer(layer)})
				}
			}
			return append(stages, imageReadout(c, plan, true))
		}))

// convolutionLayer returns a convolution with a rectifier in front.
func (c Config) convolutionLayer(shape Convolution) ConvolutionLayer {
	return ConvolutionLayer{Rectify: c.rectifier(shape.In / c.Activation.Outputs(1)), Convolution: shape}
}
