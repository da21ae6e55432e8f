package resumetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// CheckWhole checks that all parts of a plan at the paper's size are kept with the code. The plan's archive
// may hold nothing yet, where the content that it is read from is empty.
func CheckWhole(t *testing.T, plan *jobs.Plan, content []byte, name string) {
	t.Helper()
	if len(content) == 0 {
		t.Skipf("nothing is kept: scripts/reproduce --keep %s writes it", name)
	}
	missing, err := plan.Missing()
	if err != nil || len(missing) > 0 {
		t.Errorf("%d parts are not kept with the code, %v: %s", len(missing), err,
			strings.Join(missing[:min(3, len(missing))], "; "))
	}
}

// CheckKept is CheckWhole, and computes the cheapest part of each kind anew (each probe, each quantity of the
// theory), where that took no more than ten seconds: what the code makes of it must be what is kept. So code
// that was changed without a new version is found before a reader's random sample meets one of its parts.
func CheckKept(t *testing.T, plan *jobs.Plan, content []byte, name string) {
	t.Helper()
	CheckWhole(t, plan, content, name)
	if testing.Short() {
		return
	}
	t.Run("anew", func(t *testing.T) {
		e := engine.New(testbackend.XLA(t))
		defer e.Close()
		parts, err := jobs.Read(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		cheapest := make(map[string]jobs.Part)
		for _, part := range parts {
			kind := kindOf(t, part)
			if found, is := cheapest[kind]; !is || part.Seconds < found.Seconds {
				cheapest[kind] = part
			}
		}
		const most = 10 // seconds
		checked, err := plan.Check(t.Context(), e, func(part jobs.Part) bool {
			return part.Seconds <= most && bytes.Equal(part.Key, cheapest[kindOf(t, part)].Key)
		})
		if err != nil {
			t.Error(err)
		}
		if len(checked.Recomputed) == 0 {
			t.Errorf("of %d kinds of parts, none takes less than %d seconds", len(cheapest), most)
		}
	})
}

// kindOf returns what a part's key says in words: the probe, or the quantity of the theory.
func kindOf(t *testing.T, part jobs.Part) string {
	t.Helper()
	var key map[string]any
	if err := json.Unmarshal(part.Key, &key); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(key, func(_ string, value any) bool { _, word := value.(string); return !word })
	return fmt.Sprint(key) // in the order of the names
}

// Kept keeps the parts of a small experiment in place of its archive for the rest of the test, and makes it
// of them: all numbers are the same as when it is computed, all parts are taken, and a sample of three at
// least is computed anew and agrees. On the same processor and backend that gives the same bits, or nearly:
// differences up to largest. numbers returns what a result's numbers are, and where they come from. Kept
// returns the latter, for what else there is to say of it.
func Kept[C, R any](t *testing.T, archive **jobs.Archive, tolerance, largest float64,
	run func(context.Context, *engine.Engine, C) (R, error), config C, numbers func(R) (any, results.Parts),
) results.Parts {
	t.Helper()
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	var content bytes.Buffer
	setting := jobs.Setting{Record: func(parts []jobs.Part) {
		if err := jobs.Write(&content, parts); err != nil {
			t.Error(err)
		}
	}}
	whole, err := run(jobs.With(t.Context(), setting), e, config)
	if err != nil {
		t.Fatal(err)
	}
	before := *archive
	t.Cleanup(func() { *archive = before })
	*archive = jobs.NewArchive(t.Name(), content.Bytes(), tolerance)
	again, err := run(jobs.With(t.Context(), jobs.Setting{UseKept: true, Sample: 1}), e, config)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := numbers(whole)
	got, p := numbers(again)
	if !reflect.DeepEqual(got, want) {
		t.Error("what is made of kept parts differs from what was computed")
	}
	if p.Kept != p.Total || len(p.Recomputed) < 3 || p.Largest > largest {
		t.Errorf("the parts: %+v", p)
	}
	return p
}
