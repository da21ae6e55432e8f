package meanfield_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// TestLeapsGiveWhatLayersGive compares nets computed in leaps with the same nets layer by layer. A leap
// whose prediction is off by more than the tolerance is not taken, the correction is better by an order of
// it, and there are some dozens of leaps: hence a limit of ten times the tolerance.
func TestLeapsGiveWhatLayersGive(t *testing.T) {
	if testing.Short() {
		t.Skip("integrates for seconds")
	}
	const tolerance = 1e-6
	depths := []int{1, 2, 10, 47, 100}
	for _, test := range []struct {
		net  models.Config
		most int // leaps from the second layer to the last one
	}{
		{models.Config{Net: "residual", Beta: 0.05, Norm: norms.Batch}, 30},
		{models.Config{Net: "residual", Beta: 1, Norm: norms.Batch}, 60},
		{models.Config{Net: "residual", Beta: 0.3, Alpha: 0.97, Norm: norms.Batch}, 60},
		{models.Config{Net: "residual", Beta: 0.1}, 40},
		{models.Config{Net: "highway", Gamma2: 0.1, Norm: norms.Center}, 40},
	} {
		exact := make(map[int]*meanfield.Result)
		config := meanfield.Config{Net: test.net, X: grid(t, 24)}
		visit := func(r *meanfield.Result) error {
			exact[r.Config.Net.Depth] = r
			return nil
		}
		if err := meanfield.Each(t.Context(), config, depths, visit); err != nil {
			t.Fatal(err)
		}
		config.Tolerance = tolerance
		leaps := &counter{}
		err := meanfield.Each(progress.With(t.Context(), leaps), config, depths,
			func(r *meanfield.Result) error {
				depth := r.Config.Net.Depth
				if off := farthest(t, r, exact[depth]); !(off <= 10*tolerance) {
					t.Errorf("%s of depth %d: the autocorrelation is off by %.2g", test.net.Title(), depth,
						off)
				}
				if r.Layers != nil {
					t.Errorf("%s of depth %d has layers that were leapt over", test.net.Title(), depth)
				}
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		if leaps.updates > test.most || leaps.done != 100 {
			t.Errorf("%s: %d layers in %d leaps, want 100 in at most %d", test.net.Title(), leaps.done,
				leaps.updates,
				test.most)
		}
	}
}

// TestFeedforwardNetsDoNotLeap: without skips no layer is nearly like the one before.
func TestFeedforwardNetsDoNotLeap(t *testing.T) {
	config := meanfield.Config{Net: models.Config{Net: "feedforward", Depth: 12, Norm: norms.Center},
		X: grid(t, 24)}
	exact := run(t, config)
	config.Tolerance = 0.01
	if r := run(t, config); farthest(t, r, exact) != 0 || len(r.Layers) != 12 {
		t.Errorf("with a tolerance there are %d layers, and the autocorrelation is off by %g", len(r.Layers),
			farthest(t, r, exact))
	}
}

// counter counts updates of progress.
type counter struct{ updates, done int }

func (c *counter) Update(_ string, done, _ int) { c.updates, c.done = c.updates+1, done }

// farthest returns the largest difference of the autocorrelations of two results.
func farthest(t *testing.T, r, other *meanfield.Result) float64 {
	t.Helper()
	acf, err := r.ACF(15)
	if err != nil {
		t.Fatal(err)
	}
	want, err := other.ACF(15)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for k := range acf {
		worst = max(worst, math.Abs(acf[k]-want[k]))
	}
	return worst
}
