package rank_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// TestVersion holds the numbers of tiny nets to those of the Version. Results are kept with the code, and
// taken as long as the Version stays: if this test fails because the numbers were meant to change, raise the
// Version and put the new numbers here. They cover the weights of all kinds of nets that results are kept of,
// the choice of the images, the clusters and the noise.
func TestVersion(t *testing.T) {
	if rank.Version != 1 {
		t.Fatalf("the numbers below are those of version 1, and the code has version %d: put the new "+
			"numbers here", rank.Version)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	images := rank.NewImages(testimages.Planes(40), 1)
	residual := func(norm *norms.Norm, statistics norms.Statistics, shortcut *models.Shortcut) models.Config {
		return models.Config{Net: "conv-residual", Norm: norm, Statistics: statistics, Alpha: 1,
			Beta: 0.3, Width: 2, Images: models.Images{Shortcut: shortcut}}
	}
	for _, test := range []struct {
		net    models.Config
		source rank.Source
		// at depth 5: rank, that of white noise, the clusters' share of covariance and correlation and by
		// chance
		want []float64
	}{
		{models.Config{Net: "conv-feedforward", Norm: norms.Batch, Width: 2}, images,
			[]float64{3.385442, 7.508402, 0.4326728, 0.107212, 0.1751641, 0.06615274}},
		{residual(norms.Batch, norms.Frozen, models.OptionA), images,
			[]float64{1.090979, 7.508402, 0.5591453, 0.1499338, 0.4179225, 0.0606916}},
		{residual(norms.Batch, norms.Coupled, models.Projection), images,
			[]float64{1.096518, 7.508402, 0.619054, 0.102686, 0.4604426, 0.05988439}},
		{residual(norms.None, norms.Frozen, models.Preactivated), images,
			[]float64{1.447996, 7.508402, 0.5098693, 0.1212502, 0.3259038, 0.0597603}},
		{residual(norms.Batch, norms.Frozen, models.ChannelCopy), rank.WhiteNoise{Seed: 1},
			[]float64{1.056926, 7.508402, 0.001373638, 0.135246, 0.0001269909, 0.1195489}},
	} {
		m, err := rank.Run(t.Context(), e, rank.Config{Net: test.net, Depths: []int{2, 5}, Batch: 8,
			Clusters: 2, Seed: 1}, test.source, 3)
		if err != nil {
			t.Fatal(err)
		}
		measured, err := m.Measure()
		if err != nil {
			t.Fatal(err)
		}
		last := measured[1]
		got := []float64{last.Rank, last.WhiteRank, last.Covariance.Share, last.Covariance.Chance,
			last.Correlation.Share, last.Correlation.Chance}
		for i, value := range got {
			// float32 nets of 5 layers: sums in another order, on another processor or backend, move the
			// sixth digit.
			if len(test.want) != len(got) || math.Abs(value-test.want[i]) > 1e-4*math.Abs(value) {
				t.Errorf("%s on %s gives %s, want %.7g", test.net.Title(), test.source.Name(),
					format(got), test.want)
				break
			}
		}
	}
}

func format(values []float64) string {
	text := "[]float64{"
	for i, value := range values {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%.7g", value)
	}
	return text + "}"
}
