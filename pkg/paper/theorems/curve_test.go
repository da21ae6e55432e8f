package theorems

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestNothingIsNotInItsBand: a curve without depths, or of what could not be measured, is not near its closed
// form.
func TestNothingIsNotInItsBand(t *testing.T) {
	if outside := (&Curve{}).outside(); !math.IsNaN(outside) {
		t.Errorf("a curve without depths is %g outside", outside)
	}
	wrong := Curve{stats.Curve{Mean: []float64{math.NaN()}, Upper: []float64{1}}, []float64{1}}
	if outside := wrong.outside(); !math.IsNaN(outside) {
		t.Errorf("NaN is %g outside", outside)
	}
}
