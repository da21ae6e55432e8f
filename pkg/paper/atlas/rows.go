package atlas

import (
	"fmt"
	"math"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

// init registers the rows of the plan in docs/atlas-plan.md. A line here is a row; a row may have a file of
// its own as well.
func init() {
	add := func(group, name, title string, net models.Config) {
		if net.Net == "" {
			net.Net = "feedforward"
		}
		Register(Row{Name: name, Title: title, Group: group, Net: At(net)})
	}
	add(Plain, feedforward(norms.None), "ReLU", models.Config{})
	for _, slope := range []float64{0.1, 0.3, 0.9} {
		add(Plain, fmt.Sprintf("leaky-%g", slope), fmt.Sprintf("leaky ReLU %g", slope), critical(slope))
	}
	add(Plain, "crelu", "CReLU", models.Config{Activation: activations.CReLU})
	add(Plain, "looks-linear", "CReLU, looks-linear", models.Config{Activation: activations.CReLU,
		LooksLinear: true, Initializer: initializers.Orthogonal})
	add(Plain, "prelu", "PReLU", models.Config{Activation: activations.PReLU,
		Initializer: initializers.LeCun})
	add(Plain, "elu", "ELU", models.Config{Activation: activations.ELU})
	add(Plain, "selu", "SELU", models.Config{Activation: activations.SELU, Initializer: initializers.LeCun})
	for _, smooth := range []*activations.Activation{activations.GELU, activations.SiLU, activations.TanH,
		activations.SoftPlus, activations.Sine} {
		add(Plain, smooth.Name, smooth.Titled(), models.Config{Activation: smooth})
	}
	Register(Row{Name: "tailored", Title: "tailored ReLU", Group: Plain, Net: tailored})
	for _, smooth := range []*activations.Activation{activations.TanH, activations.SoftPlus} {
		Register(Row{Name: smooth.Name + "-dks", Title: smooth.Titled() + ", DKS", Group: Plain,
			Net: shaped(smooth)})
	}

	for _, norm := range []*norms.Norm{norms.Center, norms.Batch, norms.Layer, norms.RMS, norms.Group} {
		add(Rectifiers, feedforward(norm), "ReLU, "+norm.InTitle(), models.Config{Norm: norm})
	}
	add(Rectifiers, "relu-orthogonal", "ReLU, orthogonal",
		models.Config{Initializer: initializers.OrthogonalHe})
	add(Rectifiers, "relu-standardized", "ReLU, standardised weights",
		models.Config{Initializer: initializers.Standardized})

	for group, norm := range map[string]*norms.Norm{BatchNorm: norms.Batch, LayerNorm: norms.Layer} {
		for _, activation := range []*activations.Activation{activations.Leaky03, activations.GELU,
			activations.TanH, activations.SiLU} {
			add(group, activation.Name+"-"+norm.Name, activation.Titled()+", "+norm.InTitle(),
				models.Config{Activation: activation, Norm: norm})
		}
	}
	for _, beta := range paper.Betas() {
		for _, norm := range []*norms.Norm{norms.None, norms.Batch, norms.Layer, norms.RMS} {
			add(Resnets, resnet(beta, norm),
				fmt.Sprintf("resnet β = %g, %s", beta, inTitle(norm)),
				models.Config{Net: "residual", Alpha: 1, Beta: beta, Norm: norm})
		}
	}
	add(Skips, "resnet-2-layers", "resnet β = 0.1, two layers, batch norm", models.Config{Net: "residual",
		Alpha: 1, Beta: 0.1, Norm: norms.Batch, Branch: models.Branch{Layers: 2}})
	add(Skips, "fixup", "resnet, Fixup", models.Config{Net: "residual", Alpha: 1, Beta: 1,
		Branch: models.Branch{Layers: 2, Fixup: true}})
	add(Skips, "rezero", "resnet, ReZero", models.Config{Net: "residual", Alpha: 1,
		Branch: models.Branch{Learnt: true}})
	add(Skips, "post-residual", "post-activation resnet, batch norm", models.Config{Net: "post-residual",
		Alpha: 1, Beta: 1, Norm: norms.Batch})
	add(Skips, "densenet", "dense connections, batch norm", models.Config{Net: "densenet",
		Norm: norms.Batch})
	for _, net := range []struct{ name, title string }{
		{"transformer-pre", "pre-norm transformer"}, {"transformer-post", "post-norm transformer"},
		{"mixer", "MLP-Mixer"},
	} {
		add(Sequences, net.name, net.title, models.Config{Net: net.name, Width: sequenceWidth,
			Norm: norms.Layer, Activation: activations.GELU})
	}
	for _, norm := range []*norms.Norm{norms.None, norms.Batch} {
		add(Skips, highway(norm), "highway, "+inTitle(norm),
			models.Config{Net: "highway", Norm: norm})
	}
}

// sequenceWidth is the width of nets on sequences: eight tokens of it are about as many numbers as the other
// nets have units in a layer.
const sequenceWidth = 32

// feedforward, resnet and highway return the names of rows that claims are about.
func feedforward(norm *norms.Norm) string {
	if norm == norms.None {
		return "relu"
	}
	return "relu-" + norm.Name
}

func resnet(beta float64, norm *norms.Norm) string {
	return fmt.Sprintf("resnet-%g-%s", beta, norm.Name)
}

func highway(norm *norms.Norm) string { return "highway-" + norm.Name }

// critical returns the net of leaky rectifiers of a slope whose weights, He's times a gain, keep E[rho^2] of
// a normal argument. The gain is rounded because it is part of a name, which must be one on every processor.
func critical(slope float64) models.Config {
	return models.Config{Activation: activations.Leaky(slope),
		Initializer: initializers.Scaled(initializers.He, decimals(1/math.Sqrt(1+slope*slope), 6))}
}

// tailored returns the net of the rectifiers that Zhang et al. 2022 tailor to the depth.
func tailored(depth int) (models.Config, error) {
	rectifier, err := activations.Tailored(depth, activations.TailoredCorrelation)
	return models.Config{Net: "feedforward", Depth: depth, Activation: rectifier,
		Initializer: initializers.LeCun}, err
}

// shaped returns the nets of an activation that Deep Kernel Shaping fits to the depth (Martens et al. 2021).
func shaped(activation *activations.Activation) func(depth int) (models.Config, error) {
	return func(depth int) (models.Config, error) {
		fitted, err := activations.DKS(activation, depth, activations.DKSSlope)
		return models.Config{Net: "feedforward", Depth: depth, Activation: fitted,
			Initializer: initializers.LeCun}, err
	}
}

// inTitle names a normalisation in a row's title, in short where there is none.
func inTitle(norm *norms.Norm) string {
	return strings.Replace(norm.InTitle(), "no normalisation", "no norm", 1)
}
