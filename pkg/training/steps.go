package training

import (
	"errors"
	"fmt"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// stepped is told of every step. The state is whole whenever it returns: a run that is stopped here continues
// from the next step.
func (s *session) stepped(loop *train.Loop, metrics []*tensors.Tensor) error {
	if s.isAbandoned() {
		return errAbandoned
	}
	s.state.Step = loop.LoopStep + 1
	// the second is GoMLX's moving average of the loss
	loss, accuracy := number(metrics[0]), number(metrics[2])
	if !numbers.Finite(loss) {
		return s.diverged("the loss")
	}
	s.state.Epoch.add(loss, accuracy)
	s.state.Interval.add(loss, accuracy)
	if s.state.Step%s.training.EpochSteps() == 0 {
		if err := s.epochEnded(); err != nil {
			return err
		}
	}
	if err := s.followSchedule(); err != nil {
		return err
	}
	progress.Step(s.ctx)
	if s.pointDue() {
		if err := s.point(); err != nil {
			return err
		}
	}
	if err := s.look(); err != nil {
		return err
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if time.Since(s.saved) < saveEvery {
		return nil
	}
	return s.save()
}

// epochEnded applies the plateau rule, unless there is a schedule.
func (s *session) epochEnded() error {
	loss, _ := s.state.Epoch.means()
	s.state.Epoch = sums{}
	if s.config.Optimizer.Schedule != "" || !s.state.Plateau.epochEnded(s.config.Optimizer.Plateau, loss) {
		return nil
	}
	return s.setRate(s.state.Plateau.Rate)
}

// followSchedule sets the learning rate of the next step where a schedule changes it.
func (s *session) followSchedule() error {
	rate, found := s.config.Optimizer.scheduled(s.state.Step, s.steps)
	if !found || rate == s.state.Plateau.Rate {
		return nil
	}
	s.state.Plateau.Rate = rate
	return s.setRate(rate)
}

// setRate gives GoMLX's Adam a learning rate.
func (s *session) setRate(rate float64) error {
	return optimizer.LearningRateVar(s.store.RootScope(), dtypes.Float32,
		rate).SetValue(tensors.FromScalar(float32(rate)))
}

// pointDue says whether the learning curve wants a point here and has none yet.
func (s *session) pointDue() bool {
	step := s.state.Step
	if step == 0 || step%s.evalEvery != 0 && step < s.steps {
		return false
	}
	points := len(s.state.Curve)
	return points == 0 || s.state.Curve[points-1].Step != step
}

// point measures a point of the learning curve.
func (s *session) point() error {
	testLoss, testAccuracy, err := s.evaluate(s.curve)
	if err != nil {
		return err
	}
	point := Point{
		Step: s.state.Step, Epoch: float64(s.state.Step) / float64(s.training.EpochSteps()),
		TestLoss: testLoss, TestAccuracy: testAccuracy, LearningRate: s.state.Plateau.Rate,
		Seconds: s.seconds(),
	}
	point.TrainLoss, point.TrainAccuracy = s.state.Interval.means()
	return s.whileWaitedFor(func() error {
		s.state.Interval = sums{}
		s.state.Curve = append(s.state.Curve, point)
		if s.folder != nil {
			if err := s.folder.append(point); err != nil {
				return err
			}
		}
		if s.runner.Observe != nil {
			s.runner.Observe(s.config, point)
		}
		return nil
	})
}

// evaluate returns the mean loss and the accuracy on a data set.
func (s *session) evaluate(images train.Dataset) (loss, accuracy float64, err error) {
	metrics, err := s.trainer.Eval(stoppable{images, s.ctx.Err})
	if err != nil {
		return 0, 0, err
	}
	if loss = number(metrics[0]); !numbers.Finite(loss) {
		return 0, 0, s.diverged("the loss on test images")
	}
	return loss, number(metrics[1]), nil
}

// number returns the value of a metric.
func number(metric *tensors.Tensor) float64 { return shapes.ConvertTo[float64](metric.Value()) }

// diverged returns the error that says what was not a number.
func (s *session) diverged(what string) error {
	return &divergence{fmt.Sprintf("%s is NaN or infinite at step %d", what, s.state.Step)}
}

// seconds returns how long the run has taken so far.
func (s *session) seconds() float64 { return s.before + time.Since(s.began).Seconds() }

// save writes a checkpoint.
func (s *session) save() error {
	if s.folder == nil || s.state.Step == 0 {
		return nil
	}
	if whole, err := finiteVariables(s.store); err != nil || !whole {
		return errors.Join(err, s.diverged("a weight"))
	}
	return s.whileWaitedFor(func() error {
		s.state.Seconds, s.saved = s.seconds(), time.Now()
		return save(s.folder.path, s.store, s.state)
	})
}

// whileWaitedFor does what others see: nothing of it is done for a session that has been abandoned, whose
// folder may be another's.
func (s *session) whileWaitedFor(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.abandoned {
		return errAbandoned
	}
	return do()
}

// abandon says that nobody waits for the session any more. It returns when nothing is being written.
func (s *session) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abandoned = true
}

func (s *session) isAbandoned() bool { return s.whileWaitedFor(func() error { return nil }) != nil }

// finiteVariables says whether all trainable variables of the store are numbers.
func finiteVariables(store *model.Store) (bool, error) {
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return false, err
		}
		whole := true
		if err := tensors.ConstFlatData(value, func(flat []float32) {
			for _, x := range flat {
				whole = whole && numbers.Finite(float64(x))
			}
		}); err != nil || !whole {
			return false, err
		}
	}
	return true, nil
}
