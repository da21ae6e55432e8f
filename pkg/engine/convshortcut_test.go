package engine_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"gonum.org/v1/gonum/stat"
)

// TestShortcutsKeepTheirVariance measures the second moment, averaged over filters, of what a shortcut hands
// on, over that of what it takes: in a net whose branches weigh nothing to speak of, on images with a
// deviation of 10. Between filters of 4 and 8 all of it is as documented.
func TestShortcutsKeepTheirVariance(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many nets")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, test := range []struct {
		shortcut *models.Shortcut
		norm     *norms.Norm
		want     float64
		exact    bool
	}{
		{models.OptionA, norms.None, 0.5, true},
		{models.ChannelCopy, norms.None, 1, true},
		{models.Projection, norms.None, 1, false},
		{models.Projection, norms.Batch, 1, false},
		{models.Preactivated, norms.None, 1, false},
		{models.Preactivated, norms.Batch, 1, false}, // of a signal of variance 1, not of one of variance 100
	} {
		var ratios []float64
		for draw := range uint64(250) {
			before, after := aroundShortcut(t, e, test.shortcut, test.norm, draw)
			if test.shortcut.Rectified && test.norm == norms.Batch {
				normalize(before)
			}
			ratios = append(ratios, secondMoment(after, 8, 8, 1)/secondMoment(before, 16, 4, 2))
		}
		// What a matrix of independent weights hands on has, on average over its draws, exactly the second
		// moment times its variance and its fan-in, and over signals of both signs a rectifier passes exactly
		// half: 4 standard errors. Without weights there is only the rounding of float32, and branches of
		// 1e-6.
		mean, deviation := stat.MeanStdDev(ratios, nil)
		tolerance := 4 * deviation / math.Sqrt(float64(len(ratios)))
		if test.exact {
			tolerance = 1e-4
		}
		if math.Abs(mean-test.want) > tolerance || tolerance > 0.1 {
			t.Errorf("%s, normalisation %s: the second moment changes by a factor of %.4f ± %.4f, want %g",
				test.shortcut, test.norm, mean, tolerance, test.want)
		}
	}
}

// aroundShortcut returns the maps in front of a change from 16 x 16 positions of 4 filters to 8 x 8 of 8, and
// behind it.
func aroundShortcut(t *testing.T, e *engine.Engine, shortcut *models.Shortcut, norm *norms.Norm,
	draw uint64) (before, after []float64) {
	t.Helper()
	net, err := models.New(models.Config{
		Net: "conv-residual", Depth: 8, Width: 4, Beta: 1e-6, Norm: norm,
		Images: models.Images{Height: 16, Width: 16, Channels: 3, Resolutions: 2, Shortcut: shortcut},
	})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := imageBatch(2, 16, 16, 3)
	large := make([]float32, len(x))
	for i := range x {
		large[i] = float32(10 * x[i])
	}
	batch := tensors.FromFlatDataAndDimensions(large, 2, 16, 16, 3)
	trace, err := e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Draw(3, draw), Inputs: batch, Output: true,
			Tap: engine.Preactivations})
	if err != nil {
		t.Fatal(err)
	}
	return trace.Taps[4], trace.Taps[6] // behind two branches of two rectifiers each, and behind a third
}

// normalize makes the mean of each of the 4 filters 0 and its variance 1.
func normalize(maps []float64) {
	n := len(maps) / 4
	for filter := range 4 {
		values := make([]float64, n)
		for i := range values {
			values[i] = maps[4*i+filter]
		}
		mean, variance := stat.PopMeanVariance(values, nil)
		for i := range values {
			maps[4*i+filter] = (values[i] - mean) / math.Sqrt(variance)
		}
	}
}

// secondMoment returns that of every stride-th position of the maps of both images, side x side, averaged
// over filters.
func secondMoment(maps []float64, side, filters, stride int) float64 {
	var squares []float64
	for i, value := range maps {
		if position := i / filters; position%side%stride == 0 && position/side%side%stride == 0 {
			squares = append(squares, value*value)
		}
	}
	return stat.Mean(squares, nil)
}

// TestChannelCopyRepeatsFilters widens 5 filters to 11, as nets of 1/sqrt(2) as many filters have them.
func TestChannelCopyRepeatsFilters(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.New(models.Config{
		Net: "conv-residual", Depth: 8, Width: 8, Beta: 1e-30,
		Images: models.Images{Height: 4, Width: 4, Resolutions: 2, FilterScale: math.Sqrt2 / 2,
			Shortcut: models.ChannelCopy},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, batch := imageBatch(1, 4, 4, 3)
	trace, err := e.Run(t.Context(),
		engine.Request{Net: net, Weights: net.Draw(1, 0), Inputs: batch, Output: true,
			Tap: engine.Preactivations})
	if err != nil {
		t.Fatal(err)
	}
	before, after := trace.Taps[4], trace.Taps[6]
	for y := range 2 {
		for x := range 2 {
			for filter := range 11 {
				got, want := after[(y*2+x)*11+filter], before[(2*y*4+2*x)*5+filter%5]
				if math.Abs(got-want) > 1e-12 {
					t.Errorf("filter %d at row %d, column %d is %g, want %g", filter, y, x, got, want)
				}
			}
		}
	}
}
