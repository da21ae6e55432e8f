package figure5_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// madeUp makes up maps of blocks that fade into noise, and curves that rise and fall, those of one
// shortcut above those of the other.
func madeUp() *figure5.Result {
	r := &figure5.Result{Config: figure5.Quick()}
	one, beta := 1.0, 0.1
	for i, variant := range []paper.Variant{
		{Net: "conv-feedforward"}, {Net: "conv-feedforward"}, {Net: "conv-residual", Beta: &beta},
		{Net: "conv-residual", Beta: &beta},
	} {
		const n = 24
		noise, blocks := []float64{0, 1, 0, 0.3}[i], mat.NewSymDense(n, nil)
		rng := random.Stream(1, uint64(i))
		for a := range n {
			blocks.SetSym(a, a, 1)
			for b := range a {
				value := noise * 0.2 * (rng.Float64() - 0.5)
				if a/8 == b/8 {
					value += (1 - noise) * 0.6
				}
				blocks.SetSym(a, b, value)
			}
		}
		r.Maps = append(r.Maps, figure5.Map{Variant: variant,
			Map: rank.Map{Depth: []int{2, 50}[i%2], Covariance: blocks, Correlation: blocks}})
	}
	for _, setting := range []struct {
		norm       *norms.Norm
		statistics norms.Statistics
		images     string
	}{
		{norms.Batch, norms.Frozen, rank.ImagesName}, {norms.Batch, norms.Coupled, rank.ImagesName},
		{norms.None, norms.Frozen, rank.ImagesName}, {norms.Batch, norms.Frozen, rank.WhiteNoiseName},
	} {
		for k, scale := range []*float64{nil, &one, &beta, &one, &beta} {
			s := figure5.Series{Net: []string{"conv-feedforward", "conv-residual", "conv-residual",
				"conv-residual", "conv-residual"}[k],
				Norm: setting.norm.Name, Statistics: setting.statistics,
				Shortcut: []string{"", "option-a", "option-a", "projection", "projection"}[k],
				Beta:     scale, Images: setting.images, Depths: []int{2, 4, 10, 24, 50},
				Rank: new(stats.Curve), Covariance: new(stats.Curve)}
			for d := range s.Depths {
				for curve, mean := range map[*stats.Curve]float64{
					s.Rank:       0.1 + 0.15*float64(d)/[]float64{1, 1.3, 4, 2, 8}[k],
					s.Covariance: 0.7 - 0.15*float64(d)/[]float64{1, 1.3, 4, 2, 8}[k],
				} {
					curve.Mean, curve.StdErr = append(curve.Mean, mean), append(curve.StdErr, 0.02)
					curve.Lower, curve.Upper = append(curve.Lower, mean-0.06), append(curve.Upper, mean+0.06)
				}
			}
			r.Series = append(r.Series, s)
		}
	}
	return r
}

func TestGoldenPictures(t *testing.T) {
	figure, err := figure5.DrawMaps(madeUp())
	plottest.Golden(t, "figure-5", plottest.Rendered(t, figure, err))
	figure, err = figure5.DrawRanks(madeUp())
	plottest.Golden(t, "figure-5-rank", plottest.Rendered(t, figure, err))
}

func TestPicturesOfBrokenResults(t *testing.T) {
	broken := madeUp()
	broken.Maps[1].Covariance = nil
	broken.Series[2].Rank.Mean = broken.Series[2].Rank.Mean[1:]
	_, err := figure5.DrawMaps(broken)
	_, rankErr := figure5.DrawRanks(broken)
	_, none := figure5.DrawMaps(nil)
	_, noCurves := figure5.DrawRanks(&figure5.Result{})
	for want, got := range map[string]error{
		"no matrix of at least 2 images for the 50-layer feedforward": err, "5 x for 4 values": rankErr,
		"nothing to draw in figure-5:": none, "nothing to draw in figure-5-rank": noCurves,
	} {
		if got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("error %v does not say %q", got, want)
		}
	}
}

// TestSettingsAreNamedByTheirNorm: columns of nets with another normalisation than the paper's say which.
func TestSettingsAreNamedByTheirNorm(t *testing.T) {
	five := madeUp()
	for i := range five.Series {
		if five.Series[i].Norm == norms.Batch.Name {
			five.Series[i].Norm = "mine"
		}
	}
	figure, err := figure5.DrawRanks(five)
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"mine": 1, "mine, coupled statistics": 1, "no normalisation": 1, "white noise for images, mine": 1,
	})
}
