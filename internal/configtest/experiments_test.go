package configtest

import (
	"context"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/atlastraining"
	"github.com/shattered-gradients/shattered/pkg/paper/closedforms"
	"github.com/shattered-gradients/shattered/pkg/paper/coupled"
	"github.com/shattered-gradients/shattered/pkg/paper/dial"
	"github.com/shattered-gradients/shattered/pkg/paper/donsker"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
	"github.com/shattered-gradients/shattered/pkg/paper/figure1"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
	"github.com/shattered-gradients/shattered/pkg/paper/figure4"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/paper/finitewidth"
	"github.com/shattered-gradients/shattered/pkg/paper/lasting"
	"github.com/shattered-gradients/shattered/pkg/paper/normalization"
	"github.com/shattered-gradients/shattered/pkg/paper/realnets"
	"github.com/shattered-gradients/shattered/pkg/paper/rejections"
	"github.com/shattered-gradients/shattered/pkg/paper/resolution"
	"github.com/shattered-gradients/shattered/pkg/paper/theorems"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// altered is the attempt at a config that is right but for one field.
func altered[C, R any](config func() C,
	run func(context.Context, *engine.Engine, C) (R, error)) attempt {
	return func(ctx context.Context, e *engine.Engine, content []byte) error {
		c := config()
		faulttest.Alter(&c, content, choices()...)
		_, err := run(ctx, e, c)
		return err
	}
}

// onImages is an experiment that takes images, on a few.
func onImages[C, R any](run func(context.Context, *engine.Engine, C, training.Data) (R, error),
) func(context.Context, *engine.Engine, C) (R, error) {
	return func(ctx context.Context, e *engine.Engine, config C) (R, error) {
		return run(ctx, e, config, fewData())
	}
}

// alterations are the attempts at the configs of the paper's experiments, by their names, at a small size:
// the checks are the same, and what is not refused begins sooner. What is made of runs that are there
// computes nothing.
var alterations = map[string]attempt{
	atlas.Name:         altered(atlas.Quick, atlas.Run),
	atlastraining.Name: altered(atlastraining.Quick, atlastraining.Run),
	atlastraining.ImagesName: altered(atlastraining.QuickImages,
		onImages(atlastraining.RunImages)),
	closedforms.Name: altered(closedforms.Quick, closedforms.Run),
	coupled.Name:     altered(coupled.Quick, coupled.Run),
	dial.Name:        altered(dial.Quick, dial.Run),
	donsker.Name:     altered(donsker.Quick, donsker.Run),
	earlydense.Name:  altered(earlydense.Quick, earlydense.Run),
	earlyimages.Name: altered(earlyimages.Quick, onImages(earlyimages.Run)),
	figure1.Name:     altered(figure1.Quick, figure1.Run),
	figure2.Name:     altered(figure2.Quick, figure2.Run),
	figure3.Name:     altered(figure3.Quick, figure3.Run),
	figure4.Name:     altered(figure4.Quick, figure4.Run),
	figure5.Name: altered(figure5.Quick, func(ctx context.Context, e *engine.Engine,
		config figure5.Config) (*figure5.Result, error) {
		return figure5.Run(ctx, e, config, fewImages())
	}),
	finitewidth.Name:   altered(finitewidth.Quick, finitewidth.Run),
	normalization.Name: altered(normalization.Quick, normalization.Run),
	realnets.Name:      altered(realnets.Quick, realnets.Run),
	rejections.Name:    altered(rejections.Quick, rejections.Run),
	resolution.Name:    altered(resolution.Quick, resolution.Run),
	theorems.Name:      altered(theorems.Quick, theorems.Run),
}

// TestEveryExperimentIsAltered: an experiment that joins the list is tried too.
func TestEveryExperimentIsAltered(t *testing.T) {
	ofRuns := []string{figure6.Name, figure6.TenEpochsName, lasting.Name}
	for _, e := range experiments.All {
		if alterations[e.Name] == nil && !slices.Contains(ofRuns, e.Name) {
			t.Errorf("the config of %s is not tried", e.Name)
		}
	}
}

// FuzzExperiments gives one field of each experiment's config what no formula expects. An experiment plans
// its parts one after the other, and those before the wrong one take memory too.
func FuzzExperiments(f *testing.F) {
	e, err := opened()
	if err != nil {
		f.Fatal(err)
	}
	seeds(f)
	f.Fuzz(func(t *testing.T, content []byte) { try(t, e, alterations, content, 4) })
}
