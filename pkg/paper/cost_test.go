package paper_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
)

// TestCountsOfFiguresAreChecked asks each figure for more than can be paid, by one of its counts: it says so before it computes anything.
func TestCountsOfFiguresAreChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	ctx := t.Context()
	const many = 1 << 62
	dense, images, five := paper.EarlyQuick(), paper.EarlyImagesQuick(), figure5.Quick()
	dense.Draws, images.Seeds, five.Minibatches = many, many, many
	for name, run := range map[string]func() error{
		"early":    func() error { _, err := paper.Early(ctx, e, dense); return err },
		"images":   func() error { _, err := paper.EarlyImages(ctx, e, images, smoothData()); return err },
		"Figure 5": func() error { _, err := figure5.Run(ctx, e, five, testimages.Noise(4, 1, 0)); return err },
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), " would ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error %v is not a sentence with the cost", name, err)
		}
	}
}
