package paper_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

// TestInterruptedRunsGoOn interrupts each long experiment, runs it again and compares with a run that was never interrupted. A third run
// has no backend, so that it would fail if anything were left to compute.
func TestInterruptedRunsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	realNets := paper.RealNetsQuick()
	realNets.Widths = realNets.Widths[:1]
	dense, images := earlySmall(), earlyImagesSmall()
	figure2 := paper.Figure2Quick()
	figure2.Depths, figure2.Draws, figure2.WhitenessDraws = []int{2, 24}, 2, 2
	dense.Nets, images.Nets = dense.Nets[3:5], images.Nets[1:4]
	for name, experiment := range map[string]func(ctx context.Context, e *engine.Engine) (any, error){
		"Figure 2":  func(ctx context.Context, e *engine.Engine) (any, error) { return paper.Figure2(ctx, e, figure2) },
		"real nets": func(ctx context.Context, e *engine.Engine) (any, error) { return paper.RealNets(ctx, e, realNets) },
		"normalisation": func(ctx context.Context, e *engine.Engine) (any, error) {
			return paper.Normalization(ctx, e, paper.NormalizationQuick())
		},
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

// TestOwnNormsAreNotKept: a normalisation of the reader's own is known by its name alone, and may change behind it.
func TestOwnNormsAreNotKept(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	folder := filepath.Join(t.TempDir(), "parts")
	config := paper.NormalizationQuick()
	own := &norms.Norm{Name: "own", Apply: norms.Center.Apply}
	config.Nets = []models.Config{{Net: "feedforward", Depth: 3, Width: 8, Norm: own}}
	if _, err := paper.Normalization(checkpoint.With(t.Context(), checkpoint.NewStore(folder, "test")), e, config); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("parts were kept: %v", err)
	}
}
