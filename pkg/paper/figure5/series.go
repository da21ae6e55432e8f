package figure5

import (
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Series is what the gradients of one net say against depth: a curve of Figure 5c.
type Series struct {
	// Net is the architecture, Norm the name of the normalisation, Beta the scale of the residual branch (nil
	// where there is none), and Width the number of filters of the first stage. Statistics says whether the
	// gradients hold the batch statistics fixed (frozen) or go through them (coupled).
	Net        string           `json:"net" jsonschema:"minLength=1"`
	Norm       string           `json:"norm" jsonschema:"minLength=1"`
	Statistics norms.Statistics `json:"statistics" jsonschema:"enum=frozen,enum=coupled"`
	Beta       *float64         `json:"beta"`
	Width      int              `json:"width" jsonschema:"minimum=1"`

	// Shortcut is the name of what skips do where the shape changes; empty where there are none.
	Shortcut string `json:"shortcut,omitempty"`

	// Also says what else of the net isn't the paper's choice, as models.Config.Also does; empty where all
	// is.
	Also string `json:"also,omitempty"`

	// Images names what the nets saw: CIFAR-10 or white noise.
	Images string `json:"images" jsonschema:"minLength=1"`

	// Depths are the depths L in convolutions; all curves have a value for each. Minibatches is the number of
	// minibatches, each with its own images and weights.
	Depths      []int `json:"depths" jsonschema:"minItems=2,minimum=2"`
	Minibatches int   `json:"minibatches" jsonschema:"minimum=2"`

	// Rank is the relative effective rank r(D) / r(Y).
	Rank *stats.Curve `json:"rank"`

	// Covariance is how much of the covariance of the gradients between images the clusters of the shallowest
	// net explain, beyond chance, and Correlation how much of their correlation: from 0 (nothing) to 1 (all).
	Covariance  *stats.Curve `json:"covariance"`
	Correlation *stats.Curve `json:"correlation"`

	// measured are the minibatches, all depths each: claims compare within a minibatch.
	measured [][]rank.Measurement
}

// newSeries summarises the minibatches of each net, each measured at all depths.
func newSeries(curves []curve, depths []int) ([]Series, error) {
	all := make([]Series, len(curves))
	for i, c := range curves {
		s := Series{
			Net: c.net.Net, Norm: c.net.Norm.Name, Statistics: c.net.Statistics, Beta: paper.BetaOf(c.net),
			Shortcut: shortcutOf(c.net), Also: alsoOf(c.net),
			Width: c.net.Width, Images: c.images, Depths: depths, Minibatches: len(c.measured),
		}
		for _, measured := range c.measured {
			s.measured = append(s.measured, *measured)
		}
		var err error
		if s.Rank, err = stats.CurveOf(s.measured, rank.Measurement.Relative); err != nil {
			return nil, err
		}
		if s.Covariance, err = stats.CurveOf(s.measured, covarianceShare); err != nil {
			return nil, err
		}
		s.Correlation, err = stats.CurveOf(s.measured,
			func(m rank.Measurement) float64 { return m.Correlation.BeyondChance() })
		if err != nil {
			return nil, err
		}
		all[i] = s
	}
	return all, nil
}

// shortcutOf returns the name of a net's shortcut; nothing where it has none. alsoOf is what else of it isn't
// the paper's choice.
func shortcutOf(net models.Config) string {
	if net.Images.Shortcut == nil {
		return ""
	}
	return net.Images.Shortcut.Name
}

func alsoOf(net models.Config) string {
	net.Images.Shortcut = nil
	return net.Also()
}

// named returns the name with the shortcut's title in it: there are several here, and none goes without
// saying.
func named(name models.Name, shortcut string) models.Name {
	if shortcut == "" {
		return name
	}
	if name.Also != "" {
		name.Also = ", " + name.Also
	}
	name.Also = ShortcutTitle(shortcut) + name.Also
	return name
}

// ShortcutTitle returns the title of the shortcut with the name, or the name where it has none.
func ShortcutTitle(name string) string {
	if shortcut, err := models.Shortcuts.Get(name); err == nil && shortcut.Title != "" {
		return shortcut.Title
	}
	return name
}

// covarianceShare is the share of the covariance that the clusters explain beyond chance.
func covarianceShare(m rank.Measurement) float64 { return m.Covariance.BeyondChance() }

// estimate returns the mean over minibatches of a quantity of all depths, with its interval.
func (s *Series) estimate(quantity func(depths []rank.Measurement) float64) stats.Estimate {
	return stats.MeanOf(s.measured, quantity)
}

// Name returns what the net is called by, its shortcut included.
func (s Series) Name() models.Name {
	return named(models.Name{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}, s.Shortcut)
}

// Name returns what the map's net is called by, its shortcut included.
func (m Map) Name() models.Name { return named(m.Variant.Name(), m.Shortcut) }
