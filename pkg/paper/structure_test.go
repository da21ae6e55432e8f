package paper_test

import (
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestStructureIsThatOfTheGradients: the structure of a net's gradients, which is kept in their place, has
// the same series, and the correlation length of the autocorrelation at all lags.
func TestStructureIsThatOfTheGradients(t *testing.T) {
	config := gradients.Config{Net: models.Config{Net: "feedforward", Depth: 1, Width: 64}, Inputs: 256,
		Draws: 6, Seed: 1}
	plan := jobs.NewPlan("gradients", nil)
	structure, err := paper.AddStructure(plan, config)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := paper.AddGradients(plan, config)
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	if _, err := plan.Run(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got, err := structure.Series()
	if err != nil {
		t.Fatal(err)
	}
	want, err := whole.Series()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the structure has the series %+v, and the gradients %+v", got, want)
	}
	mean := make([]float64, config.Inputs)
	for _, draw := range whole.Draws() {
		acf, err := stats.ACF(draw, len(draw)-1)
		if err != nil {
			t.Fatal(err)
		}
		for k, value := range acf {
			mean[k] += value / float64(config.Draws)
		}
	}
	length := structure.Length().Estimate()
	if far := length.Value - stats.CorrelationLength(mean); far > 1e-9 || far < -1e-9 {
		t.Errorf("the length %v is %g from that of the mean", length, far)
	}
	// Gradients of one layer are correlated over more lags than a series has.
	if length.Value < gradients.MaxLag {
		t.Errorf("the length %v says nothing of lags beyond %d", length, gradients.MaxLag)
	}
}
