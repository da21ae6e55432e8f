package models_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestTitles checks the names of the paper's nets, and that whatever else a net has is in its name.
func TestTitles(t *testing.T) {
	rms, tanh := &norms.Norm{Name: "mine"}, &activations.Activation{Name: "tanh", Title: "hyperbolic tangent"}
	for want, c := range map[string]models.Config{
		"feedforward, no normalisation": {Net: "feedforward"},
		"feedforward, mean-centred": {Net: "feedforward", Norm: norms.Center,
			Activation: activations.ReLU, Initializer: initializers.He},
		"resnet, batch norm, β = 0.1": {Net: "residual", Norm: norms.Batch, Alpha: 1,
			Beta: 0.1},
		"convolutional resnet, batch norm, β = 0.1": {Net: "conv-residual", Norm: norms.Batch, Beta: 0.1},
		"resnet, mine, β = 1, α = 0.5":              {Net: "residual", Norm: rms, Alpha: 0.5, Beta: 1},
		"resnet, no normalisation, β = 1, skips over 2 layers, Fixup weights": {Net: "residual", Beta: 1,
			Branch: models.Branch{Layers: 2, Fixup: true}},
		"resnet, batch norm, learnt β": {Net: "residual", Norm: norms.Batch,
			Branch: models.Branch{Learnt: true}},
		"post-activation resnet, batch norm, β = 1": {Net: "post-residual", Norm: norms.Batch, Beta: 1},
		"densenet, batch norm, GELU": {Net: "densenet", Norm: norms.Batch,
			Activation: activations.GELU},
		"pre-norm transformer, layer norm, GELU": {Net: "transformer-pre", Norm: norms.Layer,
			Activation: activations.GELU},
		"post-norm transformer, layer norm": {Net: "transformer-post", Norm: norms.Layer},
		"mixer, layer norm":                 {Net: "mixer", Norm: norms.Layer},
		// sqrt(1/4) is the default
		"highway, no normalisation":            {Net: "highway", Depth: 4, Gamma2: 0.5},
		"highway, no normalisation, γ₂ = 0.25": {Net: "highway", Depth: 4, Gamma2: 0.25},
		"feedforward, no normalisation, hyperbolic tangent, orthogonal weights": {
			Net: "feedforward", Activation: tanh, Initializer: initializers.Orthogonal,
		},
		"feedforward convnet, no normalisation, CReLU, looks-linear": {
			Net: "conv-feedforward", Activation: activations.CReLU, LooksLinear: true,
			Initializer: initializers.Orthogonal,
		},
		"mine, batch norm": {Net: "mine", Norm: norms.Batch},
	} {
		if got := c.Title(); got != want {
			t.Errorf("%+v is called %q, want %q", c, got, want)
		}
	}
}

// TestNames checks the shorter forms, and that in a sentence.
func TestNames(t *testing.T) {
	beta := 0.3
	for want, got := range map[string]string{
		"feedforward without normalisation": models.Name{Net: "feedforward", Norm: "none"}.Text(),
		"resnet, β = 0.3 with batch normalisation": models.Name{Net: "residual", Norm: "bn",
			Beta: &beta}.Text(),
		"feedforward with mine": models.Name{Net: "feedforward", Norm: "mine"}.Text(),
		"convolutional resnet, β = 0.3": models.Name{Net: "conv-residual", Norm: "bn",
			Beta: &beta}.Family(),
		"resnet, β = 0.3": models.Name{Net: "conv-residual", Norm: "bn",
			Beta: &beta}.Short(),
		"resnet, β = 0.3, tanh": models.Name{Net: "residual", Norm: "bn",
			Beta: &beta}.Called("tanh", false),
		"feedforward, centring": models.Name{Net: "feedforward",
			Norm: "center"}.Called("relu", false),
		"feedforward, mine": models.Name{Net: "feedforward",
			Norm: "mine"}.Called("relu", false),
		"feedforward, no normalisation": models.Name{Net: "conv-feedforward",
			Norm: "none"}.Called("relu", false),
		"highway, no normalisation": models.Name{Net: "highway",
			Norm: "none"}.Called("relu", false),
		"resnet, centring, β = 0.3": models.Name{Net: "residual", Norm: "center",
			Beta: &beta}.Called("relu", false),
		"CReLU, looks-linear": models.Name{Net: "feedforward",
			Norm: "none"}.Called("crelu", true),
		"CReLU": models.Name{Net: "conv-feedforward",
			Norm: "none"}.Called("crelu", false),
		"CReLU, batch norm": models.Name{Net: "feedforward",
			Norm: "bn"}.Called("crelu", false),
		"tanh": models.Name{Net: "feedforward",
			Norm: "none"}.Called("tanh", false),
		"resnet, β = 0.3, CReLU, looks-linear, α = 0.5": models.Name{Net: "residual", Norm: "bn", Beta: &beta,
			Also: "α = 0.5"}.Called("crelu", true),
	} {
		if got != want {
			t.Errorf("a net is called %q, want %q", got, want)
		}
	}
}
