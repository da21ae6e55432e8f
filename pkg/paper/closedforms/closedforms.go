// Package closedforms holds what the theory of wide nets says in formulas of the gradients at two inputs,
// where Theorems 1 to 3 and Corollary 1 of the paper say otherwise, and checks each formula twice: against
// the theory's recursion over layers, and real nets of finite width against that recursion.
package closedforms

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Name names the experiment and its files, and Title says what it shows.
const (
	Name  = "closed-forms"
	Title = "Closed forms of the theory of wide nets, where the theorems say otherwise"
)

// Case is a kind of net with the formula that is held to it.
type Case struct {
	// Net is the net, less depth and width.
	Net models.Config `json:"net"`

	// Inputs is M of the theory, and Depth the L up to which it goes: the number of layers between neuron and
	// read-out.
	Inputs int `json:"inputs"`
	Depth  int `json:"depth"`

	// MeasuredInputs, MeasuredDepth and Draws are those of the nets that are measured, and First the first
	// depth of the fits through them.
	MeasuredInputs int `json:"measured_inputs"`
	MeasuredDepth  int `json:"measured_depth"`
	Draws          int `json:"draws"`
	First          int `json:"first"`
}

// Config describes the experiment.
type Config struct {
	Cases []Case `json:"cases"`

	// Width is N of the nets that are measured.
	Width int `json:"width"`

	// Seed determines all weights.
	Seed uint64 `json:"seed"`
}

// Paper returns the config at full size: the nets of the theorems, up to thousands of layers in theory, and
// measured at width 400. It takes twenty seconds of one processor.
func Paper() Config {
	return Config{
		Cases: []Case{
			{models.Config{Net: "feedforward"}, 32, 2000, 32, 30, 25, 10},
			{models.Config{Net: "residual", Beta: 1}, 32, 2000, 32, 20, 25, 5},
			{models.Config{Net: "highway"}, 32, 1000, 32, 50, 20, 50},
			{models.Config{Net: "feedforward", Norm: norms.Batch}, 128, 40, 128, 10, 200, 5},
			{models.Config{Net: "residual", Norm: norms.Batch, Beta: 1}, 64, 640, 128, 40, 35, 10},
		},
		Width: 400, Seed: 1,
	}
}

// Quick returns a config of the same shape that takes seconds on any backend.
func Quick() Config {
	c := Paper()
	for i := range c.Cases {
		k := &c.Cases[i]
		k.Inputs, k.MeasuredInputs, k.MeasuredDepth, k.Draws, k.First = 16, 32, 6, 100, 2
		k.Depth = min(k.Depth, 160)
	}
	c.Width = 32
	return c
}

// ofHighway says whether the net is one of Corollary 1, whose layers depend on the depth.
func (c Case) ofHighway() bool { return c.Net.Net == "highway" }

// normalised says whether the net divides by deviations.
func (c Case) normalised() bool { return c.Net.Norm == norms.Batch }

// perLayer says whether R falls by a factor a layer, and not with a power of the depth.
func (c Case) perLayer() bool { return c.normalised() && c.Net.Net == "feedforward" }

// check checks what the nets' own configs do not.
func (c Config) check() error {
	for _, k := range c.Cases {
		net := k.Net
		net.Depth = max(k.Depth, 1) + 1
		if err := meanfield.Covers(net); err != nil {
			return err
		}
		switch {
		case k.Inputs <= gradients.MaxLag || k.MeasuredInputs <= gradients.MaxLag:
			return fmt.Errorf("there are %d and %d inputs: give at "+
				"least %d", k.Inputs, k.MeasuredInputs, gradients.MaxLag+1)
		case k.Depth < 8 || k.Depth < k.MeasuredDepth:
			return fmt.Errorf("the theory goes to depth %d: give at least 8, and at least the "+
				"measured %d", k.Depth, k.MeasuredDepth)
		case !k.ofHighway() && k.First+2 > k.MeasuredDepth:
			return fmt.Errorf("fits go from depth %d to %d: give at least three depths", k.First,
				k.MeasuredDepth)
		}
	}
	if len(c.Cases) == 0 {
		return errors.New("there are no nets: give at least one")
	}
	return nil
}

// Result holds what came out.
type Result struct {
	Config Config

	// Series hold for each case the quantities R and, of nets that divide by deviations, C, against the
	// depth: first the theory as far as it goes, with its closed form where that has one for every depth, and
	// then what was measured beside the theory of the same inputs.
	Series []law.Series

	// Parts says where the numbers come from.
	Parts results.Parts

	cases []solved
}

