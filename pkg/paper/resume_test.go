package paper_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

// checkResults saves the result, checks the file against the schema and returns it.
var checkResults = resultstest.CheckResults

// TestInterruptedRunsGoOn interrupts each long experiment, runs it again and compares with a run that was never interrupted. A third run
// has no backend, so that it would fail if anything were left to compute.
func TestInterruptedRunsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	dense, images := earlySmall(), earlyImagesSmall()
	dense.Nets, images.Nets = dense.Nets[3:5], images.Nets[1:4]
	for name, experiment := range map[string]func(ctx context.Context, e *engine.Engine) (any, error){
		"early": func(ctx context.Context, e *engine.Engine) (any, error) { return paper.Early(ctx, e, dense) },
		"early images": func(ctx context.Context, e *engine.Engine) (any, error) {
			return paper.EarlyImages(ctx, e, images, smoothData())
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, kept := resumetest.Check(t, func(ctx context.Context) (any, error) { return experiment(ctx, e) })
			if got, err := experiment(kept, engine.New(nil)); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("a run from kept parts alone differs, %v", err)
			}
		})
	}
}
