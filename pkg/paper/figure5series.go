package paper

import (
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// RankSeries is what the gradients of one net say against depth: a curve of Figure 5c.
type RankSeries struct {
	// Net is the architecture, Norm the name of the normalisation, Beta the scale of the residual branch (nil where there is none), and Width
	// the number of filters of the first stage.
	Net        string           `json:"net"`
	Norm       string           `json:"norm"`
	Statistics norms.Statistics `json:"statistics"`
	Beta       *float64         `json:"beta"`
	Width      int              `json:"width"`

	// Also says what else of the net isn't the paper's choice, as models.Config.Also does; empty where all is.
	Also string `json:"also,omitempty"`

	// Images names what the nets saw: CIFAR-10 or white noise.
	Images string `json:"images"`

	// Depths are the depths L in convolutions; all curves have a value for each.
	Depths      []int `json:"depths"`
	Minibatches int   `json:"minibatches"`

	// Rank is the relative effective rank r(D) / r(Y).
	Rank *stats.Curve `json:"rank"`

	// Covariance is how much of the covariance of the gradients between images the clusters of the shallowest net explain, beyond chance, and
	// Correlation how much of their correlation: from 0 (nothing) to 1 (all).
	Covariance  *stats.Curve `json:"covariance"`
	Correlation *stats.Curve `json:"correlation"`

	// measured are the minibatches, all depths each: claims compare within a minibatch.
	measured [][]rank.Measurement
}

// newRankSeries summarises minibatches, each measured at all depths.
func newRankSeries(net models.Config, images string, depths []int, measured [][]rank.Measurement) (RankSeries, error) {
	s := RankSeries{
		Net: net.Net, Norm: net.Norm.Name, Statistics: net.Statistics, Beta: betaOf(net), Also: net.Also(), Width: net.Width,
		Images: images, Depths: depths, Minibatches: len(measured), measured: measured,
	}
	var err error
	if s.Rank, err = stats.CurveOf(measured, rank.Measurement.Relative); err != nil {
		return s, err
	}
	if s.Covariance, err = stats.CurveOf(measured, covarianceShare); err != nil {
		return s, err
	}
	s.Correlation, err = stats.CurveOf(measured, func(m rank.Measurement) float64 { return m.Correlation.BeyondChance() })
	return s, err
}

// covarianceShare is the share of the covariance that the clusters explain beyond chance.
func covarianceShare(m rank.Measurement) float64 { return m.Covariance.BeyondChance() }

// name names the net in a claim's quantity.
func (s *RankSeries) name() string { return s.Name().Family() }

// Name returns what the net is called by.
func (s RankSeries) Name() models.Name {
	return models.Name{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}
}
