package training

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// PaperWidth is the number of filters at the input of Figure 6's nets. They double at each of the three
// halvings of the image, to 64.
const PaperWidth = 8

// Family is a curve of Figure 6: nets that differ in depth alone.
type Family struct {
	// Net is the net, but for its depth, its width, and the images.
	Net models.Config

	// Title names the family in a figure.
	Title string
}

// Families holds the families known by name.
//
// All but ll and prelu are initialised after He et al. 2015, with the gain of their activation. For a
// rectifier, which loses half of the second moment, that is a variance of 2/fan-in; for a concatenated
// rectifier the same, as half of its outputs are zero; and for a linear net, which loses nothing, 1/fan-in
// ([initializers.LeCun]): 2/fan-in would double the variance in every layer, and overflow within 198.
var Families = registry.New[Family]("family")

// The five families of the figure, and two more: the text as we have it does not settle whether the ReLU net
// had batch normalisation, and it names PReLU as the other way to start out linear. Batch normalisation
// passes gradients through its statistics, as training does.
var (
	_ = Families.Register("ll", Family{Title: "CReLU with LL-init", Net: models.Config{
		Net: "conv-feedforward", Activation: activations.CReLU, LooksLinear: true,
		Initializer: initializers.Orthogonal, Images: narrow,
	}})
	_ = Families.Register("crelu", Family{Title: "CReLU", Net: models.Config{
		Net: "conv-feedforward", Activation: activations.CReLU, Initializer: initializers.He, Images: narrow,
	}})
	_ = Families.Register("resnet", Family{Title: "resnet", Net: models.Config{
		Net: "conv-residual", Beta: 1, Norm: norms.Batch, Statistics: norms.Coupled,
		Initializer: initializers.He, Images: flat,
	}})
	_ = Families.Register("relu", Family{Title: "ReLU", Net: models.Config{
		Net: "conv-feedforward", Initializer: initializers.He, Images: flat,
	}})
	_ = Families.Register("linear", Family{Title: "linear", Net: models.Config{
		Net: "conv-feedforward", Activation: activations.Linear, Initializer: initializers.LeCun,
		Images: flat,
	}})
	_ = Families.Register("relu-bn", Family{Title: "ReLU with batch norm", Net: models.Config{
		Net: "conv-feedforward", Norm: norms.Batch, Statistics: norms.Coupled, Initializer: initializers.He,
		Images: flat,
	}})
	_ = Families.Register("prelu", Family{Title: "PReLU of slope 1", Net: models.Config{
		Net: "conv-feedforward", Activation: activations.PReLU, Initializer: initializers.Orthogonal,
		Images: flat,
	}})
)

// How the nets end: one fully connected layer sees all positions of the last 4 x 4 resolution, because read
// out through their mean a linear net would hardly tell one place in the image from another, and stay below
// the 40 % that the paper's reaches. Nets of concatenated rectifiers have 1/sqrt(2) as many filters as the
// others, rounded down, which gives them as many parameters (within 4 % from 10 layers on).
var (
	flat   = models.Images{Resolutions: 4, Flatten: true}
	narrow = models.Images{Resolutions: 4, Flatten: true, FilterScale: 1 / math.Sqrt2}
)

// PaperFamilies returns the names of the five families that the paper's Figure 6 shows.
func PaperFamilies() []string { return []string{"ll", "crelu", "resnet", "relu", "linear"} }

// Net returns the net of a family, of that many layers, with width filters at the input (0 means PaperWidth),
// on images of that shape.
func Net(family string, depth, width int, shape Shape) (*models.Net, error) {
	return Config{Family: family, Depth: depth, Width: width}.net(shape)
}

// net returns the net that is trained on images of that shape.
func (c Config) net(shape Shape) (*models.Net, error) {
	f, err := Families.Get(c.Family)
	if err != nil {
		return nil, err
	}
	config := f.Net
	config.Depth, config.Width = c.Depth, c.Width
	if c.Width == 0 {
		config.Width = PaperWidth
	}
	if config.Width < 1 {
		return nil, fmt.Errorf("width is %d: give the number of filters at the input, at least 1, or 0 for "+
			"%d", c.Width, PaperWidth)
	}
	i := &config.Images
	i.Height, i.Width, i.Channels, i.Outputs = shape.Height, shape.Width, shape.Channels, shape.Classes
	if c.Shortcut != "" {
		if i.Shortcut, err = models.Shortcuts.Get(c.Shortcut); err != nil {
			return nil, err
		}
	}
	return models.New(config)
}

// HasSkips says whether the nets of the family have skips, and so a choice of shortcuts.
func (f Family) HasSkips() bool { return f.Net.Net == "conv-residual" }

// Parameters returns the number of parameters of a net.
func Parameters(net *models.Net) int {
	total := 0
	for _, stage := range net.Stages {
		for _, param := range stage.Block.Params() {
			size := 1
			for _, dim := range param.Dims {
				size *= dim
			}
			total += size
		}
	}
	return total
}
