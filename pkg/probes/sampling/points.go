package sampling

import (
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data"
)

// withDefaults checks what the config says of inputs and draws, before anything is made, and fills in its
// defaults.
func (c Config) withDefaults() (Config, error) {
	if c.Draws < 1 {
		return c, fmt.Errorf("draws is %d: give the number of draws of the weights, at least 1 (the paper "+
			"averages 20 to 100)", c.Draws)
	}
	if c.Points != nil {
		return c.withPoints()
	}
	if c.Inputs == 0 {
		c.Inputs = data.GridPoints
	}
	if c.Low == 0 && c.High == 0 {
		c.Low, c.High = data.GridLow, data.GridHigh
	}
	return c, nil
}

// withPoints checks points of your own and says of them what a grid says of itself.
func (c Config) withPoints() (Config, error) {
	if len(c.Points) < 2 {
		return c, fmt.Errorf("points has %d inputs: give at least 2, or leave it out for the paper's grid",
			len(c.Points))
	}
	for i, x := range c.Points {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return c, fmt.Errorf("points[%d] is %g: give finite inputs", i, x)
		}
	}
	low, high := slices.Min(c.Points), slices.Max(c.Points)
	if c.Inputs != 0 && c.Inputs != len(c.Points) || (c.Low != 0 || c.High != 0) &&
		(c.Low != low || c.High != high) {
		return c, fmt.Errorf("there are %d points from %g to %g, and a grid of %d from %g to %g: leave out "+
			"one of the two", len(c.Points), low, high, c.Inputs, c.Low, c.High)
	}
	c.Inputs, c.Low, c.High = len(c.Points), low, high
	return c, nil
}

// grid returns the config's inputs.
func (c Config) grid() ([]float64, error) {
	if c.Points != nil {
		return slices.Clone(c.Points), nil
	}
	return data.Grid(c.Inputs, c.Low, c.High)
}
