package earlyimages

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// likeCIFAR stands for CIFAR-10, of which only the checksum is asked.
type likeCIFAR struct{ training.Data }

func (likeCIFAR) Checksum() string { return checksum }

const checksum = "b3b1461e612d2c5d3e79c3b7698712d9eb34556ee90f203d1992c75654d0cd3a"

// TestKeysAreStable: parts that are kept are found by their keys. A key that changes, by a new field of a
// net's config that is written where it is empty, say, loses minutes of computation.
func TestKeysAreStable(t *testing.T) {
	got, err := json.Marshal(Paper().spec(Paper().Nets[2], 1, likeCIFAR{}).Key)
	const want = `{"probe":"early","version":1,"config":{"net":{"net":"conv-residual","depth":24,"width":8,` +
		`"norm":"bn","statistics":"coupled","beta":0.1,"activation":null,"initializer":"he",` +
		`"images":{"height":0,"width":0,"channels":0,"resolutions":4,"outputs":0,"flatten":true}},"batch":100,` +
		`"images":256,"steps":[0,1,3,10,30,100,300],"learning_rate":0.001,"seed":2},"data":"` + checksum + `"}`
	if err != nil || string(got) != want {
		t.Errorf("the key of a part is now\n%s\nand was\n%s, %v", got, want, err)
	}
}

// TestAllPartsAreKept: what is kept with the code are the experiment's parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	resumetest.CheckWhole(t, Paper().plan(likeCIFAR{}).Plan, keptParts, Name)
}

// TestKeptPartsMakeTheResult keeps the parts of a small experiment and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheResult(t *testing.T) {
	config := Quick()
	config.Nets, config.Images, config.Batch, config.Steps = config.Nets[:3], 6, 4, []int{0, 1}
	data := training.CIFAR10(&images.Data{Train: testimages.Planes(12), Test: testimages.Planes(16)})
	run := func(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
		return Run(ctx, e, config, data)
	}
	p := resumetest.Kept(t, &kept, tolerance, 1e-5, run, config,
		func(r *Result) (any, results.Parts) { return r.Series, r.Parts })
	if p.Total != 6 {
		t.Errorf("there are %d parts, want 2 seeds of 3 nets", p.Total)
	}
}

// TestWhatIsCompared: nets with neither skips nor the looks-linear initialisation are compared before the
// first update, others up to the thirtieth.
func TestWhatIsCompared(t *testing.T) {
	c := Paper()
	for i, want := range []int{1, 5, 5, 5, 1} {
		if got, _ := paper.LooksAlike(c.Nets[i], c.Steps, lastAlike); got != want {
			t.Errorf("%d looks at net %d are compared, want %d", got, i, want)
		}
	}
}
