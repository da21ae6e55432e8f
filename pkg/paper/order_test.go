package paper_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/paper"
)

func TestOrder(t *testing.T) {
	for _, values := range [][]float64{nil, {1}, {1, 2, 5}} {
		if err := paper.Ascending("betas", values); err != nil {
			t.Error(err)
		}
	}
	if err := paper.Descending("betas", []float64{1, 0.3, 0.1}); err != nil {
		t.Error(err)
	}
	const want = "the betas are [1 2 2]: give them in ascending order, each once"
	if err := paper.Ascending("betas", []float64{1, 2, 2}); err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	for _, values := range [][]float64{{1, 2}, {1, 1}, {math.NaN(), 1}, {1, math.NaN()}} {
		if paper.Descending("betas", values) == nil {
			t.Errorf("%v descend", values)
		}
	}
}
