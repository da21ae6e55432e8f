package atlastraining

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Series is a row at a depth: what its gradients are at initialisation, and what training comes to.
type Series struct {
	// Row is the name of the row, Title what readers call it, and Group the kind of nets that it is one of.
	Row   string `json:"row" jsonschema:"minLength=1"`
	Title string `json:"title" jsonschema:"minLength=1"`
	Group string `json:"group" jsonschema:"minLength=1"`

	// Depth is L, and Draws the number of draws of the weights, each trained by itself.
	Depth int `json:"depth" jsonschema:"minimum=1"`
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// NotFinite says that numbers leave float32 on their way through the net at initialisation, for infinity
	// or for 0. Such a net has neither Length nor LogSize, and is no part of the analysis.
	NotFinite bool `json:"not_finite,omitempty"`

	// Length is the correlation length at initialisation, in steps of the grid, of the autocorrelation
	// averaged over draws; on images in units of the distance between two of them. It is nil where gradients
	// are the same at all inputs, and then counts as longer than any; on images it is 1 where the correlation
	// does not fall to 1/2 on the way.
	Length *float64 `json:"length"`

	// LogSize is the logarithm to base 2 of E g^2 at initialisation, over draws and inputs; nil where
	// NotFinite is set. Explosion is how far it is from 0.
	LogSize *float64 `json:"log_size"`

	// Start is the loss before training, over draws; nil where one of them is not finite.
	Start *stats.Estimate `json:"start"`

	// Rate is the learning rate whose mean loss at the end of the training is the least, and Loss that loss,
	// over draws. Both are nil where with every rate a draw ends in a number that is not finite: that counts
	// as a higher loss than any.
	Rate *float64        `json:"learning_rate"`
	Loss *stats.Estimate `json:"loss"`
}

// series returns what came of a cell.
func (c cell) series() Series {
	s := Series{Row: c.row.Name, Title: c.row.Title, Group: c.row.Group, Depth: c.probe.Net.Depth,
		Draws: c.probe.Draws, NotFinite: c.NotFinite, Start: over(c.Start)}
	if !c.NotFinite {
		s.Length, s.LogSize = c.Length, &c.LogSize
	}
	for i, rate := range c.probe.Rates {
		if loss := over(c.Final[i]); loss != nil && (s.Loss == nil || loss.Value < s.Loss.Value) {
			s.Rate, s.Loss = &rate, loss
		}
	}
	return s
}

// over returns the estimate of the mean of losses, which are not negative; nil where one is not finite.
func over(losses []*float64) *stats.Estimate {
	var values []float64
	for _, loss := range losses {
		if loss == nil {
			return nil
		}
		values = append(values, *loss)
	}
	mean := stats.Mean(values).Within(0, math.MaxFloat64)
	if !mean.Made() {
		return nil
	}
	return &mean
}

// point is a net of the analysis.
type point struct{ loss, length, explosion float64 }

// point returns the net's place; false for a net that has none.
func (s Series) point() (point, bool) {
	if s.LogSize == nil {
		return point{}, false
	}
	p := point{loss: math.Inf(1), length: math.Inf(1), explosion: math.Abs(*s.LogSize)}
	if s.Loss != nil {
		p.loss = s.Loss.Value
	}
	if s.Length != nil {
		p.length = *s.Length
	}
	return p, true
}
