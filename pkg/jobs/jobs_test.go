package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"gonum.org/v1/gonum/stat/combin"
)

// TestProgressIsWeighed: the share of the work that is done is that of the weights, and steps within a job
// don't count.
func TestProgressIsWeighed(t *testing.T) {
	x := newExperiment(3)
	enough := errors.New("stop here")
	others := make(chan struct{})
	heard := listener{stopAt: 2, stop: sync.OnceFunc(func() { close(others) })}
	x.before = func(i int) error {
		if i < 2 {
			return nil
		}
		<-others // no part starts after an error
		return enough
	}
	if _, _, err := x.run(progress.With(t.Context(), &heard), engine.New(nil)); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	// Parts 0 and 1, of the weights 1 and 2, are done of a weight of 6.
	if heard.done != 2 || heard.total != 3 || heard.share != 0.5 {
		t.Errorf("%d of %d steps and the share %g of the work are done, want 2 of 3 and 1/2", heard.done,
			heard.total, heard.share)
	}
}

// TestInterruptedPlansContinue interrupts a plan, and runs it again: what was finished is not computed again,
// nor does it count as work to do.
func TestInterruptedPlansContinue(t *testing.T) {
	const n = 40
	store := checkpoint.NewStore(filepath.Join(t.TempDir(), "parts"), "test")
	x := newExperiment(n)
	ctx, stop := context.WithCancel(checkpoint.With(t.Context(), store))
	if _, _, err := x.run(progress.With(ctx, &listener{stopAt: n / 2, stop: stop}),
		engine.New(nil)); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ends with %v", err)
	}
	before := len(x.computed)
	if before < n/2 || before == n {
		t.Fatalf("%d of %d parts were computed before the interruption", before, n)
	}
	var heard listener
	got, parts, err := x.run(progress.With(checkpoint.With(t.Context(), store), &heard), engine.New(nil))
	if err != nil || !reflect.DeepEqual(got, x.want()) {
		t.Errorf("the resumed run gives %v, %v", got, err)
	}
	if len(x.computed) != n || heard.total != n-before || heard.done != heard.total {
		t.Errorf("%d parts were computed in all, and the resumed run counted %d of %d: want %d, and what "+
			"was left", len(x.computed), heard.done, heard.total, n)
	}
	if parts.Total != n || parts.Kept != 0 || parts.String() != "all 40 parts computed" {
		t.Errorf("the parts are said to be %+v", parts)
	}
}

// TestPartsComparedInPart: of results that depend on the processor in part, the rest is compared, and what is
// kept stays the result. What differs in the rest fails as ever.
func TestPartsComparedInPart(t *testing.T) {
	x := newExperiment(10)
	x.inPart, x.rounding = 1, 0.25
	x.archive = archive(t, x, 1e-3)
	want := x.want()
	x.rounding = 0.75 // another processor
	use := jobs.With(t.Context(), jobs.Setting{UseKept: true})
	var heard listener
	got, parts, err := x.run(progress.With(use, &heard), engine.New(nil))
	if err != nil || !reflect.DeepEqual(got, want) || parts.Largest != 0 || heard.share != 1 {
		t.Fatalf("the result is %v, of %+v, %v, and %g of the work was done", got, parts, err, heard.share)
	}
	inPart := len(slices.DeleteFunc(slices.Clone(parts.Recomputed), func(s string) bool {
		return s == "part 0"
	}))
	if parts.InPart != inPart || parts.Kept != 10 {
		t.Errorf("of %v, %d are said to be compared in part", parts.Recomputed, parts.InPart)
	}
	x.factor = 1.01
	if _, _, err := x.run(use, engine.New(nil)); err == nil || !strings.Contains(err.Error(), "the part ") {
		t.Errorf("another rank gives the error %v", err)
	}
}

