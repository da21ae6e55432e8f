package models

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Name is what results keep of a net to call it by, less its size. Its methods are the one place where
// printed names are made; what is registered is called by its title, and what isn't by its name.
type Name struct {
	// Net is the name of the architecture and Norm that of the normalisation.
	Net, Norm string

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64

	// Also is the Config's Also.
	Also string
}

// Title names the config's net to readers, less its size: "resnet, batch norm, β = 0.1".
func (c Config) Title() string {
	name := Name{Net: c.Net, Norm: norms.None.Name, Also: c.Also()}
	if c.Norm != nil {
		name.Norm = c.Norm.Name
	}
	if c.Beta != 0 {
		name.Beta = &c.Beta
	}
	return name.Title()
}

// Also says in words what of a net its architecture, normalisation, beta and size don't: an activation that
// isn't the rectifier, an initialiser that isn't He's, and other weights of skips or another shortcut than
// the defaults. It is empty for what the zero values stand for.
func (c Config) Also() string {
	var all []string
	if c.Norm == ownNorm { // its name says all
		return ""
	}
	if c.Alpha != 0 && c.Alpha != 1 {
		all = append(all, fmt.Sprintf("α = %g", c.Alpha))
	}
	all = append(all, c.Branch.also()...)
	if c.Gamma2 != 0 && c.Gamma2 != math.Sqrt(1/float64(c.Depth)) {
		all = append(all, fmt.Sprintf("γ₂ = %g", c.Gamma2))
	}
	if c.Activation != nil && c.Activation != activations.ReLU {
		all = append(all, c.Activation.Titled())
	}
	if shortcut := c.Images.EffectiveShortcut(); shortcut != OptionA {
		all = append(all, cmp.Or(shortcut.Title, shortcut.Name))
	}
	usual := initializers.He
	if c.LooksLinear {
		all = append(all, "looks-linear")
		usual = initializers.Orthogonal
	}
	if c.Initializer != nil && c.Initializer != usual {
		all = append(all, c.Initializer.Name+" weights")
	}
	return strings.Join(all, ", ")
}

// Family names the net less its normalisation, as where nets differ in that alone: "resnet, β = 0.1".
func (n Name) Family() string { return join(n.architecture().Title, n.skips(), n.Also) }

// Short is Family where all nets are of images, or none is: "resnet, β = 0.1" for a convolutional one too.
func (n Name) Short() string { return join(n.kind(), n.skips(), n.Also) }

// Title names the net in full, as in a list: "resnet, batch norm, β = 0.1".
func (n Name) Title() string {
	norm := ""
	if n.Norm != ownName {
		norm = norms.Named(n.Norm).OfNet()
	}
	return join(n.architecture().Title, norm, n.skips(), n.Also)
}

// Text names the net in full, as in a sentence: "resnet, β = 0.1 with batch normalisation".
func (n Name) Text() string {
	switch n.Norm {
	case ownName:
		return n.Family()
	case norms.None.Name:
		return n.Family() + " without normalisation"
	}
	return n.Family() + " with " + norms.Named(n.Norm).Titled()
}

// Called is Short for nets that are known by their normalisation or activation: the paper's resnets have
// batch normalisation, and its nets of concatenated rectifiers none, which goes without saying: "resnet, β =
// 0.1", "feedforward, batch norm", "CReLU, looks-linear". A feedforward net is called by an activation that
// isn't the rectifier.
func (n Name) Called(activation string, looksLinear bool) string {
	kind, norm, others := n.kind(), norms.Named(n.Norm).InTitle(), []string{n.skips()}
	rectifier := activation == "" || activation == activations.ReLU.Name
	switch {
	case n.Norm == ownName:
		return n.Short()
	case n.Beta != nil && n.Norm == norms.Batch.Name, !rectifier && n.Norm == norms.None.Name:
		norm = ""
	}
	if !rectifier {
		if title := activations.Named(activation).Titled(); kind == feedforwardTitle {
			kind = title
		} else {
			others = append(others, title)
		}
	}
	if looksLinear {
		others = append(others, "looks-linear")
	}
	return join(append(append([]string{kind, norm}, others...), n.Also)...)
}

// kind is the short title of the architecture.
func (n Name) kind() string {
	architecture := n.architecture()
	return cmp.Or(architecture.ShortTitle, architecture.Title)
}

// architecture returns the net's architecture, which has at least a title.
func (n Name) architecture() Architecture {
	architecture, err := Architectures.Get(n.Net)
	if err != nil || architecture.Title == "" {
		architecture.Title = n.Net
	}
	return architecture
}

// skips says how the residual branch is scaled.
func (n Name) skips() string {
	if n.Beta == nil {
		return ""
	}
	return fmt.Sprintf("β = %g", *n.Beta)
}

// join joins what isn't empty.
func join(parts ...string) string {
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, ", ")
}
