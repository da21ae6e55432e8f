package paper

import (
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// Variant names a net among those that differ in architecture, normalisation, beta, depth and width.
type Variant struct {
	// Net is the name of the architecture, such as feedforward or residual.
	Net string `json:"net" jsonschema:"minLength=1"`

	// Norm is the name of the normalisation: none, center or bn.
	Norm string `json:"norm" jsonschema:"minLength=1"`

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64 `json:"beta"`

	// Also says what else isn't the paper's choice, as models.Config.Also does; empty where all is.
	Also string `json:"also,omitempty"`

	// Depth is L and Width N.
	Depth int `json:"depth" jsonschema:"minimum=1"`
	Width int `json:"width" jsonschema:"minimum=1"`
}

// VariantOf returns the variant of a net's config with its defaults filled in.
func VariantOf(c models.Config) Variant {
	return Variant{Net: c.Net, Norm: c.Norm.Name, Beta: BetaOf(c), Also: c.Also(), Depth: c.Depth,
		Width: c.Width}
}

// BetaOf returns the beta of a net's config, nil where the net has none.
func BetaOf(c models.Config) *float64 {
	if c.Beta == 0 {
		return nil
	}
	return &c.Beta
}

// IsBeta tells whether a net's beta is the wanted one, which is 0 where there is none.
func IsBeta(beta *float64, wanted float64) bool {
	return beta == nil && wanted == 0 || beta != nil && *beta == wanted
}

// Is tells whether the variant is of this architecture, normalisation and beta, which is 0 where there is
// none, and else the paper's.
func (v Variant) Is(net string, norm *norms.Norm, beta float64) bool {
	return v.Net == net && v.Norm == norm.Name && IsBeta(v.Beta, beta) && v.Also == ""
}

// Name returns what the net is called by.
func (v Variant) Name() models.Name {
	return models.Name{Net: v.Net, Norm: v.Norm, Beta: v.Beta, Also: v.Also}
}

// ID names the variant, less its depth and width, in the ids of claims.
func (v Variant) ID() string { return v.Net + "-" + v.Norm + betaID(v.Beta) + alsoID(v.Also) }

// betaID is a net's beta in the ids of claims.
func betaID(beta *float64) string {
	if beta == nil {
		return ""
	}
	return fmt.Sprintf("-beta-%g", *beta)
}

// alsoID is what of a net isn't the paper's, in the ids of claims.
func alsoID(also string) string {
	if also == "" {
		return ""
	}
	return "-" + strings.NewReplacer(" = ", "-", ", ", "-", " ", "-").Replace(also)
}
