package figure5

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// keyed stands for a source of images of which only the key is asked.
type keyed struct{ key string }

func (keyed) Name() string                                    { return "CIFAR-10" }
func (k keyed) Key() string                                   { return k.key }
func (keyed) Minibatch([]int, int, uint64) ([]float32, error) { return nil, nil }

// trainingSet is the key of the training images of CIFAR-10 under seed 1.
const trainingSet = "CIFAR-10 50000 {[0.4914 0.482158 0.446531] [0.247032 0.243485 0.261588]} 1"

// TestKeysAreStable: parts that are kept are found by their keys. A key that changes, by a new field of a
// net's config that is written where it is empty, say, loses an hour of computation.
func TestKeysAreStable(t *testing.T) {
	p := Paper().plan(keyed{trainingSet})
	resnet := p.curves[4]
	if resnet.net.Images.Shortcut.Name != "projection" || resnet.net.Beta != 1 {
		t.Fatalf("curve 4 is %v", resnet.net)
	}
	got, err := json.Marshal(key{"rank", 1, Paper().rankConfig(resnet.net, Paper().Depths), trainingSet, 7})
	const want = `{"probe":"rank","version":1,"config":{"net":{"net":"conv-residual","depth":0,"width":16,"norm":"bn","statistics":"frozen",` +
		`"alpha":1,"beta":1,"activation":null,"initializer":null,"images":{"height":0,"width":0,"channels":0,"resolutions":0,"outputs":0,` +
		`"shortcut":"projection"}},"depths":[2,4,10,24,50],"batch":256,"clusters":10,"seed":1},"source":"` + trainingSet + `","index":7}`
	if err != nil || string(got) != want {
		t.Errorf("the key of a part is now\n%s\nand was\n%s, %v", got, want, err)
	}
}

// TestAllPartsAreKept: what is kept with the code are the figure's parts, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	resumetest.CheckWhole(t, Paper().plan(keyed{trainingSet}).Plan, keptParts, "5")
}

// TestKeptPartsMakeTheFigure keeps the parts of a small figure and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheFigure(t *testing.T) {
	config, set := Quick(), testimages.Planes(20)
	config.Depths, config.Width, config.Batch, config.Minibatches, config.Clusters = []int{2, 4}, 2, 6, 2, 2
	run := func(ctx context.Context, e *engine.Engine, config Config) (*Result, error) {
		return Run(ctx, e, config, set)
	}
	p := resumetest.Kept(t, &kept, tolerance, 1e-5, run, config,
		func(r *Result) (any, results.Parts) { return []any{r.Series, r.Others}, r.Parts })
	if p.Total != 68 {
		t.Errorf("there are %d parts, want 4 settings of 7 nets and 6 more nets on 2 minibatches", p.Total)
	}
}
