package figure1

import (
	"cmp"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/style"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// Draw draws Figure 1 for one kind of statistics: on top the gradients of the nets of columns a, b, c, and
// brown and white noise, over the grid of inputs; below them |(g - mean g)(g - mean g)^T| / var(g) as heat
// maps, index 0 in the upper left corner. All heat maps share one colour scale from 0 to 4; larger entries
// have the colour of 4, as the colour bar says.
//
// The figure is called "figure-1" for frozen statistics, which are also what the empty string stands for, and
// "figure-1-coupled" for coupled ones.
func Draw(r *Result, statistics norms.Statistics) (*plots.Figure, error) {
	if err := statistics.Check(); err != nil {
		return nil, err
	}
	statistics = cmp.Or(statistics, norms.Frozen)
	columns := cmp.Or(r, new(Result)).Select(statistics)
	if len(columns) == 0 || style.IsNoise(columns[0].Net) {
		return nil, fmt.Errorf("the result of Figure 1 has no net with %s statistics: compute it with "+
			"figure1.Run", statistics)
	}
	g := &plots.Grid{Aspect: 1, PadX: 10, PadY: 5, Lettered: true}
	g.ColorBar(style.CovarianceScale)
	var lines, matrices []*plots.Panel
	for i, column := range columns {
		line, matrix := style.Gradient(column), style.Covariance(column)
		switch noise := style.IsNoise(column.Net); {
		case i == 0:
			line.Y.Label = fmt.Sprintf("gradient (%s)", statistics)
			matrix.Y.Label = "input index"
		case noise && !style.IsNoise(columns[i-1].Net):
			line.Y.Label = "noise"
			g.Dividers = append(g.Dividers, i)
		}
		lines, matrices = append(lines, line), append(matrices, matrix)
	}
	g.Row(lines...)
	g.Row(matrices...)
	name := Name
	if statistics != norms.Frozen {
		name += "-" + string(statistics)
	}
	return g.Figure(name, fmt.Sprintf("Figure 1 with %s statistics: gradients of nets, and noise, over a "+
		"grid of %d inputs, and below each the absolute values of its covariance matrix as a heat "+
		"map.", statistics, len(columns[0].X)))
}
