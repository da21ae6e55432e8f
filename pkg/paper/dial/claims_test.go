package dial

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestBetasAreComparedDrawByDraw: the correlation lengths of equal nets differ by exactly 0, and that over
// six values is surely above that over five.
func TestBetasAreComparedDrawByDraw(t *testing.T) {
	length := func(span int) stats.Replicates {
		acfs := testseries.Smoothed(12, 128, span)
		for i, values := range acfs {
			acf, err := stats.ACF(values, len(values)-1)
			if err != nil {
				t.Fatal(err)
			}
			acfs[i] = acf
		}
		return stats.Replicate(acfs, func(mean []float64) []float64 {
			return []float64{stats.CorrelationLength(mean)}
		})[0]
	}
	s := Series{lengths: []stats.Replicates{length(6), length(5), length(6)}}
	if same := s.longer(0, 2); same.Value != 0 || same.Low != 0 || same.High != 0 {
		t.Errorf("the correlation lengths of equal nets differ by %+v", same)
	}
	if longer := s.longer(0, 1); !(longer.Low > 0) {
		t.Errorf("the correlation length over 6 values less that over 5 is %+v", longer)
	}
}

// TestCurvesFollowTheLaw: nets that are off by less than 3/N do, and one among them that is off by more makes
// that they do not.
func TestCurvesFollowTheLaw(t *testing.T) {
	const width = 200 // 3/200 is between 0.01 and 0.02
	for off, want := range map[float64]claims.Verdict{0.01: claims.Holds, 0.02: claims.Contradicted} {
		s := Series{Net: "residual", Depth: 10, Draws: 20, Beta: []float64{0.1, 0.3}, Theory: new(Theory)}
		for i := range 2 {
			theory, curve := make([]float64, 64), &stats.Curve{StdErr: make([]float64, 16)}
			for k := range theory {
				theory[k] = math.Exp(-float64(k) / 7)
			}
			for k := range curve.StdErr {
				curve.StdErr[k] = 0.001
				curve.Mean = append(curve.Mean, theory[k]-float64(i)*(off+0.002)) // the first one is right
			}
			s.Theory.acfs, s.curves = append(s.Theory.acfs, theory), append(s.curves, curve)
			// At lag 7 the autocorrelation falls by 1/(7 e) a step.
			length := 7 - float64(i)*(7*math.E*off+0.2)
			s.Length = append(s.Length, stats.Estimate{Value: length, StdErr: 0.1, Low: length, High: length})
		}
		all := s.followsLaw(width)
		if len(all) != 2 || all[0].Verdict != want || all[1].Verdict != want ||
			all[0].ID != "beta-dial.law.residual.depth-10" ||
			all[1].ID != "beta-dial.law-length.residual.depth-10" {
			t.Errorf("off by %g: %+v", off, all)
		}
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
