package figure4

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// patterns makes cells of nets at two depths whose runs are longer by a factor in every draw, draws being far
// apart from each other.
func patterns(factor float64) []Pattern {
	var all []Pattern
	beta := 1.0
	for depth := range 2 {
		v := paper.Variant{Net: "residual", Norm: norms.Batch.Name, Beta: &beta, Depth: depth}
		p := Pattern{Variant: v}
		for _, run := range []float64{2, 8, 32} {
			p.shapes = append(p.shapes, activations.Shape{MeanRun: run * factor})
		}
		all = append(all, p)
	}
	return all
}

// TestRunsAreComparedDrawByDraw: a ratio that is the same in every draw is known exactly, however far draws
// are apart.
func TestRunsAreComparedDrawByDraw(t *testing.T) {
	all := slowerDecay(patterns(4), patterns(1))
	if len(all) != 1 || all[0].Measured != (stats.Estimate{Value: 2, Low: 2, High: 2, Draws: 3}) ||
		all[0].Verdict != claims.Holds {
		t.Errorf("%+v", all)
	}
}

func TestNothingIsClaimedAboutNothing(t *testing.T) {
	if all := new(Result).Claims(); len(all) > 0 {
		t.Errorf("without patterns it is claimed that %+v", all)
	}
}
