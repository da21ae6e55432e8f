package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// ConvWidth is the number of filters of a convolutional net's first stage unless a Config has its own.
const ConvWidth = 16

// Bounds on what Images describes, so that a slip of the keyboard is an error and not an exhausted machine.
const (
	maxResolutions = 10
	maxFilters     = 1 << 16
)

// convolutional returns the architecture of a net on images.
func convolutional(title, short string, check func(Config) (Config, error),
	stages func(Config) []Stage) Architecture {
	return Architecture{
		Title: title, ShortTitle: short,
		Width: ConvWidth,
		Check: func(c Config) (Config, error) {
			c, err := check(c)
			if err := checks(err, c.withoutBranch()); err != nil {
				return c, err
			}
			return c.withImages()
		},
		Input:  func(c Config) []int { return []int{c.Images.Height, c.Images.Width, c.Images.Channels} },
		Output: func(c Config) []int { return []int{c.Images.Outputs} },
		Stages: stages,
	}
}

// withImages fills in and checks what the images are and how the net ends.
func (c Config) withImages() (Config, error) {
	i := &c.Images
	for _, field := range []struct {
		value   *int
		without int // what 0 stands for
		name    string
	}{
		{&i.Height, 32, "height"}, {&i.Width, 32, "width"}, {&i.Channels, 3, "channels"},
		{&i.Resolutions, 3, "resolutions"}, {&i.Outputs, 10, "outputs"},
	} {
		if *field.value == 0 {
			*field.value = field.without
		}
		if *field.value < 1 {
			return c, fmt.Errorf("%s of images is %d: give at least 1, or 0 for %d", field.name, *field.value,
				field.without)
		}
	}
	if i.Resolutions > maxResolutions || c.Width > maxFilters>>(i.Resolutions-1) {
		return c, fmt.Errorf("%d filters doubled over %d resolutions: give at most %d resolutions and %d "+
			"filters in the last", c.Width, i.Resolutions, maxResolutions, maxFilters)
	}
	if i.FilterScale != 0 && !(i.FilterScale > 0 && i.FilterScale <= 1 && c.filters(0) >= 1) {
		return c, fmt.Errorf("filter_scale of images is %g with %d filters: give a factor above 0 and at "+
			"most 1 that leaves a filter, or 0 for 1", i.FilterScale, c.Width)
	}
	if i.Shortcut != nil {
		if err := i.Shortcut.check(); err != nil {
			return c, err
		}
	}
	if i.Shortcut == OptionA { // one net has one config
		i.Shortcut = nil
	}
	if c.Depth < 2 {
		return c, fmt.Errorf("depth is %d: a %s net has at least 2 convolutions, that of the image and one "+
			"behind a rectifier", c.Depth, c.Net)
	}
	return c, i.checkSize(c.filters(i.Resolutions - 1))
}

// filters returns the number of filters of a stage, the first being 0. Every stage has more than the one
// before it: twice a number of at least 1, rounded down, is more than that number rounded down.
func (c Config) filters(stage int) int {
	filters := c.Width << stage
	if c.Images.FilterScale != 0 {
		filters = int(c.Images.FilterScale * float64(filters))
	}
	return filters
}

// convolutions returns the shapes of the L-1 convolutions after the first, in branches of two, of which the
// last has one where L is even. The branches are spread over the resolutions as evenly as can be, the first
// stages taking what is left over; where a stage begins, the first convolution of its branch doubles the
// filters at stride 2. Feedforward and residual nets of a depth are made of the same ones.
func (c Config) convolutions() [][]Convolution {
	branches := c.Depth / 2
	plan := make([][]Convolution, branches)
	in := c.filters(0)
	for b := range plan {
		out := c.filters(b * c.Images.Resolutions / max(branches, c.Images.Resolutions))
		stride := 1
		if out > in {
			stride = 2
		}
		doubled := c.Activation.Outputs(1)
		init := c.behind(c.Initializer)
		plan[b] = []Convolution{{In: doubled * in, Out: out, Stride: stride, Init: init},
			{In: doubled * out, Out: out, Stride: 1, Init: init}}
		in = out
	}
	if c.Depth%2 == 0 {
		plan[branches-1] = plan[branches-1][:1]
	}
	return plan
}

// imageReadout returns the read-out after the last of the convolutions.
func imageReadout(c Config, plan [][]Convolution, rectified bool) Stage {
	height, width, filters := c.Images.Height, c.Images.Width, c.filters(0)
	for _, branch := range plan {
		stride := branch[0].Stride
		height, width = (height+stride-1)/stride, (width+stride-1)/stride
		filters = branch[0].Out
	}
	readout := ConvolutionalReadout{
		Rectified: rectified, Rectify: c.rectifier(filters),
		Height: height, Width: width, Outputs: c.Images.Outputs, Flatten: c.Images.Flatten,
		Init: initializers.LeCun,
	}
	if rectified {
		readout.Init = c.behind(initializers.LeCun)
	}
	return Stage{Name: "readout", Block: readout}
}
