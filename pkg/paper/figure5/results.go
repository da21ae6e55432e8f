package figure5

import (
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/results"
	"gonum.org/v1/gonum/mat"
)

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "figure-5"
	Title = "Figure 5, gradients of convolutional nets on CIFAR-10"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-5.json holds, less the provenance. The maps are in its npz file.
func (r *Result) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: Name, Title: Title,
		Config: r.Config, Claims: r.Claims(), Series: r.Series, Table: r.Table(), Parts: &r.Parts,
	}
	for _, m := range r.Maps {
		for _, drawn := range []struct {
			name   string
			matrix *mat.SymDense
		}{{"covariance", m.Covariance}, {"correlation", m.Correlation}} {
			n := drawn.matrix.SymmetricDim()
			array, err := results.NewArray(fmt.Sprintf("%s.%s.depth-%d", drawn.name, m.id(), m.Map.Depth),
				mat.DenseCopyOf(drawn.matrix).RawMatrix().Data, n, n)
			if err != nil {
				return nil, err
			}
			figure.Arrays = append(figure.Arrays, array)
		}
	}
	return figure, nil
}

// id names the map's net among those of the figure.
func (m Map) id() string {
	if m.Shortcut == "" {
		return m.Net
	}
	return m.Net + "-" + m.Shortcut
}

// Table shows what the shortcut makes of the relative effective rank at the largest depth, in the paper's
// setting.
func (r *Result) Table() *results.Table {
	feedforward := &r.Series[0]
	table := &results.Table{
		Caption: fmt.Sprintf("Relative effective rank of the gradients at %d layers, with 95 %% intervals, "+
			"by what skips do where the shape changes (batch norm, %s statistics, %s). "+
			"That of the feedforward net is %s.", feedforward.lastDepth(), feedforward.Statistics,
			feedforward.Images, feedforward.rankAtLast()),
		Header: []string{"shortcut", "minibatches"},
	}
	for _, beta := range r.Config.Betas {
		table.Header = append(table.Header, fmt.Sprintf("β = %g", beta))
	}
	for _, s := range slices.Concat(r.Series, r.Others) {
		if s.Shortcut == "" || s.Norm != feedforward.Norm || s.Statistics != feedforward.Statistics ||
			s.Images != feedforward.Images {
			continue
		}
		name, last := ShortcutTitle(s.Shortcut), len(table.Rows)-1
		if last < 0 || table.Rows[last][0] != name {
			table.Rows, last = append(table.Rows, []string{name, fmt.Sprint(s.Minibatches)}), last+1
		}
		table.Rows[last] = append(table.Rows[last], s.rankAtLast())
	}
	return table
}

// rankAtLast writes the relative effective rank at the largest depth.
func (s *Series) rankAtLast() string {
	return s.estimate(func(depths []rank.Measurement) float64 {
		return depths[len(depths)-1].Relative()
	}).String()
}
