package realnets

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
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

// TestWideNetsAreHeldToTheInterval: a rate within the measured interval is that of infinitely wide nets, and
// one beside it is not; of highway nets it is the deepest's R.
func TestWideNetsAreHeldToTheInterval(t *testing.T) {
	s := Series{
		Theorem: "Theorem 1", Net: "feedforward", Norm: norms.None.Name, Width: 10, Depths: []int{3, 4},
		Correlation: []stats.Estimate{stats.Exact(1), {Value: 0.6, Low: 0.5, High: 0.7}},
		Wide:        []float64{0.2, 0.65},
	}
	if c := s.isWide(); c.Verdict != claims.Holds || math.Abs(c.Measured.Value-0.5) > 1e-9 {
		t.Errorf("0.65 in 0.5 to 0.7: %s, %v", c.Verdict, c.Measured)
	}
	s.Fit = &Fit{Abscissa: PerLayer, First: 3, Last: 4, Wide: -1.2}
	s.Fit.Slope = stats.Estimate{Value: -1, Low: -1.1, High: -0.9}
	if c := s.isWide(); c.Verdict != claims.Contradicted ||
		!strings.Contains(c.Quantity, "rate of log R, 3 to 4") {
		t.Errorf("−1.2 beside −1.1 to −0.9: %s, %v, %s", c.Verdict, c.Measured, c.Quantity)
	}
}

// TestWideSlope fits a power of the depth exactly.
func TestWideSlope(t *testing.T) {
	s := Series{Depths: []int{2, 3, 4, 5}, Fit: &Fit{Abscissa: LogDepth, First: 2, Last: 5}}
	for range s.Depths {
		s.Correlation = append(s.Correlation, stats.Student(0.5, 0.1, 9))
	}
	err := s.addWide(func(depth int) []meanfield.Layer {
		layers := make([]meanfield.Layer, 6)
		for l := range layers {
			layers[l].Correlation = math.Pow(float64(l), -1.5)
		}
		return layers
	})
	if err != nil || math.Abs(s.Fit.Wide+1.5) > 1e-12 || s.Wide[0] != math.Pow(2, -1.5) {
		t.Errorf("slope %g through %g, %v", s.Fit.Wide, s.Wide, err)
	}
}
