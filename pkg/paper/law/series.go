package law

import (
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Net says which net a series is about, less its size.
type Net struct {
	// Net is the name of the architecture, such as feedforward or residual, and Norm that of the
	// normalisation.
	Net  string `json:"net" jsonschema:"minLength=1"`
	Norm string `json:"norm" jsonschema:"minLength=1"`

	// Beta scales the residual branch; nil where the net has none.
	Beta *float64 `json:"beta"`

	// Also says what else isn't the paper's choice, as models.Config.Also does; empty where all is.
	Also string `json:"also,omitempty"`
}

// NetOf returns what a config's net is.
func NetOf(c models.Config) Net {
	net := Net{Net: c.Net, Norm: norms.None.Name, Also: c.Also()}
	if c.Norm != nil {
		net.Norm = c.Norm.Name
	}
	if c.Beta != 0 {
		net.Beta = &c.Beta
	}
	return net
}

// Name returns what the net is called by.
func (n Net) Name() models.Name {
	return models.Name{Net: n.Net, Norm: n.Norm, Beta: n.Beta, Also: n.Also}
}

// ID names the net in the ids of claims.
func (n Net) ID() string {
	return paper.Variant{Net: n.Net, Norm: n.Norm, Beta: n.Beta, Also: n.Also}.ID()
}

// Series is a quantity of nets against another one, the theory of wide nets beside what was measured.
type Series struct {
	Net

	// Depth is L, Width N of what was measured, and Inputs M; left out where it is X, or has no say.
	Depth  int `json:"depth,omitempty" jsonschema:"minimum=1"`
	Width  int `json:"width,omitempty" jsonschema:"minimum=1"`
	Inputs int `json:"inputs,omitempty" jsonschema:"minimum=2"`

	// Quantity says in words what it is, such as autocorrelation at lag 1, and Against what X holds: width,
	// depth, inputs or lag.
	Quantity string    `json:"quantity" jsonschema:"minLength=1"`
	Against  string    `json:"against" jsonschema:"enum=width,enum=depth,enum=inputs,enum=lag"`
	X        []float64 `json:"x"`

	// Theory is what the recursion over layers gives (in coupled-statistics the guess), ClosedForm what a
	// formula says of it, and Measured what real nets of finite width have: each with a value for each of X,
	// or left out where there is none.
	Theory     []float64        `json:"theory,omitempty" jsonschema:"anyof_required=theory"`
	ClosedForm []float64        `json:"closed_form,omitempty"`
	Measured   []stats.Estimate `json:"measured,omitempty" jsonschema:"anyof_required=measured"`
}

// Select returns the series of a quantity, in their order.
func Select(all []Series, quantity string) []Series {
	var selected []Series
	for _, s := range all {
		if s.Quantity == quantity {
			selected = append(selected, s)
		}
	}
	return selected
}

// At returns what was measured at a place, or else the theory, which is exact.
func (s Series) At(i int) stats.Estimate {
	if s.Measured != nil {
		return s.Measured[i]
	}
	return stats.Exact(s.Theory[i])
}

// Draw draws what was measured into a panel: points with their intervals, and with or without a label.
// On a logarithmic axis they end before the first that the noise swallows.
func (s Series) Draw(p *plots.Panel, label string, look plots.Style) {
	if s.Measured == nil {
		return
	}
	points := plots.Series{Style: look}
	for i, m := range s.Measured {
		if p.Y.Log && !(m.Low > 0) {
			break
		}
		if i < len(s.X) {
			points.Add(s.X[i], m.Value, m.Low, m.High)
		}
	}
	if len(s.Measured) != len(s.X) {
		points.X = s.X // a panel refuses more or fewer of them than values
	}
	if len(points.X) == 0 {
		return
	}
	p.Bars(points)
	points.Label = label
	p.Points(points)
}

// Dark is the look of the theory, Formula that of a closed form.
var (
	Dark    = plots.Style{Color: plots.Ink, Width: 0.7}
	Formula = plots.Style{Color: plots.Grey, Width: 0.9, Dashes: []float64{3, 2}}
)

// Line returns the theory as a thin dark line to draw under a measured curve, with or without a label.
func Line(label string, x, theory []float64) plots.Series {
	return plots.Series{Label: label, X: x, Y: theory, Style: Dark}
}
