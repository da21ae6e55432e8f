package norms_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// A normalisation of your own is a value: it passes each batch statistic through hold, and nothing needs to
// be registered.
func Example() {
	scale := &norms.Norm{Name: "scale", Apply: func(x *Node, hold func(*Node) *Node) *Node {
		return Div(x, hold(Sqrt(ReduceAndKeep(Square(x), ReduceMean, 0))))
	}}
	net, err := models.New(models.Config{Net: "feedforward", Depth: 24, Norm: scale})
	fmt.Println(net.Config.Norm.Name, err)
	// Output: scale <nil>
}

// TestMomentsOfTheBatch checks what each normalisation leaves of the mean and the deviation of a feature.
func TestMomentsOfTheBatch(t *testing.T) {
	x := [][]float64{{1, -10}, {2, 30}, {6, 40}} // means 3 and 20, deviations sqrt(14/3) and sqrt(1400/3)
	for name, want := range map[string]struct{ mean, deviation [2]float64 }{
		"none":   {[2]float64{3, 20}, [2]float64{math.Sqrt(14.0 / 3), math.Sqrt(1400.0 / 3)}},
		"center": {[2]float64{}, [2]float64{math.Sqrt(14.0 / 3), math.Sqrt(1400.0 / 3)}},
		"bn":     {[2]float64{}, [2]float64{1, 1}},
	} {
		norm, err := norms.Registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
			y, err := MustNewExec(testbackend.Open(t),
				func(x *Node) *Node { return norm.Apply(x, statistics.Hold()) }).Call1(x)
			if err != nil {
				t.Fatal(err)
			}
			values := tensors.MustCopyFlatData[float64](y)
			for feature := range 2 {
				mean, square := 0.0, 0.0
				for i := range 3 {
					mean += values[2*i+feature] / 3
				}
				for i := range 3 {
					square += math.Pow(values[2*i+feature]-mean, 2) / 3
				}
				// Epsilon = 1e-5 under the root lowers the deviation by at most a part in 10^6 here.
				if math.Abs(mean-want.mean[feature]) > 1e-12 ||
					math.Abs(math.Sqrt(square)-want.deviation[feature]) > 2e-6 {
					t.Errorf("%s, %s: feature %d has mean %g and deviation %g", name, statistics, feature,
						mean, math.Sqrt(square))
				}
			}
		}
	}
}

func TestUnknownStatistics(t *testing.T) {
	if err := norms.Statistics("thawed").Check(); err == nil ||
		!strings.Contains(err.Error(), "frozen, coupled") {
		t.Errorf("unknown statistics give %v", err)
	}
}
