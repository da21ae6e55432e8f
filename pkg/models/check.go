package models

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// checked is a block that knows when nothing can be built of it.
type checked interface{ check() error }

// checkBlock returns the error of a block that is checked.
func checkBlock(block Block) error {
	if b, is := block.(checked); is {
		return b.check()
	}
	return nil
}

// checks returns the first error.
func checks(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// size is a size that a block has, by the name of its field.
type size struct {
	name  string
	value int
}

// sizes returns an error unless all sizes are at least 1.
func sizes(all ...size) error {
	for _, s := range all {
		if s.value < 1 {
			return fmt.Errorf("%s is %d: give at least 1", s.name, s.value)
		}
	}
	return nil
}

// checkGain returns an error when the weights of a skip and its branch are not numbers, or nothing but the
// skip would be left.
func checkGain(carry, gain float64) error {
	for _, x := range []float64{carry, gain} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("carry and gain are %g and %g: give finite numbers", carry, gain)
		}
	}
	if gain == 0 {
		return fmt.Errorf("gain is 0: give the weight of the branch, 1 for a feedforward layer")
	}
	return nil
}

func checkInit(init *initializers.Initializer) error {
	if init != nil && init.Fill == nil {
		return fmt.Errorf("initialiser %q has no Fill function: set one, or use one of package initializers",
			init.Name)
	}
	return nil
}

func checkNorm(norm *norms.Norm) error {
	if norm.Apply == nil {
		return fmt.Errorf("normalisation %q has no Apply function: set one, or use one of package norms",
			norm.Name)
	}
	return nil
}

func checkActivation(activation *activations.Activation) error {
	switch {
	case activation.Apply == nil && activation.Learnt == nil:
		return fmt.Errorf("activation %q has no Apply function: set one, or use one of package activations",
			activation.Name)
	case activation.Learnt != nil && (activation.LearntInit == nil || activation.LearntInit.Fill == nil):
		return fmt.Errorf("activation %q learns, but has no LearntInit: set the initialiser of what it "+
			"learns, such as initializers.One", activation.Name)
	}
	return nil
}
