package earlydense

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// TestKeysAreStable: parts that are kept are found by their keys. A key that changes, by a new field of a
// net's config that is written where it is empty, say, loses minutes of computation.
func TestKeysAreStable(t *testing.T) {
	spec, _ := Paper().spec(Paper().Nets[3], 1)
	got, err := json.Marshal(spec.Key)
	const want = `{"probe":"early","version":1,"config":{"net":{"net":"residual","depth":24,"width":200,` +
		`"norm":"bn","statistics":"","alpha":1,"beta":0.1,"activation":null,` +
		`"initializer":null},"inputs":256,` +
		`"frequency":1,"steps":[0,1,3,10,30,100,300],"learning_rate":0.0001,"draw":1,"seed":1},"summary":1}`
	if err != nil || string(got) != want {
		t.Errorf("the key of a part is now\n%s\nand was\n%s, %v", got, want, err)
	}
}

// TestAllPartsAreKept: what is kept with the code are the experiment's parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	resumetest.CheckKept(t, Paper().plan().Plan, keptParts, Name)
}

// TestKeptPartsMakeTheResult keeps the parts of a small experiment and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheResult(t *testing.T) {
	config := Quick()
	config.Nets, config.Inputs, config.Draws, config.Steps = config.Nets[1:3], 24, 2, []int{0, 1}
	p := resumetest.Kept(t, &kept, tolerance, 1e-5, Run, config,
		func(r *Result) (any, results.Parts) { return r.Series, r.Parts })
	if p.Total != 4 || p.InPart != len(p.Recomputed) {
		t.Errorf("the parts: %+v, want 2 draws of 2 nets", p)
	}
}

// TestWhatIsCompared: nets with neither skips nor the looks-linear initialisation are compared before the
// first update, others up to the tenth.
func TestWhatIsCompared(t *testing.T) {
	c := Paper()
	for i, want := range []int{1, 1, 4, 4, 4, 1} {
		if got, _ := paper.LooksAlike(c.Nets[i], c.Steps, lastAlike); got != want {
			t.Errorf("%d looks at net %d are compared, want %d", got, i, want)
		}
	}
	d := draw{Losses: []float64{1, 2, 3},
		ACF:   map[norms.Statistics][][]float64{norms.Frozen: {{1}, {2}, {3}}},
		First: map[norms.Statistics]FirstDraw{norms.Frozen: {}}}
	want := draw{Losses: []float64{1, 2}, ACF: map[norms.Statistics][][]float64{norms.Frozen: {{1}, {2}}}}
	if got := d.first(2); !reflect.DeepEqual(got, want) {
		t.Errorf("the first two looks are %+v", got)
	}
}
