package gradients_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// TestWhitenessTellsWhatIsDependent runs the test on three kinds of series: independent values, values with
// random signs whose sizes vary smoothly, and an autoregression.
func TestWhitenessTellsWhatIsDependent(t *testing.T) {
	const m, draws = 256, 200
	kinds := map[string]func(draw uint64) []float64{
		"white": func(draw uint64) []float64 { return autoregression(m, 0, 1, draw) },
		"sizes": func(draw uint64) []float64 {
			x := autoregression(m, 0, 2, draw)
			for i := range x {
				x[i] *= math.Exp(1.5 * math.Sin(2*math.Pi*float64(i)/m))
			}
			return x
		},
		"autoregression": func(draw uint64) []float64 { return autoregression(m, 0.5, 3, draw) },
	}
	for name, want := range map[string]struct{ rejected, signs, correlated bool }{
		"white":          {false, false, false},
		"sizes":          {true, false, true},
		"autoregression": {true, true, true},
	} {
		series := make([][]float64, draws)
		for i := range series {
			series[i] = kinds[name](uint64(i))
		}
		w, err := gradients.TestWhiteness(series, 1)
		if err != nil {
			t.Fatal(err)
		}
		// The test rejects 5 % of white series, up to 12.5 % in four deviations of 200 draws; the dependent
		// ones nearly always.
		for quantity, check := range map[string]struct {
			share float64
			large bool
		}{
			"values": {w.Rejected.Value, want.rejected}, "signs": {w.RejectedSigns.Value, want.signs},
			"shuffled values": {w.RejectedShuffled.Value, false},
		} {
			if check.large != (check.share > 0.5) || !check.large && check.share > 0.125 {
				t.Errorf("%s: the test rejects %s in %g of the draws", name, quantity, check.share)
			}
		}
		if want.correlated != (w.SizeCorrelation.Low > 0.05) {
			t.Errorf("%s: the squares are correlated by %v", name, w.SizeCorrelation)
		}
	}
	// Most of the values are at the median, as of a narrow net whose units are off.
	most := [][]float64{make([]float64, 64), make([]float64, 64)}
	for i := range 24 {
		most[0][2*i], most[1][2*i] = 1, -1
	}
	if _, err := gradients.TestWhiteness(most, 1); err != nil {
		t.Errorf("of gradients that are 0 at most inputs: %v", err)
	}
	if _, err := gradients.TestWhiteness(nil, 1); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("no draws give %v", err)
	}
}
