package atlas

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "atlas"
	Title = "An atlas of shattering, correlation length and more of many nets at three depths"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/atlas.json holds, less the provenance.
func (r *Result) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Series, Tests: r.Rates,
		Table: r.Table(), Parts: &r.Parts,
	}
	if r.Rates == nil {
		figure.Tests = []Rate{}
	}
	return figure, nil
}

// Table shows the rows, in the order of the picture. A reader of the page can sort it, and choose kinds of
// nets.
func (r *Result) Table() *results.Table {
	middle := r.Config.middle()
	t := &results.Table{
		Caption: fmt.Sprintf("Nets with 95 %% intervals: correlation length in grid steps; its rate, the "+
			"slope of its logarithm against that of the depth; and at %d layers what else is measured: "+
			"brownness (0 white, 1 brown), growth of log₂ E g² a layer, share of units of the last "+
			"rectifier that never switch, smallest over largest singular value of a layer, cosine of the "+
			"weight gradients of two inputs, and the length in infinitely wide nets.", middle),
		Header: []string{"net", "kind"},
		Filter: "kind",
	}
	for _, depth := range r.Config.Depths {
		t.Header = append(t.Header, fmt.Sprintf("length, %d layers", depth))
	}
	t.Header = append(t.Header, "rate", "brownness", "growth", "never switch", "condition", "alignment",
		"theory")
	for _, row := range r.ordered() {
		add := tableRow{}
		add.text(row[0].Title)
		add.text(row[0].Group)
		var at Series
		for _, s := range row {
			add.estimate(s.Length, s.instead())
			if s.Depth == middle {
				at = s
			}
		}
		add.estimate(r.rate(at.Row), "–")
		for _, e := range []*stats.Estimate{at.Brownness, at.Growth, at.NeverSwitch, at.Condition,
			at.Alignment} {
			add.estimate(e, "–")
		}
		if at.Theory != nil {
			e := stats.Exact(*at.Theory)
			add.estimate(&e, "")
		} else {
			add.text("–")
		}
		t.Rows, t.Keys = append(t.Rows, add.cells), append(t.Keys, add.keys)
	}
	return t
}

// tableRow is a row of the table in the making: its cells and what they are sorted by.
type tableRow struct {
	cells []string
	keys  []*float64
}

func (r *tableRow) text(cell string) { r.cells, r.keys = append(r.cells, cell), append(r.keys, nil) }

// estimate adds an estimate, or what stands instead of one that is nil.
func (r *tableRow) estimate(e *stats.Estimate, instead string) {
	if e == nil {
		r.text(instead)
		return
	}
	r.cells, r.keys = append(r.cells, e.String()), append(r.keys, &e.Value)
}

// instead says why there is no correlation length.
func (s Series) instead() string {
	switch {
	case s.NotFinite:
		return "not finite"
	case s.Constant == s.Draws:
		return "constant"
	case s.Constant > 0:
		return fmt.Sprintf("constant in %d of %d draws", s.Constant, s.Draws)
	}
	return "–"
}

// rate returns the rate of a row; nil where it has none.
func (r *Result) rate(row string) *stats.Estimate {
	for i := range r.Rates {
		if r.Rates[i].Row == row {
			return &r.Rates[i].Rate
		}
	}
	return nil
}

// ordered returns the rows, each with its entries by depth, in the order of their correlation lengths at the
// middle depth, the longest first: before them those of constant gradients, which are correlated without end,
// and behind them those that have no length.
func (r *Result) ordered() [][]Series {
	var all [][]Series
	for i, s := range r.Series {
		if i == 0 || s.Row != r.Series[i-1].Row {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], s)
	}
	length := func(row []Series) float64 {
		for _, s := range row {
			switch {
			case s.Depth != r.Config.middle():
			case s.Length != nil:
				return s.Length.Value
			case s.Constant > 0:
				return math.Inf(1)
			}
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b []Series) int { return cmp.Compare(length(b), length(a)) })
	return all
}
