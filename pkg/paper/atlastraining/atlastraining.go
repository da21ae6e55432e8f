// Package atlastraining asks whether shattering matters: it trains the nets of the atlas for a fixed budget,
// and compares their losses with how far their gradients were correlated at initialisation, and with how much
// these had exploded or vanished. docs/atlas-plan.md is its plan, with what was expected.
//
// [Run] takes a [Config], as a rule [Paper] or [Quick], and fits dense nets to a smooth function; [RunImages]
// trains convolutional ones on images, by [PaperImages] or [QuickImages]. Both return a [Result] with the
// correlations, their intervals and the verdict. [Draw] draws it.
package atlastraining

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// Config describes the trainings.
type Config struct {
	// Rows are the nets, each with a name of its own, and Depths the depths L, ascending.
	Rows   []atlas.Row `json:"rows"`
	Depths []int       `json:"depths"`

	// Width is N, of all nets that don't say theirs.
	Width int `json:"width"`

	// Inputs is the number of points of the grid on [-2, 2] to fit the function at, all of them in every
	// batch, and Points is M, that of the grid on which gradients are taken at initialisation. On images,
	// Points are those on a path, and there are no Inputs.
	Inputs int `json:"inputs,omitempty"`
	Points int `json:"points"`

	// Steps is the budget, a number of updates by Adam, and Rates are the learning rates that are tried.
	Steps int       `json:"steps"`
	Rates []float64 `json:"learning_rates"`

	// Draws is the number of draws of the weights at each depth, and Seed determines them. All rows at one
	// depth share their draws.
	Draws int    `json:"draws"`
	Seed  uint64 `json:"seed"`

	// Resamples is the number of samples of the bootstrap over rows.
	Resamples int `json:"resamples"`

	// Images says what the task on images has beside; nil for the dense task.
	Images *Images `json:"images,omitempty"`
}

// Images is what the task on images has beside.
type Images struct {
	// Training is the number of training images, and Batch that of a batch.
	Training int `json:"training"`
	Batch    int `json:"batch"`

	// Pairs is the number of pairs of test images between which gradients are taken at initialisation.
	Pairs int `json:"pairs"`
}

// Paper returns the config of the dense task at full size, as docs/atlas-plan.md has it.
func Paper() Config {
	return Config{
		Rows: Rows(), Depths: []int{10, 50, 200}, Width: 64, Inputs: 64, Points: data.GridPoints,
		Steps: 200, Rates: rates(), Draws: 3, Seed: 1, Resamples: 10_000,
	}
}

// rates returns the learning rates.
func rates() []float64 { return []float64{1e-4, 1e-3, 1e-2} }

// Quick returns a config of the same shape with a sixth of the rows that takes half a minute on XLA.
func Quick() Config {
	c := Paper()
	c.Rows, c.Depths, c.Width, c.Inputs, c.Points = someRows(c.Rows), []int{3, 6}, 12, 16, 48
	c.Steps, c.Rates, c.Draws, c.Resamples = 5, c.Rates[1:], 2, 500
	return c
}

// PaperImages returns the config of the task on images at full size: nets in the widths of Figure 6.
func PaperImages() Config {
	return Config{
		Rows: ImageRows(), Depths: []int{10, 26, 50}, Width: training.PaperWidth, Points: 64,
		Steps: 100, Rates: rates(), Draws: 2, Seed: 1, Resamples: 10_000,
		Images: &Images{Training: 10_000, Batch: 100, Pairs: 8},
	}
}

// QuickImages returns a config of the same shape that takes a minute on XLA.
func QuickImages() Config {
	c := PaperImages()
	c.Rows, c.Depths, c.Width, c.Points = someRows(c.Rows), []int{6, 9}, 2, 8
	c.Steps, c.Rates, c.Draws, c.Resamples = 2, c.Rates[1:], 2, 500
	c.Images = &Images{Training: 20, Batch: 5, Pairs: 2}
	return c
}

// someRows returns every sixth of the rows, or more of them, so that there are nine at least.
func someRows(rows []atlas.Row) []atlas.Row {
	every := max(1, min(6, len(rows)/9))
	var some []atlas.Row
	for i := 0; i < len(rows); i += every {
		some = append(some, rows[i])
	}
	return some
}

// check checks what the nets' configs and the probes do not.
func (c Config) check() error {
	switch {
	case len(c.Rows) < 3 || len(c.Depths) == 0:
		return fmt.Errorf("there are %d rows and %d depths: give at least 3 rows, to compare, and a depth",
			len(c.Rows), len(c.Depths))
	case c.Draws < 2:
		return fmt.Errorf("the number of draws is %d: give at least 2, for the spread over them", c.Draws)
	case c.Resamples < 100:
		return fmt.Errorf("the number of samples of the bootstrap is %d: give at least 100", c.Resamples)
	case c.Images == nil && c.Points <= 2*gradients.MaxLag:
		return fmt.Errorf("the number of points is %d: give at least %d, for the autocorrelation up to lag "+
			"%d", c.Points, 2*gradients.MaxLag+1, gradients.MaxLag)
	case c.Images != nil && c.Images.Pairs < 1:
		return fmt.Errorf("there are %d pairs of images: give at least one", c.Images.Pairs)
	}
	if err := paper.Ascending("depths", c.Depths); err != nil {
		return err
	}
	names := make(map[string]bool)
	for _, row := range c.Rows {
		if row.Name == "" || row.Net == nil || names[row.Name] {
			return fmt.Errorf("the row %q (%s) lacks a name of its own or a net: give it both", row.Name,
				row.Title)
		}
		names[row.Name] = true
	}
	return nil
}

// Result is what training came to.
type Result struct {
	Config Config

	// Series has an entry for each row and depth, row by row in the order of the config.
	Series []Series

	// Analysis says what the losses have to do with the gradients at initialisation.
	Analysis Analysis

	// Parts says where the numbers come from.
	Parts results.Parts
}

// Run fits the dense nets of the config to early.SmoothTarget.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	config.Images = nil
	return config.run(ctx, e, onGrid{}, kept)
}

// RunImages trains the convolutional nets of the config to classify images.
func RunImages(ctx context.Context, e *engine.Engine, config Config, from training.Data) (*Result, error) {
	if config.Images == nil {
		return nil, fmt.Errorf("the config says nothing of images: begin with atlastraining.PaperImages")
	}
	return config.run(ctx, e, onImages{from, *config.Images}, keptImages)
}
