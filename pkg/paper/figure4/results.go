package figure4

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the figure and its files, and Title says what it shows.
const (
	Name  = "figure-4"
	Title = "Figure 4, activation of rectifiers in deep nets"
)

// Seed returns the seed that determined every random number.
func (r *Result) Seed() uint64 { return r.Config.Seed }

// Results returns what results/figure-4.json holds, less the provenance. The rasters are in its npz file, as
// raster.0 and so on.
func (r *Result) Results() (*results.Figure, error) {
	figure := &results.Figure{
		Figure: Name, Title: Title, Config: r.Config, Claims: r.Claims(), Series: r.Patterns,
	}
	for i, pattern := range r.Patterns {
		raster, err := results.NewArray(fmt.Sprintf("raster.%d", i), pattern.Raster.On, pattern.Raster.Units,
			pattern.Raster.Inputs)
		if err != nil {
			return nil, err
		}
		figure.Arrays = append(figure.Arrays, raster)
	}
	return figure, nil
}
