package atlas

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestKeysAreStable: parts that are kept are found by their keys. A key that changes, by a new field of a
// net's config that is written where it is empty, say, loses an hour of computation.
func TestKeysAreStable(t *testing.T) {
	config := Paper()
	row := config.Rows[slices.IndexFunc(config.Rows, func(r Row) bool { return r.Name == "leaky-0.3" })]
	probe, err := config.probe(row, 1)
	if err != nil {
		t.Fatal(err)
	}
	spec, _, err := paper.PartSpec("atlas", version, probe)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(spec.Key)
	const want = `{"probe":"atlas","version":1,"config":{"net":{"net":"feedforward","depth":50,"width":200,` +
		`"norm":null,"statistics":"frozen","activation":"leaky-0.3",` +
		`"initializer":"he-times-0.957826"},"inputs":256,"low":0,"high":0,"draws":20,` +
		`"first":52428800,"seed":1}}`
	if err != nil || string(got) != want {
		t.Errorf("the key of a part is now\n%s\nand was\n%s, %v", got, want, err)
	}
}

// TestAllPartsAreKept: what is kept with the code are the atlas' parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	p, err := Paper().plan()
	if err != nil {
		t.Fatal(err)
	}
	resumetest.CheckKept(t, p.Plan, keptParts, Name)
	const most = 600_000 // bytes: what the plan of the atlas allows it in the repository
	if len(keptParts) > most {
		t.Errorf("the kept parts have %d bytes, and may have %d", len(keptParts), most)
	}
}

// TestKeptPartsMakeTheAtlas keeps the parts of a small atlas and makes it of them: all numbers are the same,
// and the sample that is computed anew agrees.
func TestKeptPartsMakeTheAtlas(t *testing.T) {
	config := Quick()
	config.Rows = slices.DeleteFunc(config.Rows, func(r Row) bool {
		return !strings.HasPrefix(r.Name, "relu")
	})
	config.Depths, config.Draws, config.Width, config.Inputs = []int{3, 51}, []int{2, 2}, 6, 32
	p := resumetest.Kept(t, &kept, tolerance, 1e-3, Run, config,
		func(r *Result) (any, results.Parts) { return r.Series, r.Parts })
	if p.Total < 2*len(config.Rows) {
		t.Errorf("there are %d parts of %d rows at 2 depths", p.Total, len(config.Rows))
	}
}

// TestWhatThereIsNotIsNil: a net of two units has no gradient at some of the inputs, which have no cosines
// with others, a net of the reader's own may show no rectifiers, and one of very wide layers has Jacobians
// that are too large; all else is there.
func TestWhatThereIsNotIsNil(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	of := func(net models.Config) draws {
		t.Helper()
		d, err := measure(t.Context(), e, sampling.Config{Net: net, Inputs: 48, Draws: 2, Seed: 3})
		if err != nil || d.NotFinite || len(d.ACF) != 2 || len(d.LogSize) != 2 {
			t.Fatalf("of %s there is %+v, %v", net.Title(), d, err)
		}
		return d
	}
	if d := of(models.Config{Net: "feedforward", Depth: 3, Width: 2}); d.Alignment != nil ||
		len(d.Condition) != 2 || len(d.NeverSwitch) != 2 {
		t.Errorf("of a narrow net there is %+v", d)
	}
	own := testnets.Net(t, "own", []int{1}, testnets.Dense{In: 1, Out: 8, Tanh: true},
		testnets.Dense{In: 8, Out: 8, Tanh: true}, testnets.Dense{In: 8, Out: 1})
	if d := of(own.Config); d.NeverSwitch != nil || len(d.Condition) != 2 || len(d.Alignment) != 2 {
		t.Errorf("of a net without rectifiers there is %+v", d)
	}
	wide, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 1500})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := condition(t.Context(), e, subject.Subject{Net: wide}); !errors.Is(err, errTooLarge) {
		t.Errorf("of a wide net the condition gives %v", err)
	}
}

// TestMeansOverDrawsAreCompared: of deep nets without what shatters with the rounding.
func TestMeansOverDrawsAreCompared(t *testing.T) {
	d := draws{ACF: [][]float64{{1, 0.5}, nil, {1, 0.25}}, LogSize: []float64{3, 4, 8},
		NeverSwitch: []float64{0, 0.25, 0.5}, Condition: []float64{0.01, 0, 1}, Alignment: []float64{0.5}}
	for depth, want := range map[int]string{
		50: `{"acf":[1,0.375],"constant":1,"log_size":5,"never_switch":0.25,"alignment":0.5,` +
			`"log_condition":-2.6666666666666665}`,
		200: `{"log_size":0,"never_switch":0.25,"alignment":0.5,"log_condition":-2.6666666666666665}`,
	} {
		text, err := json.Marshal(d.steady(depth))
		if err != nil || string(text) != want {
			t.Errorf("compared at %d layers is %s, want %s, %v", depth, text, want, err)
		}
	}
}
