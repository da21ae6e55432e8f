package paper

import (
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// The range of beta that the paper recommends, after Szegedy et al. 2016.
const (
	RecommendedLow  = 0.1
	RecommendedHigh = 0.3
)

// Betas returns the scales of the residual branch that Figures 3 to 5 and the table of normalisations have:
// the plain resnet's, and the ends of the range that the paper recommends.
func Betas() []float64 { return []float64{1, RecommendedHigh, RecommendedLow} }

// DrawsApart is the distance between the numbers of the first draws of two depths, or widths, so that they
// share none.
const DrawsApart = 1 << 20

// CentredFeedforward is the family of feedforward nets in Figures 1 and 2: with mean-centring.
var CentredFeedforward = models.Config{Net: "feedforward", Norm: norms.Center, Width: models.PaperWidth}

// BatchResidual is the family of residual nets in Figures 1 and 2: with batch normalisation, for a beta.
func BatchResidual(beta float64) models.Config { return residual(norms.Batch, beta) }

// residual returns a residual net with the normalisation.
func residual(norm *norms.Norm, beta float64) models.Config {
	return models.Config{Net: "residual", Norm: norm, Alpha: 1, Beta: beta, Width: models.PaperWidth}
}

// NormalizedNets returns feedforward nets and then resnets of all betas, each with every normalisation.
func NormalizedNets(all ...*norms.Norm) []models.Config {
	var nets []models.Config
	for _, norm := range all {
		nets = append(nets, models.Config{Net: "feedforward", Norm: norm, Width: models.PaperWidth})
	}
	for _, beta := range Betas() {
		for _, norm := range all {
			nets = append(nets, residual(norm, beta))
		}
	}
	return nets
}

// Resized returns copies of the nets with another depth and width.
func Resized(nets []models.Config, depth, width int) []models.Config {
	nets = slices.Clone(nets)
	for i := range nets {
		nets[i].Depth, nets[i].Width = depth, width
	}
	return nets
}
