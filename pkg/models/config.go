package models

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// PaperWidth is the number of rectifiers a layer in the paper's Figures 1 and 2.
const PaperWidth = 200

// Config describes a net. The zero values of all fields but Net, Depth and, for residual nets, Beta are the
// paper's choices.
type Config struct {
	// Net is the architecture: "feedforward", "residual", "post-residual", "highway", "densenet",
	// "transformer-pre", "transformer-post", "mixer", or one of images, "conv-feedforward" or
	// "conv-residual". In the config of a net of your own, which that net has made, it is the net's name.
	Net string `json:"net"`

	// Depth is L, at least 1: the number of rectifiers from input to output, for nets of images that of
	// convolutions, and for transformers and mixers that of blocks.
	Depth int `json:"depth"`

	// Width is N, the number of units of every layer, for nets of images the number of filters of the first
	// stage, and for transformers and mixers that of features a token. 0 means PaperWidth, ConvWidth, or
	// SequenceWidth.
	Width int `json:"width"`

	// Norm is the normalisation in front of every rectifier but the first, or where its net says; nil means
	// norms.None.
	Norm *norms.Norm `json:"norm"`

	// Statistics says whether gradients go through the batch statistics; empty means norms.Frozen.
	Statistics norms.Statistics `json:"statistics"`

	// Alpha rescales a whole residual layer (Eq. 2); 0 means 1. Residual nets only.
	Alpha float64 `json:"alpha,omitempty"`

	// Beta rescales the residual branch (Eq. 2). It has no default: a residual net without its beta is an
	// error, unless it is learnt (see Branch), from 0 on. Residual nets only.
	Beta float64 `json:"beta,omitempty"`

	// Branch says what the branches of a dense residual net are made of.
	Branch Branch `json:"branch,omitzero"`

	// Gamma2 weighs the rectified branch of a modified highway net (Corollary 1), in (0, 1]; gamma1 follows
	// from gamma1^2 + gamma2^2 = 1. 0 means sqrt(1/L), the corollary's choice. Highway nets only.
	Gamma2 float64 `json:"gamma2,omitempty"`

	// Activation is rho; nil means activations.ReLU.
	Activation *activations.Activation `json:"activation"`

	// Initializer draws the matrices W_l and the convolutions; nil means initializers.He.
	Initializer *initializers.Initializer `json:"initializer"`

	// LooksLinear mirrors all weights after rectifiers, (W, -W), so that a net of concatenated rectifiers
	// (activations.CReLU) starts out linear: the paper's looks-linear initialisation, with
	// initializers.Orthogonal.
	LooksLinear bool `json:"looks_linear,omitempty"`

	// Images describes the images of a convolutional net.
	Images Images `json:"images,omitzero"`

	// own is the net whose config this is, where it isn't one that Net names: see [Compose].
	own *Net
}

// Images describes what a convolutional net takes in and how it ends. The zero value stands for CIFAR-10 and
// the paper's Figure 5.
type Images struct {
	// Height, Width and Channels are the shape of an image; 0 means 32, 32 and 3.
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`

	// Resolutions is the number of stages between which height and width are halved and the filters doubled;
	// 0 means 3.
	Resolutions int `json:"resolutions"`

	// FilterScale is what the filters of every stage are multiplied by, and rounded down; 0 means 1. With
	// 1/sqrt(2) nets of concatenated rectifiers, whose convolutions see twice their filters, have as many
	// parameters as the others (the paper's Figure 6).
	FilterScale float64 `json:"filter_scale,omitempty"`

	// Outputs is the number of outputs; 0 means 10.
	Outputs int `json:"outputs"`

	// Flatten reads out all positions of the last stage, each with weights of its own, instead of their mean.
	Flatten bool `json:"flatten,omitempty"`

	// Shortcut is what the skips of a residual net do where the shape changes; nil means OptionA. Residual
	// nets only.
	Shortcut *Shortcut `json:"shortcut,omitempty"`
}

// withDefaults fills in the defaults and checks every field that all architectures have.
func (c Config) withDefaults(architecture Architecture) (Config, error) {
	if c.Width == 0 {
		c.Width = architecture.Width
	}
	if c.Norm == nil {
		c.Norm = norms.None
	}
	if c.Statistics == "" {
		c.Statistics = norms.Frozen
	}
	if c.Activation == nil {
		c.Activation = activations.ReLU
	}
	if c.Initializer == nil {
		c.Initializer = initializers.He
	}
	switch {
	case c.Depth < 1:
		return c, fmt.Errorf("depth is %d: give the number of rectifiers from input to output, at least 1",
			c.Depth)
	case c.Width < 1:
		return c, fmt.Errorf("width is %d: give the number of units of a layer, at least 1", c.Width)
	}
	if err := checks(checkNorm(c.Norm), checkActivation(c.Activation), checkInit(c.Initializer)); err != nil {
		return c, err
	}
	if c.LooksLinear && c.Activation.Outputs(1) != 2 {
		return c, fmt.Errorf("a looks-linear net with the activation %s: it needs the concatenated "+
			"rectifier, crelu, whose two halves its mirrored weights join", c.Activation.Name)
	}
	if err := c.checkSize(); err != nil {
		return c, err
	}
	return c, c.Statistics.Check()
}

// behind returns the initialiser of weights that come after a rectifier.
func (c Config) behind(initializer *initializers.Initializer) *initializers.Initializer {
	if c.LooksLinear {
		return initializers.Mirror(initializer)
	}
	return initializer
}

// Registered says whether the config's JSON, which has the names of its normalisation, activation,
// initialiser and shortcut, determines the net: whether those are the registered ones of their names, or nil.
// A value or a net of your own may change and keep its name.
func (c Config) Registered() bool {
	return c.own == nil && registered(Shortcuts, c.Images.Shortcut, (*Shortcut).String) &&
		registered(norms.Registry, c.Norm, (*norms.Norm).String) &&
		registered(activations.Registry, c.Activation, (*activations.Activation).String) &&
		registered(initializers.Registry, c.Initializer, (*initializers.Initializer).String)
}

// registered says whether the choice is nil or stands in the registry under its name.
func registered[T any](r *registry.Registry[*T], choice *T, name func(*T) string) bool {
	if choice == nil {
		return true
	}
	known, err := r.Get(name(choice))
	return err == nil && known == choice
}
