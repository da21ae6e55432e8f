package paper

import (
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Variant names a net among those that differ in architecture, normalisation, beta, depth and width.
type Variant struct {
	Net string `json:"net"`

	// Norm is the name of the normalisation: none, center or bn.
	Norm string `json:"norm"`

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64 `json:"beta"`

	// Also says what else isn't the paper's choice, as models.Config.Also does; empty where all is.
	Also string `json:"also,omitempty"`

	// Depth is L and Width N.
	Depth int `json:"depth"`
	Width int `json:"width"`
}

// variant returns the variant of a net's config with its defaults filled in.
func variant(c models.Config) Variant {
	return Variant{Net: c.Net, Norm: c.Norm.Name, Beta: betaOf(c), Also: c.Also(), Depth: c.Depth, Width: c.Width}
}

// betaOf returns the beta of a net's config, nil where the net has none.
func betaOf(c models.Config) *float64 {
	if c.Beta == 0 {
		return nil
	}
	return &c.Beta
}

// isBeta tells whether a net's beta is the wanted one, which is 0 where there is none.
func isBeta(beta *float64, wanted float64) bool {
	return beta == nil && wanted == 0 || beta != nil && *beta == wanted
}

// is tells whether the variant is of this architecture, normalisation and beta, which is 0 where there is none, and else the paper's.
func (v Variant) is(net string, norm *norms.Norm, beta float64) bool {
	return v.Net == net && v.Norm == norm.Name && isBeta(v.Beta, beta) && v.Also == ""
}

// Name returns what the net is called by.
func (v Variant) Name() models.Name {
	return models.Name{Net: v.Net, Norm: v.Norm, Beta: v.Beta, Also: v.Also}
}

// id names the variant, less its depth and width, in the ids of claims.
func (v Variant) id() string {
	id := v.Net + "-" + v.Norm
	if v.Beta != nil {
		id += fmt.Sprintf("-beta-%g", *v.Beta)
	}
	return id + alsoID(v.Also)
}

// alsoID is what of a net isn't the paper's, in the ids of claims.
func alsoID(also string) string {
	if also == "" {
		return ""
	}
	return "-" + strings.NewReplacer(" = ", "-", ", ", "-", " ", "-").Replace(also)
}

// resnetBetas are the scales of the residual branch that Figures 3 and 4 and the table of normalisations go through: the plain
// resnet's, and the ends of the range that the paper recommends.
var resnetBetas = []float64{1, 0.3, 0.1}

// resnet returns a residual net with the normalisation.
func resnet(norm *norms.Norm, beta float64) models.Config {
	return models.Config{Net: "residual", Norm: norm, Alpha: 1, Beta: beta, Width: models.PaperWidth}
}

// normalizedNets returns feedforward nets and then resnets of every beta, each with every normalisation.
func normalizedNets(all ...*norms.Norm) []models.Config {
	var nets []models.Config
	for _, norm := range all {
		nets = append(nets, models.Config{Net: "feedforward", Norm: norm, Width: models.PaperWidth})
	}
	for _, beta := range resnetBetas {
		for _, norm := range all {
			nets = append(nets, resnet(norm, beta))
		}
	}
	return nets
}
