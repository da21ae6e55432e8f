package realnets

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestTheoremThreeIsJudgedByItsOwnExponent: correlations that are exactly the closed form's have distance 0
// from the theorem, at depths where its exponent is far from its limit, -1/2.
func TestTheoremThreeIsJudgedByItsOwnExponent(t *testing.T) {
	beta := 0.1
	s := Series{
		Theorem: "Theorem 3",
		Net:     "residual",
		Norm:    norms.Batch.Name,
		Beta:    &beta,
		Width:   10,
		Draws:   5,
		Fit:     &Fit{Abscissa: LogDepth, First: 10, Last: 60, Theory: -0.5},
	}
	for depth := 1; depth <= 60; depth++ {
		s.Depths = append(s.Depths, depth)
		s.Correlation = append(
			s.Correlation,
			stats.Estimate{Value: 1, StdErr: 0.01 * float64(depth)},
		) // the weights of the fit need them
	}
	if err := s.addTheory(); err != nil {
		t.Fatal(err)
	}
	for i := range s.Correlation {
		s.Correlation[i].Value = s.Theory[i]
	}
	s.Theory = nil
	if err := s.addTheory(); err != nil {
		t.Fatal(err)
	}
	var x, y, weights []float64
	for i := 9; i < 60; i++ {
		relative := s.Correlation[i].StdErr / s.Correlation[i].Value
		x, y, weights = append(
			x,
			math.Log(float64(i+1)),
		), append(
			y,
			math.Log(s.Correlation[i].Value),
		), append(
			weights,
			1/(relative*relative),
		)
	}
	measured, err := stats.WeightedFit(x, y, weights) // what correlation.Result.Slope fits
	if err != nil {
		t.Fatal(err)
	}
	s.Fit.Slope = stats.Exact(measured.Slope)
	if s.Fit.TheoryHere < -0.25 || s.distance().Value > 1e-12 { // rounding
		t.Errorf(
			"the exponent is %g, the theorem's here %g: %v apart",
			measured.Slope,
			s.Fit.TheoryHere,
			s.distance(),
		)
	}
	if c := s.fallsAsPredicted(); c.Verdict != claims.Holds ||
		!strings.Contains(c.Quantity, "10 to 60 layers") {
		t.Errorf("%+v", c)
	}
}
