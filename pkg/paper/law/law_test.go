package law_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestTheoryIsMeanfields: of each depth, also of a config that is about coupled statistics, as those of
// figures are that show both.
func TestTheoryIsMeanfields(t *testing.T) {
	net := models.Config{Net: "feedforward", Norm: norms.Center, Statistics: norms.Coupled}
	plan := jobs.NewPlan("test", nil)
	curves := law.AddTheory(plan, net, 24, []int{2, 4}, true)
	if _, err := plan.Run(t.Context(), engine.New(nil)); err != nil {
		t.Fatal(err)
	}
	x, err := data.Grid(24, data.GridLow, data.GridHigh)
	if err != nil || len(*curves) != 2 {
		t.Fatalf("%d curves, %v", len(*curves), err)
	}
	for _, curve := range *curves {
		alone := models.Config{Net: "feedforward", Norm: norms.Center, Depth: curve.Depth}
		want, err := meanfield.Run(t.Context(), meanfield.Config{Net: alone, X: x})
		if err != nil {
			t.Fatal(err)
		}
		acf, err := want.ACF(15)
		coactive := curve.Coactive()
		if err != nil || acf[7] != curve.ACF[7] || len(coactive) != curve.Depth ||
			coactive[curve.Depth-1] != want.Layers[curve.Depth-1].Coactive || curve.Coupled[7] == acf[7] {
			t.Errorf("depth %d: %g at lag 7, want %g, coactivations %g", curve.Depth, curve.ACF[7], acf[7],
				coactive)
		}
	}
	few, err := law.Theory(t.Context(), net, 5, []int{2}, false)
	if err != nil || len(few[0].ACF) != 5 {
		t.Errorf("of 5 inputs there are %+v, %v", few, err)
	}
	if _, err := law.Theory(t.Context(), models.Config{Net: "residual"}, 24, []int{2}, false); err == nil {
		t.Error("a residual net without beta has a theory")
	}
}

// TestACFIsTheTheorys: in leaps as layer by layer, of each depth in any order.
func TestACFIsTheTheorys(t *testing.T) {
	net := models.Config{Net: "residual", Norm: norms.Batch, Beta: 0.3, Width: 50, Statistics: norms.Coupled}
	plan := jobs.NewPlan("test", nil)
	acfs := law.AddACF(plan, net, 24, []int{40, 3}, 20)
	if _, err := plan.Run(t.Context(), engine.New(nil)); err != nil {
		t.Fatal(err)
	}
	theory, err := law.Theory(t.Context(), net, 24, []int{3, 40}, false)
	if err != nil || len(*acfs) != 2 {
		t.Fatalf("%d depths, %v", len(*acfs), err)
	}
	for _, want := range theory {
		got := (*acfs)[want.Depth]
		if len(got) != 21 {
			t.Fatalf("depth %d: %d lags, want 21", want.Depth, len(got))
		}
		for k, value := range want.ACF { // some leaps, each off by 1e-5 of a matrix's largest entry
			if math.Abs(got[k]-value) > 1e-4 {
				t.Errorf("depth %d, lag %d: %g, want %g", want.Depth, k, got[k], value)
			}
		}
	}
}

// TestConstantGradientsHaveNoACF: of a net that starts out linear there is none, and no error.
func TestConstantGradientsHaveNoACF(t *testing.T) {
	plan := jobs.NewPlan("test", nil)
	net := models.Config{Net: "feedforward", Activation: activations.PReLU}
	acfs := law.AddACF(plan, net, 24, []int{1, 3}, 20)
	if _, err := plan.Run(t.Context(), engine.New(nil)); err != nil || len(*acfs) > 0 {
		t.Errorf("of constant gradients there is %v, %v", *acfs, err)
	}
}

// TestSpecsTellPartsApart: what determines a part is in its key.
func TestSpecsTellPartsApart(t *testing.T) {
	net := models.Config{Net: "feedforward", Norm: norms.Center}
	batch := net
	batch.Norm = norms.Batch
	base := law.TheorySpec(net, 32, []int{3}, "q")
	for _, other := range []jobs.Spec{
		law.TheorySpec(batch, 32, []int{3}, "q"), law.TheorySpec(net, 33, []int{3}, "q"),
		law.TheorySpec(net, 32, []int{4}, "q"), law.TheorySpec(net, 32, []int{3}, "r"),
	} {
		if keyOf(t, other) == keyOf(t, base) {
			t.Errorf("%s has the key of another part", keyOf(t, other))
		}
	}
	if heavier := law.TheorySpec(batch, 32, []int{3}, "q"); heavier.Weight <= base.Weight {
		t.Error("batch normalisation costs nothing")
	}
	own := *norms.Center // of the reader's, known by its name alone
	net.Norm = &own
	if !law.TheorySpec(net, 32, []int{3}, "q").Passing || base.Passing {
		t.Error("a part about a normalisation of one's own is kept, or one about a known net is not")
	}
}

