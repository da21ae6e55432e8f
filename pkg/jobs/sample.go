package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// The sample of an archive that each run computes anew: by what it costs a share of what all of it would, and
// at least a few.
const (
	sampleShare = 0.005
	sampleLeast = 3
)

// sample returns the jobs among those kept with the code that are to be computed anew, in a random order.
// Each is drawn from those that are left with chances in inverse proportion to what they cost ([run.again]):
// where the sample is a small share, all jobs get about the same time of a processor over many runs, and the
// few that take longer than all others are drawn seldom.
func (r *run) sample(kept []int) []int {
	rng := random.Stream(r.setting.Sample)
	whole := 0.0
	// The least of independent exponential variables is that of job k with a chance in proportion to its
	// rate, here one over its cost; the others are ordered in the same way.
	arrival := make(map[int]float64, len(kept))
	for _, i := range kept {
		whole += r.again(i)
		arrival[i] = rng.ExpFloat64() * r.again(i)
	}
	order := slices.SortedFunc(slices.Values(kept), func(i, k int) int {
		return cmp.Compare(arrival[i], arrival[k])
	})
	chosen := 0.0
	for n, i := range order {
		if n >= sampleLeast && chosen >= sampleShare*whole {
			return order[:n]
		}
		chosen += r.again(i)
	}
	return order
}

// leastSeconds is what a part counts as costing that took less: so little says nothing about the next time.
const leastSeconds = 1e-3

// again returns the seconds that it took to compute as much of a job kept with the code as is compared with
// it. They say more than weights, which are guesses: nets of several kinds have hundreds of times of the
// seconds for one weight.
func (r *run) again(i int) float64 {
	seconds := max(r.parts[i].Seconds, leastSeconds)
	if j := r.jobs[i]; j.check != nil {
		seconds *= j.check.weight / j.Weight
	}
	return seconds
}

// Check computes anew those parts kept with the code that choose takes, and compares them with what is kept,
// as Run does with its sample. It returns an error where one differs by more than the archive's tolerance.
func (p *Plan) Check(ctx context.Context, e *engine.Engine, choose func(Part) bool) (results.Parts, error) {
	if err := p.encodeKeys(); err != nil {
		return results.Parts{}, err
	}
	r := &run{Plan: p, parts: make([]*Part, len(p.jobs)), sampled: make(map[int]bool)}
	for i, j := range r.jobs {
		part, err := p.archive.part(j.key)
		if err != nil {
			return results.Parts{}, err
		}
		if part != nil && choose(*part) {
			r.parts[i], r.sampled[i], r.todo = part, true, append(r.todo, i)
		}
	}
	inner := engine.Sharing(ctx, len(r.todo))
	err := e.ForEach(ctx, len(r.todo), func(e *engine.Engine, next int) error {
		return r.do(inner, e, r.todo[next])
	})
	return r.report, err
}

// compare compares the result of a sampled job with what is kept, which stays the job's result: figures do
// not depend on the sample.
func (r *run) compare(i int, result json.RawMessage) error {
	j := r.jobs[i]
	anew, err := j.project(result)
	if err != nil {
		return err
	}
	kept, err := j.project(r.parts[i].Result) // last, so that it is what stays
	if err != nil {
		return err
	}
	far, where, err := difference(kept, anew)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Recomputed = append(r.report.Recomputed, j.Name)
	slices.Sort(r.report.Recomputed)
	if j.check != nil {
		r.report.InPart++
	}
	r.report.Largest = max(r.report.Largest, far)
	if !(far <= r.archive.tolerance) {
		return fmt.Errorf("the part %q of %s comes out otherwise than it is kept with the code: %s by a "+
			"relative difference of %.2g, and rounding explains up to %.2g; "+
			"compute everything anew (scripts/reproduce --anew), and if you have changed the code, raise "+
			"the version of what you changed",
			j.Name, r.name, where, far, r.archive.tolerance)
	}
	return nil
}

// difference returns the largest relative difference of two JSON values' numbers, and where it is; infinite
// where anything else differs.
func difference(a, b []byte) (far float64, where string, err error) {
	var left, right any
	if err := json.Unmarshal(a, &left); err != nil {
		return 0, "", err
	}
	if err := json.Unmarshal(b, &right); err != nil {
		return 0, "", err
	}
	far, where = distance("", left, right)
	return far, where, nil
}

// distance is difference for decoded values at a place.
func distance(at string, left, right any) (far float64, where string) {
	farther := func(place string, l, r any) {
		if d, w := distance(place, l, r); d > far || where == "" {
			far, where = d, w
		}
	}
	switch l := left.(type) {
	case float64:
		if r, same := right.(float64); same {
			return relative(l, r), fmt.Sprintf("%s is %.6g and not %.6g,", at, r, l)
		}
	case []any:
		if r, same := right.([]any); same && len(r) == len(l) {
			for i := range l {
				farther(fmt.Sprintf("%s[%d]", at, i), l[i], r[i])
			}
			return far, where
		}
	case map[string]any:
		if r, same := right.(map[string]any); same && len(r) == len(l) {
			for name := range l {
				farther(at+"."+name, l[name], r[name])
			}
			return far, where
		}
	default:
		if left == right {
			return 0, at
		}
	}
	return math.Inf(1), fmt.Sprintf("%s is %v and not %v,", at, right, left)
}

// relative returns the difference of two numbers over the larger one, or over 1 where both are smaller:
// shares and correlations count as they are.
func relative(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / max(math.Abs(a), math.Abs(b), 1)
}
