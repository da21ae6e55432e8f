package closedforms

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := Quick()
	r, _ := resumetest.Check(t, func(ctx context.Context) (*Result, error) { return Run(ctx, e, config) })
	figure := resultstest.CheckResults(t, r)
	if len(r.Series) != 2*(3+2*2) || len(figure.Claims) != 2*3+3+2*4 {
		t.Errorf("%d series, %d claims", len(r.Series), len(figure.Claims))
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"there are no nets":       func(c *Config) { c.Cases = nil },
		"2 and 32 inputs":         func(c *Config) { c.Cases[0].Inputs = 2 },
		"goes to depth 3":         func(c *Config) { c.Cases[0].Depth = 3 },
		"fits go from depth 5":    func(c *Config) { c.Cases[0].First = 5 },
		"residual net has no gam": func(c *Config) { c.Cases[1].Net.Gamma2 = 0.5 },
	} {
		config := Quick()
		change(&config)
		if _, err := Run(t.Context(), engine.New(nil), config); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestAngle is that of many units of a first layer, drawn.
func TestAngle(t *testing.T) {
	const x, y, units = -0.5, 1.2, 400000
	rng := random.Stream(3)
	var xx, yy, xy float64
	for range units {
		bias := rng.NormFloat64()
		a, b := max(0, x-bias), max(0, y-bias)
		xx, yy, xy = xx+a*a, yy+b*b, xy+a*b
	}
	want := math.Acos(xy / math.Sqrt(xx*yy))
	if got := angle(x, y); math.Abs(got-want) > 0.005 { // errors of the products are about 1 in 600
		t.Errorf("the angle is %g, that of units drawn %g", got, want)
	}
	if got := angle(1, 1); got > 1e-7 {
		t.Errorf("an input has the angle %g with itself", got)
	}
}

// layersOf returns layers whose R and C are functions of the depth.
func layersOf(last int, r, c func(depth float64) float64) *[]meanfield.Layer {
	var layers []meanfield.Layer
	for depth := range last + 1 {
		l := max(float64(depth), 0.5)
		layers = append(layers, meanfield.Layer{Correlation: r(l), Variance: c(l)})
	}
	return &layers
}

// TestLimit: exponents with a correction of the power that is taken off are extrapolated without an error but
// that of a doubling's middle.
func TestLimit(t *testing.T) {
	// d log R / d log L = -0.733 - L^-0.267
	s := solved{Case: Case{Depth: 640}, theory: layersOf(640, func(l float64) float64 {
		return math.Exp(-0.7334*math.Log(l) + math.Pow(l, -0.2666)/0.2666)
	}, func(float64) float64 { return 1 })}
	if got := s.limit(correlationOf); math.Abs(got+0.7334) > 0.005 {
		t.Errorf("the exponent tends to %g, want -0.733", got)
	}
	if got := s.exponent(640, correlationOf); got > -0.85 {
		t.Errorf("the exponent of the last doubling is %g, not yet near its limit", got)
	}
}

func TestSpread(t *testing.T) {
	depths := spread(640)
	if depths[0] != 1 || depths[len(depths)-1] != 640 || !slices.IsSorted(depths) ||
		len(slices.Compact(slices.Clone(depths))) != len(depths) ||
		len(depths) > 100 {
		t.Errorf("depths %d", depths)
	}
}

// estimates are R or C of nets at depths, with small errors.
func estimates(last int, of func(depth float64) float64) []point {
	var points []point
	for depth := 1; depth <= last; depth++ {
		value := of(float64(depth))
		points = append(points, point{depth, stats.Student(value, 0.01*value, 30)})
	}
	return points
}

// made makes a result by hand: nets that follow the closed forms, or the theorems.
func made(likeTheorems bool) *Result {
	r := &Result{Config: Paper()}
	for _, k := range r.Config.Cases {
		correlation, variance := k.formOf(likeTheorems)
		s := solved{
			Case:   k,
			theory: layersOf(k.Depth, correlation, variance),
			beside: layersOf(k.MeasuredDepth, correlation, variance),
		}
		s.measured = &measured{
			R:     estimates(k.MeasuredDepth, correlation),
			C:     estimates(k.MeasuredDepth, variance),
			First: k.First,
			Last:  k.MeasuredDepth,
		}
		if k.ofHighway() {
			s.shallower = make(map[int]*[]meanfield.Layer)
			for _, depth := range k.halvings() {
				s.shallower[depth] = layersOf(depth, correlation, variance)
			}
			s.measured.R = s.measured.R[len(s.measured.R)-1:]
		} else {
			rate, growing := s.slopeBeside(s.measured.R, correlationOf),
				s.slopeBeside(s.measured.C, varianceOf)
			if likeTheorems {
				rate, growing = 1.5*rate, growing+1
			}
			s.measured.RSlope = stats.Student(rate, 0.01*math.Abs(rate), 30)
			s.measured.CSlope = stats.Student(growing, 0.01, 30)
		}
		r.cases = append(r.cases, s)
		r.Series = append(r.Series, s.series(r.Config.Width)...)
	}
	return r
}

// formOf returns R and C against the depth as the closed forms or the theorems have them.
func (k Case) formOf(likeTheorems bool) (correlation, variance func(float64) float64) {
	one := func(float64) float64 { return 1 }
	switch {
	case k.perLayer() && likeTheorems:
		return func(l float64) float64 { return math.Pow(3, -l) }, one
	case k.perLayer():
		return func(l float64) float64 { return math.Pow(2, -l) },
			func(l float64) float64 { return math.Pow(growth, l) }
	case k.normalised() && likeTheorems:
		return func(l float64) float64 { return math.Pow(l, -0.5) }, func(l float64) float64 { return l }
	case k.normalised():
		return func(l float64) float64 { return math.Pow(l, -growth/2) },
			func(l float64) float64 { return math.Pow(l, growth) }
	case k.ofHighway() && likeTheorems:
		return func(float64) float64 { return math.Exp(-0.5) }, one
	case likeTheorems:
		return func(l float64) float64 { return math.Pow(0.99, l) }, one
	case k.ofHighway():
		return func(float64) float64 { return k.closedForm(k.Depth) }, one
	}
	return func(l float64) float64 { return k.closedForm(int(l)) }, one
}

func TestClaims(t *testing.T) {
	for likeTheorems, want := range map[bool]claims.Verdict{false: claims.Holds, true: claims.Contradicted} {
		all := made(likeTheorems).Claims()
		if len(all) != 2*3+3+2*4 {
			t.Errorf("%d claims", len(all))
		}
		for _, c := range all {
			if err := c.Check(); err != nil {
				t.Error(err)
			}
			expected := want
			if c.ID == "closed-forms.real.highway-none" {
				expected = claims.Holds // it has the theory's own numbers
			}
			if c.Verdict != expected {
				t.Errorf("%s is %s of nets made like the theorems: %t; %v", c.ID, c.Verdict, likeTheorems,
					c.Measured)
			}
		}
	}
}

func TestPicture(t *testing.T) {
	figure, err := Draw(made(false))
	plottest.Golden(t, "closed-forms", plottest.Rendered(t, figure, err))
	if _, err := Draw(nil); err == nil || !strings.Contains(err.Error(), "closed-forms") {
		t.Errorf("a result without series: %v", err)
	}
}

// TestShare is the branch's share of a layer's variance.
func TestShare(t *testing.T) {
	if p := (Case{Net: models.Config{Net: "residual", Beta: 0.5}}).share(); math.Abs(p-0.2) > 1e-12 {
		t.Errorf("the share of a branch of beta = 1/2 is %g, want 1/5", p)
	}
}
