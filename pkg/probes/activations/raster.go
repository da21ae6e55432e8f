package activations

import (
	"context"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/engine"
)

// Raster tells for every unit of a layer and every input whether the unit is active.
type Raster struct {
	// Units and Inputs are N and M.
	Units, Inputs int

	// On has one row of M values a unit, in row-major order: On[unit*Inputs + input].
	On []bool
}

// Rasters returns the rasters of one rectifier, one a draw: rectifier 1 is the first, L the last, which 0
// also stands for. It returns errors as [Run] does.
func Rasters(ctx context.Context, e *engine.Engine, config Config, rectifier int) ([]*Raster, error) {
	sample, units, err := newSample(config)
	if err != nil {
		return nil, err
	}
	if rectifier == 0 {
		rectifier = len(units)
	}
	if rectifier < 1 || rectifier > len(units) {
		return nil, fmt.Errorf("rectifier is %d in a net of %d: give one from 1 to %d, or 0 for the last",
			rectifier, len(units), len(units))
	}
	if err := sample.CheckResults((units[rectifier-1]+7)/8, sample.Config.Inputs); err != nil { // a byte each
		return nil, err
	}
	rasters := make([]*Raster, config.Draws)
	err = sample.Each(ctx, e, engine.Request{Tap: gateTap}, func(draw int, trace *engine.Trace) {
		rasters[draw] = transpose(trace.Taps[rectifier-1], sample.Config.Inputs)
	})
	if err != nil {
		return nil, err
	}
	return rasters, nil
}

// transpose turns gates, inputs x units, into a raster, whose rows are units.
func transpose(gates []float64, inputs int) *Raster {
	units := len(gates) / inputs
	r := &Raster{Units: units, Inputs: inputs, On: make([]bool, len(gates))}
	for k, gate := range gates {
		r.On[k%units*inputs+k/units] = gate > 0
	}
	return r
}

// Row returns the values of a unit over the inputs. The slice belongs to the raster.
func (r *Raster) Row(unit int) []bool { return r.On[unit*r.Inputs : (unit+1)*r.Inputs] }

// Active returns the share of inputs at which each unit is active, from 0 to 1: the paper's activation per
// unit.
func (r *Raster) Active() []float64 {
	active := make([]float64, r.Units)
	for unit := range active {
		on := 0
		for _, value := range r.Row(unit) {
			if value {
				on++
			}
		}
		active[unit] = float64(on) / float64(r.Inputs)
	}
	return active
}

// Contiguity returns the lengths of all runs of equal values along the rows, from 1 to M, in order of units
// and inputs: the paper's contiguity. They add up to N M.
func (r *Raster) Contiguity() []int {
	var lengths []int
	for unit := range r.Units {
		row := r.Row(unit)
		for start := 0; start < len(row); {
			length := slices.Index(row[start:], !row[start])
			if length < 0 {
				length = len(row) - start
			}
			lengths = append(lengths, length)
			start += length
		}
	}
	return lengths
}
