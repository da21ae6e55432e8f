package dial

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestBetasAreComparedDrawByDraw: the correlation lengths of equal nets differ by exactly 0, and that over
// six values is surely above that over five.
func TestBetasAreComparedDrawByDraw(t *testing.T) {
	acfs := func(span int) [][]float64 {
		all := testseries.Smoothed(12, 128, span)
		for i, values := range all {
			acf, err := stats.ACF(values, len(values)-1)
			if err != nil {
				t.Fatal(err)
			}
			all[i] = acf
		}
		return all
	}
	s := Series{acfs: [][][]float64{acfs(6), acfs(5), acfs(6)}}
	if same := s.longer(0, 2); same.Value != 0 || same.Low != 0 || same.High != 0 {
		t.Errorf("the correlation lengths of equal nets differ by %+v", same)
	}
	if longer := s.longer(0, 1); !(longer.Low > 0) {
		t.Errorf("the correlation length over 6 values less that over 5 is %+v", longer)
	}
}

// TestNothingIsClaimedAboutNothing: of one beta that nobody recommends there is nothing to claim.
func TestNothingIsClaimedAboutNothing(t *testing.T) {
	s := Series{Depth: 10, Beta: []float64{0.7}, Brownness: []stats.Estimate{stats.Exact(1)}}
	r := Result{Series: []Series{s}}
	if all := r.Claims(); len(all) > 0 {
		t.Errorf("it is claimed that %+v", all)
	}
}