// keyOf returns a key as it is written.
func keyOf(t *testing.T, spec jobs.Spec) string {
	t.Helper()
	key, err := json.Marshal(spec.Key)
	if err != nil {
		t.Fatal(err)
	}
	return string(key)
}

func curveOf(mean, stdErr []float64) *stats.Curve { return &stats.Curve{Mean: mean, StdErr: stdErr} }

// TestExcess: at a lag the distance counts, less two standard errors, and lag 0 does not.
func TestExcess(t *testing.T) {
	measured := curveOf([]float64{1, 0.5, 0.2}, []float64{0, 0.01, 0.05})
	// 0.2-0.1, and 0.1-0.02.
	if got := law.Excess([]float64{0, 0.4, 0}, measured, 1, law.Errors); math.Abs(got-0.1) > 1e-12 {
		t.Errorf("the excess is %g, want 0.1", got)
	}
	if got := law.Excess([]float64{0, 0.4}, measured, 1, law.Errors); !math.IsNaN(got) {
		t.Errorf("curves of different lengths have the excess %g", got)
	}
}

// TestErrorsAmong compares with SciPy 1.16: t.ppf(1 - norm.sf(2)/curves, draws - 1).
func TestErrorsAmong(t *testing.T) {
	for _, c := range []struct {
		curves, draws int
		want          float64
	}{{12, 12, 3.654369050378558}, {12, 20, 3.2969055065417887}, {1, 1_000_001, 2.000002500003063}} {
		if got := law.ErrorsAmong(c.curves, c.draws); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("for %d curves of %d draws it is %.15g, want %.15g", c.curves, c.draws, got, c.want)
		}
	}
}

func TestDecide(t *testing.T) {
	theory := law.Curve{
		ACF:    []float64{1, 0.4, 0.2},
		Layers: []meanfield.Layer{{Coactive: 0.3}, {Coactive: 0.25}},
	}
	for off, want := range map[float64]claims.Verdict{0.02: claims.Holds, 0.06: claims.Contradicted} {
		acf := curveOf([]float64{1, 0.4 + off, 0.2}, []float64{0, 0.001, 0.001})
		coactive := curveOf([]float64{0.3, 0.25 - off}, []float64{0.001, 0.001})
		for _, c := range []claims.Claim{
			law.Decide("figure-0", "net", "a net", 100, theory.ACF, acf),
			law.DecideCoactive("figure-0", "net", "a net", 100, theory.Coactive(), coactive),
		} {
			if err := c.Check(); err != nil || c.Verdict != want || !strings.HasPrefix(c.ID, "figure-0.law") {
				t.Errorf("%s is %s at a distance of %g: %v", c.ID, c.Verdict, off, err)
			}
		}
	}
}

// TestNetsAreNamed: in ids, and to readers.
func TestNetsAreNamed(t *testing.T) {
	for want, net := range map[string]models.Config{
		"feedforward-none": {Net: "feedforward"}, "residual-bn-beta-0.1": {Net: "residual", Norm: norms.Batch,
			Beta: 0.1},
	} {
		if got := law.NetOf(net); got.ID() != want || got.Name().Title() != net.Title() {
			t.Errorf("%s is called %s, %s", want, got.ID(), got.Name().Title())
		}
	}
}

// TestDrawEndsInTheNoise: on a logarithmic axis an interval has to be above 0.
func TestDrawEndsInTheNoise(t *testing.T) {
	s := law.Series{
		X:        []float64{1, 2},
		Measured: []stats.Estimate{{Value: 2, Low: 1, High: 3}, {Value: 1, Low: -1, High: 3}},
	}
	p := plots.NewPanel("x", "y").LogY().Named("test")
	s.Draw(p, "m", plots.Style{Color: plots.Ink})
	if _, err := p.PNG(); err != nil {
		t.Error(err)
	}
	if _, high := p.X.Ends(); high >= 2 {
		t.Errorf("the axis reaches to %g, where nothing can be drawn", high)
	}
}

// TestDrawRefuses: what was measured elsewhere than at X is no picture.
func TestDrawRefuses(t *testing.T) {
	p := plots.NewPanel("x", "y")
	law.Series{
		X:        []float64{1, 2},
		Measured: []stats.Estimate{stats.Exact(1)},
	}.Draw(
		p,
		"m",
		plots.Style{Color: plots.Ink},
	)
	if _, err := p.Named("test").PNG(); err == nil {
		t.Error("one estimate at two places is drawn")
	}
}