// The quantities of the series.
const (
	R = "correlation R(i,j)"
	C = "variance C(i,i)"
)

// solved is a case with what came out.
type solved struct {
	Case
	shallower map[int]*[]meanfield.Layer // highway nets by their depth, whose gates are others
	// As far as it goes, and with the inputs and the depth that were measured.
	theory, beside *[]meanfield.Layer
	measured       *measured
}

// Run computes the experiment.
func Run(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	result := &Result{Config: config}
	plan := jobs.NewPlan("closed forms", nil)
	for _, k := range config.Cases {
		s := solved{Case: k}
		if k.ofHighway() {
			s.shallower = make(map[int]*[]meanfield.Layer)
			for _, depth := range k.halvings() {
				s.shallower[depth] = addTheory(plan, k.Net, k.Inputs, depth)
			}
			s.theory = s.shallower[k.Depth]
		} else {
			s.theory = addTheory(plan, k.Net, k.Inputs, k.Depth)
		}
		s.beside = addTheory(plan, k.Net, k.MeasuredInputs, k.MeasuredDepth)
		var err error
		if s.measured, err = config.addMeasured(plan, k); err != nil {
			return nil, err
		}
		result.cases = append(result.cases, s)
	}
	var err error
	if result.Parts, err = plan.Run(ctx, e); err != nil {
		return nil, err
	}
	for _, s := range result.cases {
		result.Series = append(result.Series, s.series(config.Width)...)
	}
	return result, nil
}

// addTheory adds C and R of Definition 1 by the recursion.
func addTheory(plan *jobs.Plan, net models.Config, inputs, depth int) *[]meanfield.Layer {
	if net.Net == "residual" && (net.Norm == nil || net.Norm == norms.None) {
		// It leaves R as it is, and keeps signals in the range of float64.
		net.Alpha = 1 / math.Hypot(1, net.Beta)
	}
	return law.AddLayers(plan, net, inputs, 0, depth)
}

// atDepth returns the net with L layers between neuron and read-out; the gates of highway nets are those of
// Corollary 1.
func atDepth(net models.Config, depth int) models.Config {
	net.Depth = depth
	if net.Net == "highway" {
		net.Gamma2 = math.Sqrt(1 / float64(depth))
	}
	return net
}

// series returns what came out of a case.
func (s solved) series(width int) []law.Series {
	var all []law.Series
	for _, q := range []struct {
		name     string
		theory   func(meanfield.Layer) float64
		measured func(*measured) []point
	}{
		{R, func(l meanfield.Layer) float64 { return l.Correlation },
			func(m *measured) []point { return m.R }},
		{C, func(l meanfield.Layer) float64 { return l.Variance }, func(m *measured) []point { return m.C }},
	} {
		if q.name == C && !s.normalised() {
			continue
		}
		far := law.Series{Net: law.NetOf(s.Net), Inputs: s.Inputs, Quantity: q.name, Against: "depth"}
		for _, depth := range s.depths() {
			far.X = append(far.X, float64(depth))
			far.Theory = append(far.Theory, q.theory((*s.of(depth))[depth]))
			if !s.normalised() {
				far.ClosedForm = append(far.ClosedForm, s.closedForm(depth))
			}
		}
		near := law.Series{
			Net: law.NetOf(s.Net), Width: width, Inputs: s.MeasuredInputs, Quantity: q.name, Against: "depth",
		}
		for _, p := range q.measured(s.measured) {
			near.X, near.Measured = append(near.X, float64(p.Depth)), append(near.Measured, p.Estimate)
			near.Theory = append(near.Theory, q.theory((*s.beside)[p.Depth]))
		}
		all = append(all, far, near)
	}
	return all
}

// halvings returns the depth of the theory and halves of it, ascending.
func (c Case) halvings() []int {
	var depths []int
	for depth := c.Depth; depth > 4; depth /= 2 {
		depths = append(depths, depth)
	}
	slices.Reverse(depths)
	return depths
}

// depths returns the depths of the series of the theory.
func (s solved) depths() []int {
	if s.ofHighway() {
		return s.halvings()
	}
	return spread(s.Depth)
}

// of returns the layers that the theory's value at a depth is one of.
func (s solved) of(depth int) *[]meanfield.Layer {
	if s.ofHighway() {
		return s.shallower[depth]
	}
	return s.theory
}

// spread returns depths from 1 to the last, about ten a doubling where there are so many.
func spread(last int) []int {
	var depths []int
	for depth := 1.0; depth < float64(last); depth *= math.Pow(2, 0.1) {
		depths = append(depths, int(depth))
	}
	return slices.Compact(append(depths, last))
}
