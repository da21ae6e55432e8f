package realnets

import (
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "real-nets"
	Title = "The theorems on real nets: correlation of gradients against depth, over widths"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/real-nets.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series,
		Parts: &r.Parts,
	}, nil
}

// Families returns the series by nets, each over the widths.
func (r *Result) Families() [][]Series {
	var families [][]Series
	for _, s := range r.Series {
		last := len(families) - 1
		if last < 0 || families[last][0].id() != s.id() {
			families = append(families, nil)
			last++
		}
		families[last] = append(families[last], s)
	}
	return families
}

// id tells the nets of the series from those of others, whatever the width.
func (s Series) id() string {
	return paper.Variant{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}.ID()
}

// Title names the nets of the series, less the width.
func (s Series) Title() string {
	return models.Name{Net: s.Net, Norm: s.Norm, Beta: s.Beta, Also: s.Also}.Title()
}
