package training

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// Probe says with how many images a net is looked at while it trains: at the beginning, after 1, 3, 10, 30,
// 100 and 300 epochs, as far as the budget goes, and at the end. The images are the first of the test images,
// the same ones each time and for every net. Looking changes nothing about the training.
type Probe struct {
	// Minibatches is the number of minibatches; with 0 the net is not looked at.
	Minibatches int `json:"minibatches,omitempty"`

	// Images is the number of images in each, over which batch normalisation takes its statistics; 0 means
	// 256, as in the paper's Figure 5.
	Images int `json:"images,omitempty"`
}

// probeEpochs are the epochs after which nets are looked at.
var probeEpochs = []int{1, 3, 10, 30, 100, 300}

// ProbeLook is what was seen of a net at a step.
type ProbeLook struct {
	// Step is the number of batches trained on so far, Epoch the number of passes over the training images.
	Step  int     `json:"step"`
	Epoch float64 `json:"epoch"`

	// Minibatches has what was seen with each of the minibatches.
	Minibatches []look.Look `json:"minibatches,omitempty"`

	// Reason says why there was nothing to be measured, where gradients were not finite, or 0.
	Reason string `json:"reason,omitempty"`

	// Seconds is how long it took to look.
	Seconds float64 `json:"seconds"`
}

// withDefaults fills in the defaults and checks the fields.
func (p Probe) withDefaults() (Probe, error) {
	if p.Minibatches == 0 {
		return Probe{}, nil // one run has one config
	}
	if p.Images == 0 {
		p.Images = rank.PaperBatch
	}
	if p.Minibatches < 0 || p.Images < 2 {
		return p, fmt.Errorf("the probe has %d minibatches of %d images: give at least 1 of at least 2, or "+
			"0 minibatches for none", p.Minibatches, p.Images)
	}
	return p, nil
}

// steps returns the steps at which a run is looked at, in ascending order.
func (p Probe) steps(epoch, all int) []int {
	if p.Minibatches == 0 {
		return nil
	}
	steps := []int{0}
	for _, n := range probeEpochs {
		if n*epoch < all {
			steps = append(steps, n*epoch)
		}
	}
	return append(steps, all)
}

// minibatches returns the images to look with.
func (p Probe) minibatches(data Data) (all []*look.Minibatch, err error) {
	defer func() {
		if err != nil {
			free(all)
		}
	}()
	set, err := data.Test(p.Minibatches*p.Images, p.Images)
	if err != nil {
		return nil, err
	}
	for batch, err := range set.Iter() {
		if err != nil {
			return all, err
		}
		for _, labels := range batch.Labels {
			labels.MustFinalizeAll()
		}
		minibatch, err := p.minibatch(batch.Inputs[0], len(all))
		if err != nil {
			return all, err
		}
		all = append(all, minibatch)
	}
	if len(all) != p.Minibatches {
		return all, fmt.Errorf("there are test images for %d minibatches of %d to look with, not for %d: "+
			"ask for fewer", len(all), p.Images, p.Minibatches)
	}
	return all, nil
}

// probeSeed determines the white noise that ranks are relative to, the same for all runs.
const probeSeed = 1

func (p Probe) minibatch(images *tensors.Tensor, index int) (*look.Minibatch, error) {
	if n := images.Shape().Dim(0); n != p.Images {
		return nil, fmt.Errorf("there are %d test images for minibatch %d to look with, not %d: ask for "+
			"fewer", n, index+1, p.Images)
	}
	return look.NewMinibatch(images, random.Stream(probeSeed, uint64(index)))
}

func free(minibatches []*look.Minibatch) {
	for _, m := range minibatches {
		m.Free()
	}
}

// prober looks at the net of a session. It is nil where the net is not looked at.
type prober struct {
	engine      *engine.Engine
	twins       []*models.Net
	minibatches []*look.Minibatch
	steps       []int
}

// newProber gets ready to look at the net of a session.
func newProber(s *session) (*prober, error) {
	probe := s.config.Probe
	if probe.Minibatches == 0 {
		return nil, nil
	}
	_, twins, err := look.Twins(s.net.Config)
	if err != nil {
		return nil, err
	}
	minibatches, err := probe.minibatches(s.runner.Data)
	if err != nil {
		return nil, err
	}
	return &prober{engine.New(s.runner.Backend), twins, minibatches,
		probe.steps(s.training.EpochSteps(), s.steps)}, nil
}

// free gives the memory back.
func (p *prober) free() {
	if p == nil {
		return
	}
	p.engine.Close()
	free(p.minibatches)
}

// look looks at the net, if that is due at this step and has not been done yet. It is done where a step, or a
// point of the curve, has ended.
func (s *session) look() error {
	step := s.state.Step
	if s.prober == nil || !slices.Contains(s.prober.steps, step) ||
		slices.ContainsFunc(s.state.Looks, func(l ProbeLook) bool { return l.Step == step }) {
		return nil
	}
	began := time.Now()
	seen := ProbeLook{Step: step, Epoch: float64(step) / float64(s.training.EpochSteps())}
	weights := s.prober.twins[0].Stored(s.store.RootScope().At(netScope))
	for _, minibatch := range s.prober.minibatches {
		one, err := minibatch.At(s.ctx, s.prober.engine, s.prober.twins, weights)
		if undefined := new(look.UndefinedError); errors.As(err, &undefined) {
			seen.Minibatches, seen.Reason = nil, undefined.Error()
			break
		}
		if err != nil {
			return err
		}
		seen.Minibatches = append(seen.Minibatches, one)
	}
	seen.Seconds = time.Since(began).Seconds()
	return s.whileWaitedFor(func() error {
		s.state.Looks = append(s.state.Looks, seen)
		return nil
	})
}
