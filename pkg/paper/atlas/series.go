package atlas

import (
	"math"

	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Series is a row at a depth.
type Series struct {
	// Row is the name of the row, Title what readers call it, Group the kind of nets that it is one of, and
	// Net says in full what it is.
	Row   string `json:"row" jsonschema:"minLength=1"`
	Title string `json:"title" jsonschema:"minLength=1"`
	Group string `json:"group" jsonschema:"minLength=1"`
	Net   string `json:"net" jsonschema:"minLength=1"`

	// Depth is L, and Draws the number of independent draws of the weights.
	Depth int `json:"depth" jsonschema:"minimum=1"`
	Draws int `json:"draws" jsonschema:"minimum=2"`

	// NotFinite says that numbers leave float32 on their way through the net, for infinity or for 0, in at
	// least one draw: then there are no estimates.
	NotFinite bool `json:"not_finite,omitempty"`

	// Constant is the number of draws whose gradient is the same at all inputs, up to rounding, as that of a
	// linear net: a gradient without an autocorrelation.
	Constant int `json:"constant,omitempty" jsonschema:"minimum=0"`

	// Length is the effective correlation length of [stats.CorrelationLength], in steps of the grid, of the
	// autocorrelation averaged over draws: the lag at which it first falls below 1/e, interpolated. It is nil
	// where Constant is above 0. Intervals of functions of means are the jackknife's.
	Length *stats.Estimate `json:"length"`

	// Brownness is 0 for white noise, 1 for brown noise, 1/2 where it is equally far from both; nil as Length
	// is.
	Brownness *stats.Estimate `json:"brownness"`

	// LogSize is the logarithm to base 2 of E g^2, over draws and inputs; nil where NotFinite is set, as all
	// that follows is, less Theory.
	LogSize *stats.Estimate `json:"log_size"`

	// Growth is by how much LogSize grows a layer from the shallowest depth to this one, whose draws are
	// others; nil at the shallowest too.
	Growth *stats.Estimate `json:"growth"`

	// NeverSwitch is the share of units of the last rectifier that are on at all inputs or at none; nil where
	// a net shows no rectifiers too.
	NeverSwitch *stats.Estimate `json:"never_switch"`

	// Condition is the smallest over the largest singular value of the Jacobian of a stage, the mean over
	// some stages of the trunk and some inputs: the inverse of the condition number. It is nil where numbers
	// leave float32 there, and where layers are too wide for it.
	Condition *stats.Estimate `json:"condition"`

	// Alignment is the mean cosine of the gradients of two inputs with respect to all weights; nil where one
	// of them is 0 or not finite.
	Alignment *stats.Estimate `json:"alignment"`

	// Theory is the correlation length of infinitely wide nets; nil where the theory does not cover the net,
	// or has gradients that are the same at all inputs.
	Theory *float64 `json:"theory"`

	// acfs are the autocorrelations, draws x lags, where all draws have one: claims compare rows within a
	// draw. logLength is the logarithm of Length.
	acfs      [][]float64
	logLength *stats.Estimate
}

// Rate is how a row's correlation length falls with depth.
type Rate struct {
	// Row is the name of the row, and Rate the slope of the logarithm of its correlation length against that
	// of the depth: -1 where twice the depth halves the length, 0 where it does nothing. The line is fitted
	// to all depths, each weighted with its error; the interval says nothing of how well a line fits.
	Row  string         `json:"row" jsonschema:"minLength=1"`
	Rate stats.Estimate `json:"rate"`
}

// newSeries returns the entries of a row, which has a cell for each depth.
func newSeries(cells []cell, inputs int) ([]Series, error) {
	var all []Series
	for _, c := range cells {
		s, err := c.series(inputs)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 && s.LogSize != nil && all[0].LogSize != nil {
			growth := s.LogSize.MinusIndependent(*all[0].LogSize).Over(float64(s.Depth - all[0].Depth))
			s.Growth = &growth
		}
		all = append(all, s)
	}
	return all, nil
}

// series returns the entry of a cell, less its growth.
func (c cell) series(inputs int) (Series, error) {
	s := Series{Row: c.row.Name, Title: c.row.Title, Group: c.row.Group, Net: c.net.Title(),
		Depth: c.depth, Draws: c.n}
	if c.theory != nil && (*c.theory)[c.depth] != nil {
		length := stats.CorrelationLength((*c.theory)[c.depth])
		s.Theory = &length
	}
	d := c.draws
	if d.NotFinite {
		s.NotFinite = true
		return s, nil
	}
	for _, acf := range d.ACF {
		if acf == nil {
			s.Constant++
		}
	}
	if s.Constant == 0 {
		if err := s.addACF(d.ACF, inputs); err != nil {
			return s, err
		}
	}
	size := stats.Jackknife(column(d.LogSize, math.Exp2), func(mean []float64) []float64 {
		return []float64{math.Log2(mean[0])}
	})
	s.LogSize = &size[0]
	s.NeverSwitch = mean(d.NeverSwitch, 0)
	s.Condition, s.Alignment = mean(d.Condition, 0), mean(d.Alignment, -1)
	return s, nil
}

// addACF adds what the autocorrelations of all draws say.
func (s *Series) addACF(acfs [][]float64, inputs int) error {
	near := make([][]float64, len(acfs))
	for i, acf := range acfs {
		near[i] = acf[:gradients.MaxLag+1]
	}
	summary, err := gradients.SummarizeACF(near, inputs)
	if err != nil {
		return err
	}
	lengths := stats.Jackknife(acfs, func(mean []float64) []float64 {
		length := stats.CorrelationLength(mean)
		return []float64{length, math.Log(length)}
	})
	s.acfs, s.Length, s.logLength, s.Brownness = acfs, &lengths[0], &lengths[1], &summary.Brownness
	return nil
}

// newRate returns the rate of a row; nil where it has no length at a depth, or fewer than three.
func newRate(row []Series) (*Rate, error) {
	var depths []float64
	var lengths []stats.Estimate
	for _, s := range row {
		if s.logLength == nil || !(s.logLength.StdErr > 0) {
			return nil, nil
		}
		depths, lengths = append(depths, math.Log(float64(s.Depth))), append(lengths, *s.logLength)
	}
	if len(row) < 3 {
		return nil, nil
	}
	rate, err := stats.Slope(depths, lengths)
	return &Rate{Row: row[0].Row, Rate: rate}, err
}

// column returns values of draws, transformed, as rows of one number.
func column(values []float64, transformed func(float64) float64) [][]float64 {
	rows := make([][]float64, len(values))
	for i, value := range values {
		rows[i] = []float64{transformed(value)}
	}
	return rows
}

// mean returns the estimate of the mean of a share or cosine, which lies between lowest and 1; nil where
// there are no values.
func mean(values []float64, lowest float64) *stats.Estimate {
	if values == nil {
		return nil
	}
	e := stats.Mean(values).Within(lowest, 1)
	return &e
}
