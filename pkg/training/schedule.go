package training

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

// Schedule is a course of the learning rate that is stated before training, unlike that of the [Plateau]
// rule.
type Schedule struct {
	// Factor is what the learning rate that training begins with is multiplied by when a share of the steps
	// is done, from 0 to 1.
	Factor func(done float64) float64
}

// Schedules holds the schedules known by name.
var Schedules = registry.New[Schedule]("schedule")

// PlateauSchedule is the name of the schedule that is none: the rate drops by the Plateau rule.
const PlateauSchedule = "plateau"

var (
	_ = Schedules.Register(PlateauSchedule, Schedule{})

	// drop divides the rate by 10 at half and at three quarters of the steps, as is customary on CIFAR-10: He
	// et al. 2016 (Deep residual learning) do it after 32 000 and 48 000 of 64 000 steps, Huang et al. 2017
	// (DenseNet) at 50 % and 75 % of the epochs.
	_ = Schedules.Register("drop", Schedule{Factor: func(done float64) float64 {
		switch {
		case done < 0.5:
			return 1
		case done < 0.75:
			return 0.1
		}
		return 0.01
	}})
)

// withSchedule fills in the defaults of the schedule or of the plateau rule, and checks them.
func (o Optimizer) withSchedule() (Optimizer, error) {
	if o.Schedule == PlateauSchedule { // one run has one config
		o.Schedule = ""
	}
	if o.Schedule == "" {
		var err error
		o.Plateau, err = o.Plateau.withDefaults()
		return o, err
	}
	if o.Plateau != (Plateau{}) {
		return o, fmt.Errorf("there are a schedule of the learning rate, %q, and a plateau rule, %+v: give "+
			"one of the two", o.Schedule, o.Plateau)
	}
	_, err := Schedules.Get(o.Schedule)
	return o, err
}

// scheduled returns the learning rate of the step that comes after step of steps, and whether there is a
// schedule that says so.
func (o Optimizer) scheduled(step, steps int) (rate float64, found bool) {
	schedule, err := Schedules.Get(o.Schedule)
	if err != nil || schedule.Factor == nil {
		return 0, false
	}
	return o.LearningRate * schedule.Factor(float64(step)/float64(steps)), true
}
