package resumetest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/jobs"
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

// Kept keeps the parts of a small experiment in place of its archive for the rest of the test, and returns
// what the experiment comes to when it is run, and when it is made of its kept parts, less a sample that is
// computed anew.
func Kept[R any](t *testing.T, archive **jobs.Archive, tolerance float64,
	run func(ctx context.Context) (R, error),
) (whole, again R) {
	t.Helper()
	var content bytes.Buffer
	setting := jobs.Setting{Record: func(parts []jobs.Part) {
		if err := jobs.Write(&content, parts); err != nil {
			t.Error(err)
		}
	}}
	whole, err := run(jobs.With(t.Context(), setting))
	if err != nil {
		t.Fatal(err)
	}
	before := *archive
	t.Cleanup(func() { *archive = before })
	*archive = jobs.NewArchive(t.Name(), content.Bytes(), tolerance)
	again, err = run(jobs.With(t.Context(), jobs.Setting{UseKept: true, Sample: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return whole, again
}
