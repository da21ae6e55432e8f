package configtest

import (
	"context"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/atlastraining"
	"github.com/shattered-gradients/shattered/pkg/paper/closedforms"
	"github.com/shattered-gradients/shattered/pkg/paper/coupled"
	"github.com/shattered-gradients/shattered/pkg/paper/dial"
	"github.com/shattered-gradients/shattered/pkg/paper/donsker"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
	"github.com/shattered-gradients/shattered/pkg/paper/figure1"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
	"github.com/shattered-gradients/shattered/pkg/paper/figure4"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
	"github.com/shattered-gradients/shattered/pkg/paper/finitewidth"
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
		return run(ctx, e, config, training.CIFAR10(&images.Data{Train: fewImages(), Test: fewImages()}))
	}
}

// experiments are the attempts at the configs of the paper's experiments, at a small size: the checks are the
// same, and what is not refused begins sooner.
var experiments = map[string]attempt{
	"atlas":          altered(atlas.Quick, atlas.Run),
	"atlas-training": altered(atlastraining.Quick, atlastraining.Run),
	"atlas-training-images": altered(atlastraining.QuickImages,
		onImages(atlastraining.RunImages)),
	"closed-forms":          altered(closedforms.Quick, closedforms.Run),
	"coupled":               altered(coupled.Quick, coupled.Run),
	"dial":                  altered(dial.Quick, dial.Run),
	"donsker":               altered(donsker.Quick, donsker.Run),
	"early-training":        altered(earlydense.Quick, earlydense.Run),
	"early-training-images": altered(earlyimages.Quick, onImages(earlyimages.Run)),
	"figure-1":              altered(figure1.Quick, figure1.Run),
	"figure-2":              altered(figure2.Quick, figure2.Run),
	"figure-3":              altered(figure3.Quick, figure3.Run),
	"figure-4":              altered(figure4.Quick, figure4.Run),
	"figure-5": altered(figure5.Quick, func(ctx context.Context, e *engine.Engine,
		config figure5.Config) (*figure5.Result, error) {
		return figure5.Run(ctx, e, config, fewImages())
	}),
	"finite-width":  altered(finitewidth.Quick, finitewidth.Run),
	"normalization": altered(normalization.Quick, normalization.Run),
	"real-nets":     altered(realnets.Quick, realnets.Run),
	"rejections":    altered(rejections.Quick, rejections.Run),
	"resolution":    altered(resolution.Quick, resolution.Run),
	"theorems":      altered(theorems.Quick, theorems.Run),
}

// FuzzExperiments gives one field of each experiment's config what no formula expects. An experiment plans
// its parts one after the other, and those before the wrong one take memory too.
func FuzzExperiments(f *testing.F) {
	e, err := opened()
	if err != nil {
		f.Fatal(err)
	}
	seeds(f)
	f.Fuzz(func(t *testing.T, content []byte) { try(t, e, experiments, content, 4) })
}
