package lab_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestKeptPartsByEnvironment: a session takes what is kept with the code, less a sample that a number
// repeats, or computes everything anew.
func TestKeptPartsByEnvironment(t *testing.T) {
	const n = 200
	run := func(ctx context.Context, archive *jobs.Archive) results.Parts {
		t.Helper()
		plan := jobs.NewPlan("Figure 0", archive)
		for i := range n {
			jobs.Add(plan, jobs.Spec{Name: fmt.Sprint("part ", i), Key: i, Weight: 1},
				func(context.Context, *engine.Engine) (int, error) { return i, nil })
		}
		parts, err := plan.Run(ctx, engine.New(nil))
		if err != nil {
			t.Fatal(err)
		}
		return parts
	}
	var content bytes.Buffer
	run(jobs.With(t.Context(), jobs.Setting{Record: func(parts []jobs.Part) {
		if err := jobs.Write(&content, parts); err != nil {
			t.Fatal(err)
		}
	}}), nil)
	archive := jobs.NewArchive("Figure 0", content.Bytes(), 0)
	t.Setenv(lab.ResultsVariable, t.TempDir())
	opened := func(anew, sample string) results.Parts {
		t.Helper()
		t.Setenv(lab.AnewVariable, anew)
		t.Setenv(lab.SampleVariable, sample)
		s, err := lab.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return run(s.Context, archive)
	}
	first, second := opened("", ""), opened("", "")
	if first.Kept != n || first.Sample == second.Sample ||
		fmt.Sprint(first.Recomputed) == fmt.Sprint(second.Recomputed) {
		t.Errorf("two runs: %+v and %+v", first, second)
	}
	if again := opened("", fmt.Sprint(first.Sample)); fmt.Sprint(again) != fmt.Sprint(first) ||
		fmt.Sprint(again.Recomputed) != fmt.Sprint(first.Recomputed) {
		t.Errorf("the number %d gives the sample %v, and gave %v", first.Sample, again.Recomputed,
			first.Recomputed)
	}
	if anew := opened("1", ""); anew.Kept != 0 || anew.Total != n {
		t.Errorf("anew: %+v", anew)
	}
	t.Setenv(lab.SampleVariable, "seven")
	if _, err := lab.Open(); err == nil || !strings.Contains(err.Error(),
		"SHATTERED_SAMPLE is \"seven\": give a whole number") {
		t.Errorf("a sample called seven: %v", err)
	}
}
