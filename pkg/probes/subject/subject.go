// Package subject is what the probes of nets of any kind have in common: which net is looked at, under which
// weights (a [Subject]); which number, made of its outputs, is differentiated (a [Scalar]); and how what was
// measured under every draw of the weights on every one of some items, such as pairs of inputs, is summarised
// (a [Crossed]).
package subject

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Subject says which net is looked at, under which weights. The zero value of every field but Net is a
// choice.
type Subject struct {
	// Net is the net: of a models.Config by models.New, or of your own.
	Net *models.Net `json:"-"`

	// Weights returns the weights of draw number draw, from 0 on; nil means draws of the net's own
	// initialisers, those numbered First, First+1, ... under the Seed.
	Weights func(draw uint64) (models.Weights, error) `json:"-"`

	// Draws is the number of draws of the weights; 0 means 1, which is all that there is of a trained net.
	Draws int `json:"draws"`

	// First and Seed determine the weights, unless Weights does.
	First uint64 `json:"first,omitempty"`
	Seed  uint64 `json:"seed"`

	// DType is the precision that the net runs in, float32 or float64; the zero value means engine.DType.
	DType dtypes.DType `json:"-"`

	// Key determines net, weights and inputs, where finished parts of the work are to be kept (package
	// checkpoint); nothing is kept where it is empty.
	Key string `json:"-"`
}

// WithDefaults fills in the defaults and checks the subject.
func (s Subject) WithDefaults() (Subject, error) {
	if s.Net == nil || len(s.Net.Stages) == 0 {
		return s, errors.New("there is no net to probe: give one, made by models.New, say")
	}
	if s.Draws == 0 {
		s.Draws = 1
	}
	if s.Draws < 0 {
		return s, fmt.Errorf("draws is %d: give the number of draws of the weights, at least 1", s.Draws)
	}
	if s.DType == dtypes.InvalidDType {
		s.DType = engine.DType
	}
	if s.DType != dtypes.Float32 && s.DType != dtypes.Float64 {
		return s, fmt.Errorf("a net can't run in %s: choose float32 or float64", s.DType)
	}
	return s, nil
}

// Size returns the number of values of an input.
func (s Subject) Size() int { return size(s.Net.Input) }

// DrawWeights returns the weights of a draw.
func (s Subject) DrawWeights(draw int) (models.Weights, error) {
	if s.Weights != nil {
		return s.Weights(uint64(draw))
	}
	return s.Net.Draw(s.Seed, s.First+uint64(draw)), nil
}

// AtOnce returns how many of some units of work run at a time.
func AtOnce(units int) int { return min(units, processors.Count()) }

// CheckCost returns an error when so many units of work, each a run of the net on so many rows and bytes of
// the probe's own at a time, are too many or too large; what names a unit.
func (s Subject) CheckCost(units, rows int, own cost.Bytes, what string) error {
	if err := cost.Steps(fmt.Sprintf("%d %s", units, what), float64(units), "runs of the net"); err != nil {
		return err
	}
	if err := s.Net.CheckMemory(rows, s.DType.Size(), 1, 1); err != nil {
		return err
	}
	if err := (own * cost.Bytes(AtOnce(units))).Check(fmt.Sprintf("%d inputs of %d values at "+
		"a time", rows, s.Size()), "gradients and their products"); err != nil {
		return fmt.Errorf("%w; give fewer inputs or points", err)
	}
	return nil
}
