package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Part is a finished job as it is kept: in a folder until the experiment is done, or with the code.
type Part struct {
	// Origin says where the part was computed, and Seconds how long that took.
	Origin  results.Origin `json:"origin"`
	Seconds float64        `json:"seconds"`

	// Key is the job's, and Result what it gave.
	Key    json.RawMessage `json:"key"`
	Result json.RawMessage `json:"result"`
}

// run is a plan under way.
type run struct {
	*Plan
	setting Setting
	report  results.Parts

	// parts are what is there of the jobs, todo the indices of those to compute; of these, sampled are there
	// already.
	parts   []*Part
	todo    []int
	sampled map[int]bool

	// rate is how many seconds the parts kept with the code took for one weight; 1 where there are none.
	rate float64

	mu sync.Mutex // of the report, while jobs run
}

// Run brings the results of all jobs: from the archive, from what an interrupted run kept, or else by
// computing them, as many at a time as there are processors. Progress is counted in jobs that are left to
// compute, and the time to go is estimated from what kept parts took, and from the weights of others.
//
// It returns where the results come from. It returns an error when a job fails, when the context ends, or
// when a part of the archive that was computed anew differs from what is kept; the setting's Record is handed
// what is finished then.
func (p *Plan) Run(ctx context.Context, e *engine.Engine) (results.Parts, error) {
	if err := cost.Steps("the parts of "+p.name, float64(len(p.jobs)), "jobs"); err != nil {
		return results.Parts{}, err
	}
	if err := p.encodeKeys(); err != nil {
		return results.Parts{}, err
	}
	r := &run{Plan: p, setting: settingOf(ctx), parts: make([]*Part, len(p.jobs)), rate: 1}
	if err := r.find(ctx); err != nil {
		return results.Parts{}, err
	}
	weight := 0.0
	for _, i := range r.todo {
		weight += r.cost(i)
	}
	outer := progress.StartWeighted(ctx, p.name, len(r.todo), weight)
	inner := engine.Sharing(progress.Silent(outer), len(r.todo)) // steps within a job are not counted
	err := e.ForEach(outer, len(r.todo), func(e *engine.Engine, next int) error {
		i := r.todo[next]
		if err := r.do(inner, e, i); err != nil {
			return err
		}
		progress.StepWeighted(outer, r.cost(i))
		return nil
	})
	r.record()
	if err != nil {
		return results.Parts{}, err
	}
	return r.report, nil
}

// find looks for the parts that are there, decodes them and lists the jobs to compute, a sample of the
// archive's parts first.
func (r *run) find(ctx context.Context) error {
	var kept, missing []int
	for i, j := range r.jobs {
		if j.Passing {
			missing = append(missing, i)
			continue
		}
		r.report.Total++
		part, err := r.lookup(ctx, j)
		switch {
		case err != nil:
			return err
		case part == nil:
			missing = append(missing, i)
			continue
		case r.setting.UseKept && r.archive.holds(j.key):
			kept = append(kept, i)
		}
		r.parts[i] = part
		if err := j.decode(part.Result); err != nil {
			return fmt.Errorf("the part %q of %s, as it is kept, is not what the code computes: %w",
				j.Name, r.name, err)
		}
	}
	var sample []int
	if !r.setting.Unchecked {
		sample = r.sample(kept)
	}
	r.sampled = make(map[int]bool)
	for _, i := range sample {
		r.sampled[i] = true
	}
	r.todo = append(sample, missing...)
	if len(kept) > 0 {
		r.report.Kept, r.report.Sample, r.report.Tolerance = len(kept), r.setting.Sample, r.archive.tolerance
		r.report.Origins = r.archive.origins
		seconds, weights := 0.0, 0.0
		for _, i := range kept {
			seconds, weights = seconds+max(r.parts[i].Seconds, leastSeconds), weights+r.jobs[i].Weight
		}
		r.rate = seconds / weights
	}
	return nil
}

// lookup returns the part of a job as it is kept, or nil.
func (r *run) lookup(ctx context.Context, j *job) (*Part, error) {
	if r.setting.UseKept {
		part, err := r.archive.part(j.key)
		if part != nil || err != nil {
			return part, err
		}
	}
	var part Part
	found, err := checkpoint.Find(ctx, json.RawMessage(j.key), &part)
	if !found || err != nil {
		return nil, err
	}
	return &part, nil
}

// cost is proportional to what it costs to compute a job, or as much of a sampled one as is compared.
func (r *run) cost(i int) float64 {
	if r.sampled[i] {
		return r.again(i)
	}
	return r.jobs[i].Weight * r.rate
}

// do computes a job, and keeps what came out or compares it with what is kept.
func (r *run) do(ctx context.Context, e *engine.Engine, i int) error {
	j := r.jobs[i]
	began := time.Now()
	compute := j.compute
	if r.sampled[i] && j.check != nil {
		compute = j.check.compute
	}
	if err := compute(ctx, e); err != nil || j.Passing {
		return err
	}
	result, err := j.encode()
	if err != nil {
		return err
	}
	if r.sampled[i] {
		return r.compare(i, result)
	}
	// Whoever computes a part and whoever finds it must have the same: what JSON does not hold is lost here
	// already.
	if err := j.decode(result); err != nil {
		return fmt.Errorf("the part %q of %s does not survive a round trip through JSON: %w", j.Name,
			r.name, err)
	}
	r.parts[i] = &Part{Origin: r.setting.Origin, Seconds: time.Since(began).Seconds(), Key: j.key,
		Result: result}
	return checkpoint.Keep(ctx, json.RawMessage(j.key), r.parts[i])
}

// record hands the parts that are there to the setting's Record.
func (r *run) record() {
	if r.setting.Record == nil {
		return
	}
	var all []Part
	for _, part := range r.parts {
		if part != nil {
			all = append(all, *part)
		}
	}
	r.setting.Record(all)
}