// TestKeptPartsAreChecked takes parts from an archive: all but a sample, which is another one for another
// number, are not computed, and results are those that were kept.
func TestKeptPartsAreChecked(t *testing.T) {
	x := newExperiment(1000)
	x.archive = archive(t, x, 1e-3)
	x.factor = 1 + 1e-4 // another processor
	samples := make(map[string]bool)
	for seed := range uint64(3) {
		x.computed = nil
		got, parts, err := x.run(jobs.With(t.Context(), jobs.Setting{UseKept: true, Sample: seed}),
			engine.New(nil))
		if err != nil {
			t.Fatal(err)
		}
		kept := newExperiment(1000)
		if !reflect.DeepEqual(got, kept.want()) {
			t.Error("the results are not those that were kept")
		}
		weight := 0
		for _, i := range x.computed {
			weight += i + 1
		}
		// 0.5 % of the work is 2502; the last part of the sample may take it beyond by its own weight.
		if weight < 2502 || weight > 2502+1000 || len(x.computed) != len(parts.Recomputed) ||
			parts.Kept != 1000 || parts.Total != 1000 {
			t.Errorf("parts of the weight %d were computed, and it is said: %+v", weight, parts)
		}
		if math.Abs(parts.Largest/1e-4-1) > 1e-3 { // relative to the larger of both numbers
			t.Errorf("the largest difference is %g, want 1e-4", parts.Largest)
		}
		if len(parts.Origins) != 1 || parts.Origins[0].Commit != "b" ||
			!strings.HasSuffix(parts.String(),
				"of 1000 parts recomputed: largest relative difference 0.0001") {
			t.Errorf("it is said: %v", parts)
		}
		samples[fmt.Sprint(parts.Recomputed)] = true
	}
	if len(samples) != 3 {
		t.Errorf("3 numbers give %d samples", len(samples))
	}
	x.computed = nil
	if _, parts, err := x.run(t.Context(), engine.New(nil)); err != nil || len(x.computed) != 1000 ||
		parts.Kept != 0 {
		t.Errorf("without a setting, %d parts are computed and %d taken, %v", len(x.computed), parts.Kept,
			err)
	}
}

// TestSampleOfPartsIsByTheirCost: of four parts of the weights 1 to 4 three are computed anew, and which is
// not has the chances of the last of four exponential variables with these means. A bound of four standard
// errors is met by a right sample in all but one of 4000 cases.
func TestSampleOfPartsIsByTheirCost(t *testing.T) {
	const n, runs = 4, 2000
	x := newExperiment(n)
	x.archive = archive(t, x, 1e-3)
	spared := make([]float64, n)
	for seed := range uint64(runs) {
		x.computed = nil
		if _, _, err := x.run(jobs.With(t.Context(), jobs.Setting{UseKept: true, Sample: seed}),
			engine.New(nil)); err != nil {
			t.Fatal(err)
		}
		if len(x.computed) != n-1 {
			t.Fatalf("the parts %v of 4 are computed, want three", x.computed)
		}
		for i := range n {
			if !slices.Contains(x.computed, i) {
				spared[i] += 1. / runs
			}
		}
	}
	// The chance of an order is the product of that of each variable among those that are left.
	want := make([]float64, n)
	for _, order := range combin.Permutations(n, n) {
		chance, left := 1., 1+1./2+1./3+1./4
		for _, i := range order {
			rate := 1 / float64(i+1)
			chance *= rate / left
			left -= rate
		}
		want[order[n-1]] += chance
	}
	for i, got := range spared {
		if math.Abs(got-want[i]) > 4*math.Sqrt(want[i]*(1-want[i])/runs) {
			t.Errorf("part %d of the weight %d is spared in a share %.3f of the runs, want %.3f", i, i+1, got,
				want[i])
		}
	}
}

// TestDifferencesFail: a part that is not what is kept is named. Where the version was raised, nothing is
// taken.
func TestDifferencesFail(t *testing.T) {
	x := newExperiment(5)
	x.archive = archive(t, x, 1e-3)
	use := jobs.With(t.Context(), jobs.Setting{UseKept: true})
	x.factor = 1.01
	_, _, err := x.run(use, engine.New(nil))
	if err == nil || !strings.Contains(err.Error(), `the part "part `) ||
		!strings.Contains(err.Error(), "--anew") || strings.Contains(err.Error(), "\n") {
		t.Errorf("other numbers give the error %v", err)
	}
	x.version = 2
	got, parts, err := x.run(use, engine.New(nil))
	if err != nil || parts.Kept != 0 || !reflect.DeepEqual(got, x.want()) {
		t.Errorf("parts of another version: %d taken, %v", parts.Kept, err)
	}
}

