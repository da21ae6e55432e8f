// Package jobs runs the parts of an experiment, which it calls jobs: it counts and weighs them, runs as many
// at a time as there are processors, keeps what is finished, so that an interrupted run continues after it,
// and takes what is kept with the code instead of computing it.
//
// What is kept with the code (an [Archive]) is not believed: each run, but one that adds to it, computes a
// random sample of it anew, says how far it is from what was kept, and fails where that is farther than
// rounding explains. How a context is to run its jobs is a [Setting]; without one, and without a
// checkpoint.Store, everything is computed.
//
// The package knows nothing of what jobs compute. A job has a key that determines its result: the version of
// the code that matters and everything that the code is given.
package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
)

// Spec describes a job.
type Spec struct {
	// Name names the job for readers, such as "resnet, β = 0.1, minibatch 7".
	Name string

	// Key determines the result. It is written as JSON, and must not change from run to run. Where a job runs
	// a probe, its version belongs into the key, so that results of older code are not taken for those of
	// newer code.
	Key any

	// Weight is proportional to what the job costs, and above 0: see [Plan.Run].
	Weight float64

	// Passing marks a job whose result is not kept: because its key says too little, as that of a net with a
	// normalisation of the reader's own, known by its name alone; or because the result is too large.
	Passing bool
}

// job is a job of a plan.
type job struct {
	Spec
	key []byte // JSON

	// compute computes the result, value returns it, and decode takes it from JSON.
	compute func(ctx context.Context, e *engine.Engine) error
	value   func() any
	decode  func(text []byte) error

	// check is how the job is compared with what is kept; nil where all of it is.
	check *check
}

// check computes as much of a job's result as is compared with what is kept, and returns that.
type check struct {
	weight   float64
	compute  func(ctx context.Context, e *engine.Engine) error
	compared func() any
}

// Plan lists the jobs of an experiment.
type Plan struct {
	name    string
	archive *Archive
	jobs    []*job
}

// NewPlan returns a plan without jobs. The name is the experiment's, for readers. The archive holds what is
// kept of it with the code; nil for nothing.
func NewPlan(name string, archive *Archive) *Plan { return &Plan{name: name, archive: archive} }

// Add adds a job to the plan, and returns where its result will be when the plan has run. Unless the job is
// Passing, the result must survive a round trip through JSON, as numbers do exactly. Jobs run at once:
// compute must be safe for concurrent use, and use the engine that it is handed.
func Add[T any](p *Plan, spec Spec, compute func(ctx context.Context, e *engine.Engine) (T, error)) *T {
	result := new(T)
	p.jobs = append(p.jobs, &job{
		Spec: spec,
		compute: func(ctx context.Context, e *engine.Engine) (err error) {
			*result, err = compute(ctx, e)
			return err
		},
		value: func() any { return *result },
		decode: func(text []byte) error {
			var fresh T // nothing of what was there stays
			err := json.Unmarshal(text, &fresh)
			*result = fresh
			return err
		},
	})
	return result
}

// Compared says what of a result is compared with what is kept with the code, where the rest depends on how a
// processor rounds.
type Compared[T any] struct {
	// Of returns what is compared.
	Of func(T) any

	// Again computes as much of the result as Of needs, and Weight is what that costs, as Spec.Weight is. Nil
	// stands for all of it.
	Again  func(ctx context.Context, e *engine.Engine) (T, error)
	Weight float64
}

// AddCompared is [Add] for a result that comes out alike on another processor in part alone.
func AddCompared[T any](p *Plan, spec Spec, compute func(ctx context.Context, e *engine.Engine) (T, error),
	compared Compared[T]) *T {
	if compared.Again == nil {
		compared.Again, compared.Weight = compute, spec.Weight
	}
	result := Add(p, spec, compute)
	p.jobs[len(p.jobs)-1].check = &check{
		weight: compared.Weight,
		compute: func(ctx context.Context, e *engine.Engine) (err error) {
			*result, err = compared.Again(ctx, e)
			return err
		},
		compared: func() any { return compared.Of(*result) },
	}
	return result
}

// encodeKeys writes the keys, and checks the specs.
func (p *Plan) encodeKeys() error {
	for _, j := range p.jobs {
		if !(j.Weight > 0) {
			return fmt.Errorf("the part %q of %s has the weight %g: give what it costs, above 0", j.Name,
				p.name, j.Weight)
		}
		var err error
		if j.key, err = json.Marshal(j.Key); err != nil {
			return fmt.Errorf("the key of the part %q of %s can't be written as JSON: %w", j.Name, p.name,
				err)
		}
	}
	return nil
}

// encode writes the result as JSON.
func (j *job) encode() (json.RawMessage, error) { return j.write(j.value()) }

// project returns what of a result in JSON is compared.
func (j *job) project(text json.RawMessage) (json.RawMessage, error) {
	if err := j.decode(text); err != nil || j.check == nil {
		return text, err
	}
	return j.write(j.check.compared())
}

// write writes a result, or what of it is compared, as JSON.
func (j *job) write(value any) (json.RawMessage, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("the part %q can't be kept as JSON: %w", j.Name, err)
	}
	return bytes.TrimSpace(text), nil
}
