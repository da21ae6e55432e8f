package atlastraining

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
)

// TestAllPairsAreThere: every slope of the leak meets every gain, once, and rows are nets under names that
// results can be kept by.
func TestAllPairsAreThere(t *testing.T) {
	for name, rows := range map[string][]atlas.Row{"feedforward": Rows(), "conv-feedforward": ImageRows()} {
		relu, err := rows[0].Net(10)
		if err != nil || relu.Net != name {
			t.Fatalf("the first row is %v, %v", rows[0], err)
		}
		for _, slope := range Slopes() {
			for _, factor := range Factors() {
				net, count := leaky(slope, factor), 0
				net.Net = name
				for _, row := range rows {
					if is(row, net) {
						count++
					}
				}
				if count != 1 {
					t.Errorf("%s: slope %g and factor %g are there %d times", name, slope, factor, count)
				}
			}
		}
		names := make(map[string]bool)
		for _, row := range rows {
			for _, depth := range []int{10, 50} {
				net, err := row.Net(depth)
				if err == nil {
					_, err = models.New(net)
				}
				if err != nil || !net.Registered() || names[row.Name] && depth == 10 {
					t.Errorf("%s: the row %q at %d layers: registered %t, known %t, %v", name, row.Name,
						depth,
						net.Registered(), names[row.Name], err)
				}
			}
			names[row.Name] = true
		}
	}
	if n := len(Rows()); n != 45+9 {
		t.Errorf("the dense task has %d rows, want the 45 of the plan's that it takes, and 9 pairs", n)
	}
	if _, err := atlas.Named(joinedLater...); err != nil {
		t.Errorf("what is left out is no row: %v", err)
	}
}

// TestFactorIsThatOfALayer: E g^2 changes by the factor with every layer. For leaky rectifiers without a
// normalisation that is exact at every width: flipping the signs of a unit's weights flips its gate, so that
// each is open in half of the draws whatever the gradient behind it is.
func TestFactorIsThatOfALayer(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for _, factor := range []float64{0.9, 1.1} {
		square := func(depth int, first uint64) stats.Estimate {
			net := leaky(0.6, factor)
			net.Net, net.Depth, net.Width = "feedforward", depth, 32
			found, err := gradients.Run(t.Context(), e, gradients.Config{Net: net, Inputs: 8, Draws: 400,
				First: first, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			return stats.MeanOf(found.Gradients, func(g []float64) float64 { return floats.Dot(g, g) / 8 })
		}
		shallow, deep := square(2, 0), square(9, 1000)
		want := math.Pow(factor, 7)
		spread := math.Hypot(shallow.StdErr/shallow.Value, deep.StdErr/deep.Value)
		if ratio := deep.Value / shallow.Value / want; math.Abs(ratio-1) > 4*spread || spread > 0.1 {
			t.Errorf("over seven layers E g² changes by %.3g times factor^7 = %.3g, error %.2g", ratio, want,
				spread)
		}
	}
}
