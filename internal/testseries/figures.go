package testseries

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Column returns the made-up gradient of a resnet, a walk that returns to 0, with the
// autocorrelation of that many draws.
func Column(t testing.TB, draws int) paper.Column {
	t.Helper()
	x, err := data.Grid(48, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	beta, level := 0.1, 0.0
	c := paper.Column{X: x,
		Series: paper.Series{Net: "residual", Depth: 50, Beta: &beta, Statistics: norms.Frozen}}
	stream := random.Stream(1, 2)
	for range x {
		level = 0.9*level + stream.NormFloat64()
		c.Values = append(c.Values, level)
	}
	if c.Covariance, err = stats.NormalizedOuter(c.Values); err != nil {
		t.Fatal(err)
	}
	for lag := range 16 {
		mean := math.Pow(1-0.06*math.Sqrt(beta), float64(lag))
		spread := 0.3 * (1 - math.Pow(0.8, float64(lag)))
		c.Lags, c.Mean = append(c.Lags, lag), append(c.Mean, mean)
		c.StdErr = append(c.StdErr, spread/5)
		c.Lower, c.Upper = append(c.Lower, mean-spread), append(c.Upper, mean+spread/2)
	}
	c.Draws = draws
	if draws == 1 {
		c.StdErr, c.Lower, c.Upper = make([]float64, len(c.Mean)), c.Mean, c.Mean
	}
	return c
}

// Nets are those of made-up series: four dense or convolutional ones with normalisation and two
// without.
func Nets() []paper.EarlyNet {
	one, tenth := 1.0, 0.1
	return []paper.EarlyNet{
		{Variant: paper.Variant{Net: "feedforward", Norm: "center"}, Activation: "relu"},
		{Variant: paper.Variant{Net: "feedforward", Norm: "bn"}, Activation: "relu"},
		{Variant: paper.Variant{Net: "residual", Norm: "bn", Beta: &one}, Activation: "relu"},
		{Variant: paper.Variant{Net: "residual", Norm: "bn", Beta: &tenth}, Activation: "relu"},
		{Variant: paper.Variant{Net: "feedforward", Norm: "none"}, Activation: "crelu", LooksLinear: true},
		{Variant: paper.Variant{Net: "feedforward", Norm: "none"}, Activation: "crelu"},
	}
}

// Curve returns a curve of n points with bands of a size.
func Curve(n int, size float64, mean func(i int) float64) *stats.Curve {
	c := new(stats.Curve)
	for i := range n {
		m := mean(i)
		c.Mean, c.StdErr = append(c.Mean, m), append(c.StdErr, size/2)
		c.Lower, c.Upper = append(c.Lower, m-size), append(c.Upper, m+size)
	}
	return c
}
