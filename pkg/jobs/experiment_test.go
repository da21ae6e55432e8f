package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// measured is a result with numbers, a list and a name.
type measured struct {
	Net    string
	Rank   float64
	Layers []float64
}

// experiment is an experiment of n parts, of which part i has the weight i + 1.
type experiment struct {
	archive *jobs.Archive
	n       int
	version int

	// factor changes the numbers that are computed, as other code would.
	factor float64

	// before is called before a part is computed, if it is not nil; the part fails with what it returns.
	before func(i int) error

	// inPart is the number of the first of the parts of which only the rank is compared, and whose layers
	// change by the rounding; 0 where all are compared whole.
	inPart   int
	rounding float64

	mu       sync.Mutex
	computed []int
}

func (x *experiment) result(i int) measured {
	m := measured{fmt.Sprint("net ", i), x.factor * math.Sqrt(float64(i+1)),
		[]float64{x.factor, 0, float64(-i)}}
	if x.inPart > 0 && i >= x.inPart {
		m.Layers[1] = x.rounding
	}
	return m
}

// run runs the experiment and returns its parts' results.
func (x *experiment) run(ctx context.Context, e *engine.Engine) ([]measured, results.Parts, error) {
	plan := jobs.NewPlan("Figure 0", x.archive)
	var all []*measured
	for i := range x.n {
		type key struct{ Version, Index int }
		spec := jobs.Spec{Name: fmt.Sprint("part ", i), Key: key{x.version, i}, Weight: float64(i + 1)}
		compute := func(ctx context.Context, _ *engine.Engine) (measured, error) {
			progress.Step(progress.Start(ctx, "a probe's own steps", 1))
			if x.before != nil {
				if err := x.before(i); err != nil {
					return measured{}, err
				}
			}
			x.mu.Lock()
			defer x.mu.Unlock()
			x.computed = append(x.computed, i)
			return x.result(i), nil
		}
		if x.inPart > 0 && i >= x.inPart {
			all = append(all, jobs.AddCompared(plan, spec, compute, jobs.Compared[measured]{
				Of: func(m measured) any { return m.Rank },
				Again: func(ctx context.Context, e *engine.Engine) (measured, error) {
					m, err := compute(ctx, e)
					return measured{Rank: m.Rank}, err
				},
				Weight: 0.5,
			}))
		} else {
			all = append(all, jobs.Add(plan, spec, compute))
		}
	}
	parts, err := plan.Run(ctx, e)
	var found []measured
	for _, m := range all {
		found = append(found, *m)
	}
	return found, parts, err
}

func newExperiment(n int) *experiment { return &experiment{n: n, version: 1, factor: 1} }

// want returns all results.
func (x *experiment) want() []measured {
	var all []measured
	for i := range x.n {
		all = append(all, x.result(i))
	}
	return all
}

// archive runs the experiment and returns an archive of its parts.
func archive(t *testing.T, x *experiment, tolerance float64) *jobs.Archive {
	t.Helper()
	var parts []jobs.Part
	setting := jobs.Setting{Origin: results.Origin{Backend: "a", Commit: "b"},
		Record: func(all []jobs.Part) { parts = all }}
	if _, _, err := x.run(jobs.With(t.Context(), setting), engine.New(nil)); err != nil {
		t.Fatal(err)
	}
	for i := range parts {
		parts[i].Seconds = float64(i+1) / 100 // in proportion to the weights
	}
	var content, again bytes.Buffer
	if err := errors.Join(jobs.Write(&content, parts), jobs.Write(&again, parts)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content.Bytes(), again.Bytes()) {
		t.Error("the same parts give two files")
	}
	read, err := jobs.Read(bytes.NewReader(content.Bytes()))
	if err != nil || !reflect.DeepEqual(read, parts) {
		t.Errorf("read are %d parts other than the %d that were written, %v", len(read), len(parts), err)
	}
	return jobs.NewArchive("Figure 0", content.Bytes(), tolerance)
}

// listener is told of progress, and stops a context when so many steps are done.
type listener struct {
	mu          sync.Mutex
	done, total int
	share       float64
	stopAt      int
	stop        context.CancelFunc
}

func (l *listener) Update(_ string, done, total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done, l.total = max(l.done, done), total
	if l.stop != nil && done >= l.stopAt {
		l.stop()
	}
}

func (l *listener) Weigh(share float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.share = max(l.share, share)
}
