package lasting

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "lasting-structure"
	Title = "Structure through training: gradients of convolutional nets over ten epochs on CIFAR-10"
)

// Results returns what results/lasting-structure.json holds, less the provenance, which says who drew the
// figure. Where its runs come from is in the config.
func (r *Result) Results() (*results.Figure, error) {
	return &results.Figure{
		Figure: Name, Title: Title,
		Config: struct {
			Config
			Origin figure6.RunsOrigin `json:"origin"`
		}{r.Config, r.Origin},
		Claims: r.Claims(), Series: r.Series, Table: r.Table(),
	}, nil
}

// Table returns what training made of the nets: how long they took to half of the test images, and what their
// gradients were like before and after.
func (r *Result) Table() *results.Table {
	table := &results.Table{
		Caption: fmt.Sprintf("%s, seed %d. Steps to 50 %%: the first point of the learning curve at which "+
			"half of 2000 test images are right. Rank: relative effective rank, frozen statistics. A dash "+
			"stands for what could not be measured, as where all gradients are 0, or was not reached.",
			r.Config.Budget, r.Config.Seed),
		Header: []string{"Net", "Layers", "Test accuracy, %", "Steps to 50 %", "Rank before", "Rank after",
			"Correlation before", "Correlation after"},
	}
	for i := range r.Series {
		s := &r.Series[i]
		half := "–"
		if s.HalfStep != nil {
			half = fmt.Sprint(*s.HalfStep)
		}
		row := []string{s.Name(), fmt.Sprint(s.Depth), fmt.Sprintf("%.1f", 100*s.Accuracy), half}
		for _, value := range []*float64{s.first().Rank, s.last().Rank, s.first().Correlation,
			s.last().Correlation} {
			cell := "–"
			if value != nil {
				cell = fmt.Sprintf("%.3f", *value)
			}
			row = append(row, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
