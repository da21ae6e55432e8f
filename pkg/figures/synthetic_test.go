package figures_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The pictures below are of made-up data that look like the paper's, so that a change of a probe does not
// change them.

// inputs is M of the made-up figures: few, so that a single entry of a matrix can be seen.
const inputs = 48

// beta returns the Beta of a series.
func beta(b float64) *float64 { return &b }

// figure1Result returns a made-up Figure 1 on that many inputs: the nets' gradients are walks that return to
// 0 faster with depth.
func figure1Result(t testing.TB, inputs int) *paper.Figure1Result {
	t.Helper()
	x, err := data.Grid(inputs, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	result := new(paper.Figure1Result)
	add := func(s paper.Series, memory float64) {
		stream := random.Stream(1, uint64(len(result.Columns)))
		values, level := make([]float64, inputs), 0.0
		for i := range values {
			level = memory*level + stream.NormFloat64()
			values[i] = level
		}
		covariance, err := stats.NormalizedOuter(values)
		if err != nil {
			t.Fatal(err)
		}
		result.Columns = append(result.Columns, paper.Column{Series: s, X: x, Values: values, Covariance: covariance})
	}
	for _, statistics := range paper.AllStatistics {
		add(paper.Series{Net: "feedforward", Depth: 1, Statistics: statistics}, 1)
		add(paper.Series{Net: "feedforward", Depth: 24, Statistics: statistics}, 0)
		add(paper.Series{Net: "residual", Depth: 50, Beta: beta(0.1), Statistics: statistics}, 0.9)
	}
	add(paper.Series{Net: paper.Brown}, 1)
	add(paper.Series{Net: paper.White}, 0)
	return result
}

// figure2Result returns a made-up Figure 2: autocorrelations fall geometrically, faster with depth.
func figure2Result() *paper.Figure2Result {
	result := &paper.Figure2Result{Config: paper.Figure2Config{
		Nets: []models.Config{
			{Net: "feedforward", Norm: norms.Center}, {Net: "residual", Norm: norms.Batch, Beta: 1}, {Net: "residual", Norm: norms.Batch, Beta: 0.1},
		},
		Depths: []int{2, 4, 10, 24, 50},
		Inputs: inputs,
	}}
	add := func(s paper.Series, memory float64) {
		for lag := range 16 {
			mean := math.Pow(memory, float64(lag))
			spread := 0.3 * (1 - math.Pow(0.8, float64(lag)))
			s.Lags = append(s.Lags, lag)
			s.Mean = append(s.Mean, mean)
			s.StdErr = append(s.StdErr, spread/5)
			s.Lower = append(s.Lower, mean-spread)
			s.Upper = append(s.Upper, mean+spread/2)
		}
		result.Series = append(result.Series, s)
	}
	for i, statistics := range paper.AllStatistics {
		for _, net := range result.Config.Nets {
			for _, depth := range result.Config.Depths {
				s := paper.Series{Net: net.Net, Depth: depth, Statistics: statistics}
				forget := 0.02 * float64(depth)
				if net.Net == "residual" {
					s.Beta = beta(net.Beta)
					forget *= 0.3 * math.Sqrt(net.Beta)
				}
				add(s, max(0, 1-forget*float64(i+1)))
			}
		}
	}
	add(paper.Series{Net: paper.Brown}, 0.97)
	add(paper.Series{Net: paper.White}, 0)
	return result
}

// kinds are the kinds of statistics and the names of the pictures of Figure 1 that show them.
var kinds = map[norms.Statistics]string{"": "figure-1", norms.Frozen: "figure-1", norms.Coupled: "figure-1-coupled"}