// TestUnchecked: without a sample all that is kept is taken, whatever the code computes now.
func TestUnchecked(t *testing.T) {
	x := newExperiment(5)
	x.archive = archive(t, x, 0)
	want := x.want()
	x.factor, x.computed = 1.01, nil
	got, parts, err := x.run(jobs.With(t.Context(), jobs.Setting{UseKept: true, Unchecked: true}),
		engine.New(nil))
	if err != nil || !reflect.DeepEqual(got, want) || len(x.computed) != 0 || len(parts.Recomputed) != 0 {
		t.Errorf("computed were %v, %v: %v", x.computed, parts.Recomputed, err)
	}
}

// TestDamagedArchive: an archive that can't be read is said to be one.
func TestDamagedArchive(t *testing.T) {
	x := newExperiment(2)
	for _, content := range []string{"text", "\x1f\x8b"} {
		x.archive = jobs.NewArchive("Figure 0", []byte(content), 1)
		if _, _, err := x.run(jobs.With(t.Context(), jobs.Setting{UseKept: true}),
			engine.New(nil)); err == nil || !strings.Contains(err.Error(),
			"kept with the code can't be read") {
			t.Errorf("%q gives %v", content, err)
		}
	}
	x.archive = jobs.NewArchive("Figure 0", nil, 1)
	if _, parts, err := x.run(jobs.With(t.Context(), jobs.Setting{UseKept: true}),
		engine.New(nil)); err != nil || parts.Kept != 0 {
		t.Errorf("an empty archive: %v, %v", parts, err)
	}
}

// TestPassingJobs are always computed.
func TestPassingJobs(t *testing.T) {
	store := checkpoint.NewStore(filepath.Join(t.TempDir(), "parts"), "test")
	var computed atomic.Int32
	for range 2 {
		plan := jobs.NewPlan("Figure 0", nil)
		result := jobs.Add(plan, jobs.Spec{Name: "own", Key: "own", Weight: 1, Passing: true},
			func(context.Context, *engine.Engine) (func() int, error) {
				computed.Add(1)
				return func() int { return 7 }, nil // what JSON can't hold
			})
		parts, err := plan.Run(checkpoint.With(t.Context(), store), engine.New(testbackend.Open(t)))
		if err != nil || (*result)() != 7 || parts.Total != 0 {
			t.Errorf("%v, %v", parts, err)
		}
	}
	if computed.Load() != 2 {
		t.Errorf("it was computed %d times of 2", computed.Load())
	}
}

// TestWrongJobs: what can't be counted or kept is an error of one sentence.
func TestWrongJobs(t *testing.T) {
	for name, spec := range map[string]jobs.Spec{
		"weight": {Name: "x", Key: 1}, "JSON": {Name: "x", Key: math.NaN(), Weight: 1},
	} {
		plan := jobs.NewPlan("Figure 0", nil)
		jobs.Add(plan, spec, func(context.Context, *engine.Engine) (int, error) { return 0, nil })
		if _, err := plan.Run(t.Context(), engine.New(nil)); err == nil ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestJobsShareTheProcessors: what jobs run at a time of their own steps is no more, in all jobs together,
// than there are processors.
func TestJobsShareTheProcessors(t *testing.T) {
	plan := jobs.NewPlan("Figure 0", nil)
	var running, most atomic.Int64
	for i := range 6 {
		spec := jobs.Spec{Name: fmt.Sprint("part ", i), Key: i, Weight: 1}
		jobs.Add(plan, spec, func(ctx context.Context, e *engine.Engine) (int, error) {
			return 0, e.ForEach(ctx, 10, func(*engine.Engine, int) error {
				now := running.Add(1)
				for before := most.Load(); now > before &&
					!most.CompareAndSwap(before, now); before = most.Load() {
				}
				time.Sleep(time.Millisecond) // for the others to be there at once
				running.Add(-1)
				return nil
			})
		})
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	if _, err := plan.Run(t.Context(), e); err != nil || most.Load() > int64(processors.Count()) {
		t.Errorf("%d steps ran at once on %d processors, %v", most.Load(), processors.Count(), err)
	}
}
