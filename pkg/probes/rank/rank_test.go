package rank_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// small returns a config of nets that run in a moment.
func small() rank.Config {
	return rank.Config{
		Net: models.Config{
			Net: "conv-residual", Norm: norms.Batch, Beta: 0.3, Width: 3,
			Images: models.Images{Height: 8, Width: 8, Resolutions: 2},
		},
		Depths: []int{2, 5}, Batch: 14, Clusters: 3, Seed: 1,
	}
}

// TestMeasureAgainstLibraries compares the effective rank with that from gonum's singular values of D itself,
// and covariance and correlation with gonum's, in the order of the clusters.
func TestMeasureAgainstLibraries(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	m, err := rank.Run(t.Context(), e, small(), rank.WhiteNoise{Seed: 2}, 5)
	if err != nil {
		t.Fatal(err)
	}
	measured, err := m.Measure()
	if err != nil {
		t.Fatal(err)
	}
	maps, err := m.Maps()
	if err != nil {
		t.Fatal(err)
	}
	order := m.Order()
	for i, rows := range m.Gradients {
		var svd mat.SVD
		if !svd.Factorize(rows, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		values, squares := svd.Values(nil), 0.0
		for _, value := range values {
			squares += value * value
		}
		// float64 both ways; squaring the matrix costs half of its digits at the small end, which the sum
		// does not see.
		if want := squares / (values[0] * values[0]); math.Abs(measured[i].Rank/want-1) > 1e-10 {
			t.Errorf("depth %d: effective rank %g, from singular values %g", measured[i].Depth,
				measured[i].Rank, want)
		}
		var covariance, correlation mat.SymDense
		stat.CovarianceMatrix(&covariance, rows.T(), nil)
		stat.CorrelationMatrix(&correlation, rows.T(), nil)
		for a := range order {
			for b := range order {
				got, want := maps[i].Covariance.At(a, b), covariance.At(order[a], order[b])
				if math.Abs(got-want) > 1e-12*covariance.At(order[a], order[a]) {
					t.Fatalf("depth %d: covariance %d, %d is %g, want %g", maps[i].Depth, a, b, got, want)
				}
				if got, want := maps[i].Correlation.At(a, b),
					correlation.At(order[a], order[b]); math.Abs(got-want) > 1e-12 {
					t.Fatalf("depth %d: correlation %d, %d is %g, want %g", maps[i].Depth, a, b, got, want)
				}
			}
		}
		if relative := measured[i].Relative(); relative != measured[i].Rank/measured[i].WhiteRank {
			t.Errorf("relative effective rank %g", relative)
		}
	}
	if !slices.IsSortedFunc(order, func(a, b int) int { return m.Labels[a] - m.Labels[b] }) {
		t.Errorf("images %v are not in the order of their clusters %v", order, m.Labels)
	}
	again, err := rank.Run(t.Context(), e, small(), rank.WhiteNoise{Seed: 2}, 5)
	if err != nil || !slices.Equal(again.Labels, m.Labels) || !mat.Equal(again.Gradients[1], m.Gradients[1]) {
		t.Errorf("the same minibatch comes out otherwise, error %v", err)
	}
	other, err := rank.Run(t.Context(), e, small(), rank.WhiteNoise{Seed: 2}, 6)
	if err != nil || mat.Equal(other.Gradients[0], m.Gradients[0]) {
		t.Errorf("another minibatch has the same gradients, error %v", err)
	}
}

// TestLooksLinearGradientsAreAlike: the gradient of a linear net is the same at all images, and that of the
// same net without mirrored weights is not.
func TestLooksLinearGradientsAreAlike(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	config.Net = models.Config{
		Net: "conv-feedforward", Activation: activations.CReLU, Initializer: initializers.Orthogonal,
		Width: 4, Images: config.Net.Images,
	}
	config.Depths = []int{5, 40}
	for _, linear := range []bool{true, false} {
		config.Net.LooksLinear = linear
		m, err := rank.Run(t.Context(), e, config, rank.WhiteNoise{Seed: 2}, 0)
		if err != nil {
			t.Fatal(err)
		}
		maps, err := m.Maps()
		if err != nil {
			t.Fatal(err)
		}
		for _, layers := range maps {
			sum, lowest := 0.0, 1.0
			for a := range config.Batch {
				for b := range a {
					c := layers.Correlation.At(a, b)
					sum, lowest = sum+c, min(lowest, c)
				}
			}
			mean, least := layers.Alike()
			if want := sum / float64(config.Batch*(config.Batch-1)/2); math.Abs(mean-want) > 1e-12 ||
				least != lowest {
				t.Errorf("correlation %g, at least %g; over the pairs %g and %g", mean, least, want, lowest)
			}
			// Float32: 40 layers of rounding of 6e-8.
			if linear && least < 1-1e-5 || !linear && layers.Depth == 40 && mean > 0.5 {
				t.Errorf("%d layers, looks linear %t: correlation %g, at least %g", layers.Depth, linear,
					mean, least)
			}
		}
	}
}

func TestBadConfigsAreRefused(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	set := testimages.Noise(20, 3)
	for want, change := range map[string]func(*rank.Config, *rank.Source){
		"there are no depths": func(c *rank.Config, _ *rank.Source) { c.Depths = nil },
		"ascending":           func(c *rank.Config, _ *rank.Source) { c.Depths = []int{5, 2} },
		"15 clusters of 14":   func(c *rank.Config, _ *rank.Source) { c.Clusters = 15 },
		"does not take images": func(c *rank.Config,
			_ *rank.Source) {
			c.Net = models.Config{Net: "feedforward"}
		},
		"beta is 0":     func(c *rank.Config, _ *rank.Source) { c.Net.Beta = 0 },
		"shape [8 8 3]": func(_ *rank.Config, s *rank.Source) { *s = rank.NewImages(set, 1) },
		"21 images can't be": func(c *rank.Config, s *rank.Source) {
			*s, c.Batch, c.Net.Images = rank.NewImages(set, 1), 21, models.Images{}
		},
	} {
		config, source := small(), rank.Source(rank.WhiteNoise{Seed: 1})
		change(&config, &source)
		_, err := rank.Run(t.Context(), e, config, source, 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
