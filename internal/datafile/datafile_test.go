package datafile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"
)

// named writes itself as text.
type named struct{ name string }

func (n *named) MarshalText() ([]byte, error) { return []byte(n.name), nil }

type inner struct {
	Depth int    `json:"depth"`
	Norm  *named `json:"norm"`
	own   int
	Run   func() `json:"-"`
}

// row is a row as a sweep makes it.
type row struct {
	Beta  float64
	Value float32
	Net   inner
}

var sweep = []row{{0.1, 0.5, inner{Depth: 10, Norm: &named{"bn"}, own: 1}}, {1, 0.25, inner{Depth: 20}}}

func TestJSON(t *testing.T) {
	got, err := JSON(map[string]any{"b": []float64{1, math.NaN()}, "a": sweep[0],
		"c": mat.NewDense(1, 2, []float64{3, 4})})
	var compact bytes.Buffer
	if err == nil {
		err = json.Compact(&compact, got)
	}
	const want = `{"a":{"Beta":0.1,"Value":0.5,"Net":{"depth":10,"norm":"bn"}},"b":[1,null],"c":[[3,4]]}`
	if err != nil || compact.String() != want {
		t.Errorf("got %s, %v; want %s", compact.String(), err, want)
	}
}

func TestCSV(t *testing.T) {
	for want, value := range map[string]any{
		"Beta,Value,Net.depth,Net.norm\n0.1,0.5,10,bn\n1,0.25,20,\n": sweep,
		"beta,x,y\n0.5,1,nan\n0.5,2,inf\n": map[string]any{"x": []int{1, 2},
			"y": []float64{math.NaN(), math.Inf(1)}, "beta": 0.5},
		"value_0,value_1\n1,2\n3,4\n": [][]float64{{1, 2}, {3, 4}},
		"value\n1\n2\n":               []float64{1, 2},
		"value\ntrue\n":               true,
		"x\n":                         map[string][]float64{"x": {}},
		"1,2\na,b\n":                  map[int]string{2: "b", 1: "a"},
	} {
		if got, err := CSV(value); err != nil || string(got) != want {
			t.Errorf("%v gives %q, %v; want %q", value, got, err, want)
		}
	}
}

// TestNPZ reads the arrays back, with npyio: notebooks/python.ipynb reads them with NumPy.
// TestWholeNumbersStay: a seed above 2^53 is that seed in the file.
func TestWholeNumbersStay(t *testing.T) {
	value := map[string]any{"low": int64(-1<<63 + 1), "seed": uint64(1<<63 + 1)}
	text, err := JSON(value)
	if want := `{ "low": -9223372036854775807, "seed": 9223372036854775809}`; err != nil ||
		strings.Join(strings.Fields(string(text)), " ") != strings.ReplaceAll(want, "}", " }") {
		t.Errorf("as JSON: %s, %v", text, err)
	}
	text, err = CSV(value)
	if want := "low,seed\n-9223372036854775807,9223372036854775809\n"; err != nil || string(text) != want {
		t.Errorf("as CSV: %s, %v", text, err)
	}
}

func TestNPZ(t *testing.T) {
	content, err := NPZ(map[string]any{
		"gradients": [][]float64{{1, 2, 3}, {4, 5, math.Inf(1)}}, "on": []bool{true, false},
		"seed": uint64(7), "names": []string{"a", "bc"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := npz.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var gradients []float64
	if err := reader.Read("gradients.npy", &gradients); err != nil ||
		fmt.Sprint(gradients) != "[1 2 3 4 5 +Inf]" ||
		fmt.Sprint(reader.Header("gradients.npy").Descr.Shape) != "[2 3]" {
		t.Errorf("gradients are %v of shape %v, %v", gradients, reader.Header("gradients.npy").Descr.Shape,
			err)
	}
	var on []float64
	if err := reader.Read("on.npy", &on); err != nil || fmt.Sprint(on) != "[1 0]" {
		t.Errorf("on is %v, %v", on, err)
	}
	if shape := reader.Header("seed.npy").Descr.Shape; len(shape) != 0 {
		t.Errorf("seed has shape %v", shape)
	}
}

func TestWhatNoFileCanHold(t *testing.T) {
	npz := func(value any) error { _, err := NPZ(value); return err }
	csv := func(value any) error { _, err := CSV(value); return err }
	for name, c := range map[string]struct {
		err   error
		words string
	}{
		"a function":          {csv(map[string]any{"f": func() {}}), "f is a func, which no file can hold"},
		"deep inside":         {npz([]any{1, struct{ C chan int }{make(chan int)}}), "[1].C is a chan"},
		"lengths of columns":  {csv(map[string]any{"x": []int{1}, "y": []int{1, 2}}), "x has 1 rows and y 2"},
		"lengths of rows":     {csv([][]int{{1, 2}, {3}}), "the rows of value are not equally long"},
		"too many dimensions": {csv([][][]int{{{1}}}), "value has lists in its lists"},
		"a ragged array": {npz(map[string]any{"x": [][]int{{1, 2}, {3}}}),
			"the lists in x are not equally long"},
		"a value for a list": {npz(map[string]any{"x": []any{1, []int{2}}}),
			"the lists in x are not equally long"},
		"texts and numbers": {npz(map[string]any{"x": []any{1, "two"}}), "x has texts among numbers"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", name, c.err, c.words)
		}
	}
}
