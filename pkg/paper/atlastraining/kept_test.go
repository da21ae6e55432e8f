package atlastraining

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// TestKeysAreStable: parts that are kept are found by their keys. A key that changes, by a new field of a
// net's config that is written where it is empty, say, loses an hour of computation.
func TestKeysAreStable(t *testing.T) {
	c := Paper()
	_, cells, err := c.plan(onGrid{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := cells[len(cells)-1]
	got, err := json.Marshal(last.probe.spec(last.row, onGrid{}).Key)
	const want = `{"probe":"early","version":1,"config":{"net":{"net":"feedforward","depth":200,"width":64,` +
		`"norm":null,"statistics":"frozen","activation":"leaky-0.9",` +
		`"initializer":"he-times-0.779573"},"steps":200,"learning_rates":[0.0001,0.001,0.01],` +
		`"draws":3,"first":209715200,"seed":1,"inputs":64,"points":256},"summary":1}`
	if err != nil || string(got) != want {
		t.Errorf("the key of a part is now\n%s\nand was\n%s, %v", got, want, err)
	}
}

// checksum is that of CIFAR-10.
const checksum = "b3b1461e612d2c5d3e79c3b7698712d9eb34556ee90f203d1992c75654d0cd3a"

// likeCIFAR stands for CIFAR-10, of which only the checksum is asked.
type likeCIFAR struct{ training.Data }

func (likeCIFAR) Checksum() string { return checksum }

// TestAllPartsAreKept: what is kept with the code are the parts of both tasks, and all of them.
func TestAllPartsAreKept(t *testing.T) {
	plan, _, err := Paper().plan(onGrid{}, kept)
	if err != nil {
		t.Fatal(err)
	}
	resumetest.CheckKept(t, plan, keptParts, Name)
	config := PaperImages()
	plan, _, err = config.plan(onImages{likeCIFAR{}, *config.Images}, keptImages)
	if err != nil {
		t.Fatal(err)
	}
	resumetest.CheckWhole(t, plan, keptImageParts, ImagesName)
}

// TestKeptPartsMakeTheResult keeps the parts of a small experiment and makes it of them: all numbers are the
// same, and the sample that is computed anew agrees.
func TestKeptPartsMakeTheResult(t *testing.T) {
	config := Quick()
	config.Depths = []int{4}
	p := resumetest.Kept(t, &kept, tolerance, 1e-5, Run, config,
		func(r *Result) (any, results.Parts) { return []any{r.Series, r.Analysis}, r.Parts })
	if p.Total != 9 || p.InPart != len(p.Recomputed) {
		t.Errorf("the parts: %+v, want 9 nets", p)
	}
}

// TestWhatIsCompared: what is there before training, and of very deep nets whether it is finite.
func TestWhatIsCompared(t *testing.T) {
	start, final, length := 1.0, 2.0, 3.0
	o := outcome{structure{Length: &length, LogSize: 4}, []*float64{&start}, [][]*float64{{&final}}}
	var p probe
	p.Net.Depth = 50
	if got, want := p.steady(o), (alike{o.structure, o.Start}); !reflect.DeepEqual(got, want) {
		t.Errorf("of 50 layers %+v is compared", got)
	}
	p.Net.Depth = 200
	if got := p.steady(o); !reflect.DeepEqual(got, alike{}) {
		t.Errorf("of 200 layers %+v is compared", got)
	}
}
