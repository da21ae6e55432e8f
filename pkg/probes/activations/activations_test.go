package activations_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func Example() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	result, err := activations.Run(context.Background(), engine.New(opened), activations.Config{
		Net:   models.Config{Net: "feedforward", Depth: 10, Width: 50, Norm: norms.Batch},
		Draws: 4, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	active, err := stats.SummarizeCurve(result.Active)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("in layer %d a unit is active at about half of the inputs: %t\n", len(active.Mean),
		math.Abs(active.Mean[9]-0.5) < 0.05)
	// Output: in layer 10 a unit is active at about half of the inputs: true
}

// TestFirstLayerHasItsClosedForm compares with unit k being on for the inputs x > b_k.
func TestFirstLayerHasItsClosedForm(t *testing.T) {
	net := models.Config{Net: "feedforward", Depth: 1, Width: 30}
	config := activations.Config{Net: net, Draws: 3, Seed: 9, Inputs: 40}
	e := engine.New(testbackend.Open(t))
	result, err := activations.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	rasters, err := activations.Rasters(t.Context(), e, config, 0)
	if err != nil {
		t.Fatal(err)
	}
	defined, err := models.New(net)
	if err != nil {
		t.Fatal(err)
	}
	for draw, raster := range rasters {
		bias := defined.Draw(9, uint64(draw)).Values(0)[0]
		on, pairs := 0.0, 0.0
		for k, b := range bias {
			count := 0.0
			for i := range 40 {
				want := float32(-2+4*float64(i)/39) > b
				if raster.Row(k)[i] != want {
					t.Fatalf("draw %d: unit %d with bias %g is active at input %d: %t", draw, k, b, i, !want)
				}
				if want {
					count++
				}
			}
			on += count / 40
			pairs += count * (count - 1) / (40 * 39)
		}
		// The same sums of 30 exact terms in the same order.
		if a, c := result.Active[draw][0], result.Coactive[draw][0]; math.Abs(a-on/30) > 1e-14 ||
			math.Abs(c-pairs/30) > 1e-14 {
			t.Errorf("draw %d: shares %g and %g, want %g and %g", draw, a, c, on/30, pairs/30)
		}
	}
}

// TestCountsAgainstPairs compares the counts made on the device with all pairs of inputs, one by one, on both
// backends.
func TestCountsAgainstPairs(t *testing.T) {
	for _, opened := range []compute.Backend{testbackend.Go(t), testbackend.XLA(t)} {
		e := engine.New(opened)
		for _, net := range []models.Config{
			{Net: "feedforward", Norm: norms.None}, {Net: "feedforward", Norm: norms.Batch},
			{Net: "residual", Norm: norms.Center, Beta: 0.5},
		} {
			net.Depth, net.Width = 5, 12
			config := activations.Config{Net: net, Draws: 2, Seed: 4, Inputs: 33}
			result, err := activations.Run(t.Context(), e, config)
			if err != nil {
				t.Fatal(err)
			}
			for l := range net.Depth {
				rasters, err := activations.Rasters(t.Context(), e, config, l+1)
				if err != nil {
					t.Fatal(err)
				}
				for draw, raster := range rasters {
					active, coactive := countPairs(raster)
					// Sums of 12 multiples of 1/M and 1/(M(M-1)): rounding only.
					if math.Abs(result.Active[draw][l]-active) > 1e-14 ||
						math.Abs(result.Coactive[draw][l]-coactive) > 1e-14 {
						t.Errorf("%s, %s on %s, layer %d: %g and %g, want %g and %g", net.Net, net.Norm.Name,
							opened.Name(), l+1,
							result.Active[draw][l], result.Coactive[draw][l], active, coactive)
					}
				}
			}
		}
	}
}

// countPairs visits every ordered pair of distinct inputs.
func countPairs(r *activations.Raster) (active, coactive float64) {
	on, both, pairs := 0, 0, 0
	for unit := range r.Units {
		row := r.Row(unit)
		for i := range row {
			if row[i] {
				on++
			}
			for j := range row {
				if i != j {
					pairs++
					if row[i] && row[j] {
						both++
					}
				}
			}
		}
	}
	return float64(on) / float64(len(r.On)), float64(both) / float64(pairs)
}

func TestKnownRasters(t *testing.T) {
	const m = 8
	// Rows: always on, always off, alternating, on for the second half, and two runs of lengths 2 and 6.
	rows := []string{"11111111", "00000000", "10101010", "00001111", "11000000"}
	raster := &activations.Raster{Units: len(rows), Inputs: m}
	for _, row := range rows {
		for _, value := range row {
			raster.On = append(raster.On, value == '1')
		}
	}
	if got, want := raster.Active(), []float64{1, 0, 0.5, 0.5, 0.25}; !slices.Equal(got, want) {
		t.Errorf("activation per unit is %v, want %v", got, want)
	}
	want := []int{8, 8, 1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 2, 6}
	if got := raster.Contiguity(); !slices.Equal(got, want) {
		t.Errorf("contiguity is %v, want %v", got, want)
	}
	shape := activations.Shape{
		Constant: 2.0 / 5, Balanced: 3.0 / 5, Longest: 2.0 / 14, Shortest: 8.0 / 14, Peak: 8.0 / 14,
		Last: 2.0 / 14, MeanRun: 40.0 / 14,
	}
	if got := raster.Shape(); got != shape {
		t.Errorf("shape is %+v, want %+v", got, shape)
	}
	// Eleven bins from 0 to 1 are 0.0909 wide: 0 in the first, 1/4 in the third, 1/2 in the sixth, 1 in the
	// last.
	if got, want := activations.ActiveHistogram(raster),
		[]float64{0.2, 0, 0.2, 0, 0, 0.4, 0, 0, 0, 0, 0.2}; !reflect.DeepEqual(got, want) {
		t.Errorf("histogram of the activation is %v, want %v", got, want)
	}
	// Eleven bins from 1 to 8 are 0.636 wide: 1 in the first, 2 in the second, 4 in the fifth, 6 in the
	// eighth, 8 in the last.
	counts := make([]float64, activations.Bins)
	for bin, count := range map[int]float64{0: 8, 1: 1, 4: 2, 7: 1, 10: 2} {
		counts[bin] = count / 14
	}
	if got := activations.ContiguityHistogram(raster); !reflect.DeepEqual(got, counts) {
		t.Errorf("histogram of the contiguity is %v, want %v", got, counts)
	}
}

// TestCoinFlips checks the numbers that the paper compares with: of independent fair coins.
func TestCoinFlips(t *testing.T) {
	const units, m = 400, 256
	rng := random.Stream(7)
	raster := &activations.Raster{Units: units, Inputs: m, On: make([]bool, units*m)}
	for k := range raster.On {
		raster.On[k] = rng.IntN(2) == 1
	}
	shape := raster.Shape()
	// A row of coin flips has 1 + 255/2 runs on average, with a deviation of 8, so that the mean over 400
	// rows, and with it the mean length, has a relative error of 8/128.5/20 = 0.003: the tolerance is five of
	// these.
	if want := m / (1 + (m-1)/2.0); math.Abs(shape.MeanRun/want-1) > 0.016 {
		t.Errorf("the mean run of coin flips is %g, want %g", shape.MeanRun, want)
	}
	// Half of the runs inside a row have length 1; over 51000 runs that share has a deviation of about 0.002.
	// Runs at the rows' ends, 1 in 64, can only add 1/128.
	if math.Abs(shape.Shortest-0.5) > 0.018 {
		t.Errorf("%g of the runs of coin flips have length 1, want 1/2", shape.Shortest)
	}
	// 102400 coins: deviation about 0.0016
	if _, coactive := countPairs(raster); math.Abs(coactive-0.25) > 0.01 {
		t.Errorf("the coactivation of coin flips is %g, want 1/4", coactive)
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	good := activations.Config{Net: models.Config{Net: "feedforward", Depth: 2, Width: 4}, Draws: 1,
		Inputs: 8}
	for want, change := range map[string]func(*activations.Config){
		"draws is 0":       func(c *activations.Config) { c.Draws = 0 },
		"depth is -1":      func(c *activations.Config) { c.Net.Depth = -1 },
		"grid of 1 points": func(c *activations.Config) { c.Inputs = 1 },
		"float32": func(c *activations.Config) {
			c.Net = models.Config{Net: "residual", Depth: 8, Width: 4, Alpha: 1e30, Beta: 1}
		},
	} {
		config := good
		change(&config)
		_, err := activations.Run(t.Context(), e, config)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	if _, err := activations.Rasters(t.Context(), e, good, 3); err == nil ||
		!strings.Contains(err.Error(), "rectifier is 3") {
		t.Errorf("the raster of a rectifier that is not there gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := activations.Run(ctx, e, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
