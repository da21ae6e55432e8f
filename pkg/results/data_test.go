package results_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// uneven has what the series of real figures have: plain fields, fields within fields, lists of several
// lengths, lists of objects, nulls, and fields that an entry lacks.
const uneven = `[
 {"net": "feedforward, plain", "beta": null, "lags": [0, 1, 2], "mean": [1, 0.25, -1e-3], "x": [5, 6],
  "fit": {"slope": {"value": 0.1234567890123456, "low": -1}}, "dial": [{"value": 1}, {"value": 2}, {"value": null}]},
 {"net": "residual", "beta": 0.1, "lags": [0], "mean": [1], "fit": null, "m": [[1, 2, 3], [4, 5, 6]], "good": true, "note": ""}
]`

// figureOf returns a figure with these series and tests.
func figureOf(t *testing.T, series, tests string) *results.Figure {
	t.Helper()
	f := figure("figure-0")
	f.Series = json.RawMessage(series)
	if tests != "" {
		f.Tests = json.RawMessage(tests)
	}
	return f
}

func TestCSVHasARowAPoint(t *testing.T) {
	got, err := figureOf(t, uneven, `{"from": 3, "exponent": {"value": 2}}`).CSV()
	if err != nil {
		t.Fatal(err)
	}
	const want = `part,entry,net,beta,good,note,from,i,j,lags,mean,x,fit.slope.value,fit.slope.low,dial.value,m,exponent.value
series,0,"feedforward, plain",,,,,0,,0,1,,,,1,,
series,0,"feedforward, plain",,,,,1,,1,0.25,,,,2,,
series,0,"feedforward, plain",,,,,2,,2,-1e-3,,,,,,
series,0,"feedforward, plain",,,,,0,,,,5,,,,,
series,0,"feedforward, plain",,,,,1,,,,6,,,,,
series,0,"feedforward, plain",,,,,,,,,,0.1234567890123456,-1,,,
series,1,residual,0.1,true,,,0,,0,1,,,,,,
series,1,residual,0.1,true,,,0,0,,,,,,,1,
series,1,residual,0.1,true,,,0,1,,,,,,,2,
series,1,residual,0.1,true,,,0,2,,,,,,,3,
series,1,residual,0.1,true,,,1,0,,,,,,,4,
series,1,residual,0.1,true,,,1,1,,,,,,,5,
series,1,residual,0.1,true,,,1,2,,,,,,,6,
tests,0,,,,,3,,,,,,,,,,2
`
	if string(got) != want {
		t.Errorf("CSV:\n%s\nwant\n%s", got, want)
	}
}

func TestCSVOfOddSeries(t *testing.T) {
	for series, want := range map[string]string{
		`[1, 2]`:                  "part,entry,value\nseries,0,1\nseries,1,2\n",
		`[]`:                      "part,entry\n",
		`[{"a": []}, {"a": [7]}]`: "part,entry,i,a\nseries,1,0,7\n",
		`[{"a": 1}, {"a": [2]}]`:  "part,entry,a,i\nseries,0,1,\nseries,1,2,0\n",
		`[{"a": [[1], [2, 3]]}]`:  "part,entry,i,j,a\nseries,0,0,0,1\nseries,0,0,1,\nseries,0,1,0,2\nseries,0,1,1,3\n",
		// A matrix of 2 x 3 and one of 3 x 2: each number stays in its row and column.
		`[{"a": [[[1, 2, 3], [4, 5, 6]], [[7, 8], [9, 10], [11, 12]]]}]`: "part,entry,i,j,k,a\n" +
			"series,0,0,0,0,1\nseries,0,0,0,1,2\nseries,0,0,0,2,3\n" +
			"series,0,0,1,0,4\nseries,0,0,1,1,5\nseries,0,0,1,2,6\n" +
			"series,0,0,2,0,\nseries,0,0,2,1,\nseries,0,0,2,2,\n" +
			"series,0,1,0,0,7\nseries,0,1,0,1,8\nseries,0,1,0,2,\n" +
			"series,0,1,1,0,9\nseries,0,1,1,1,10\nseries,0,1,1,2,\n" +
			"series,0,1,2,0,11\nseries,0,1,2,1,12\nseries,0,1,2,2,\n",
		`[{"a": [1, [2]]}]`: "part,entry,i,a.0,a.1\nseries,0,,1,\nseries,0,0,,2\n",
	} {
		got, err := figureOf(t, series, "").CSV()
		if err != nil || string(got) != want {
			t.Errorf("%s gives %q, %v; want %q", series, got, err, want)
		}
	}
	if _, err := figureOf(t, `[{"a": [[[[[8]]]]]}]`, "").CSV(); err == nil ||
		!strings.Contains(err.Error(), "a has 5 dimensions") {
		t.Errorf("five dimensions give %v", err)
	}
}

// saved returns a folder in which the figure was saved.
func saved(t *testing.T, f *results.Figure) string {
	t.Helper()
	folder := t.TempDir()
	if err := f.Save(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestDataHoldEveryNumber(t *testing.T) {
	f := figureOf(t, uneven,
		`[{"draws": 2, "rejected": {"value": 0.1}}, {"draws": 3, "rejected": {"value": 0.2}}]`)
	folder := saved(t, f)
	resultstest.CheckData(t, folder, f.Figure)
	// A figure that was loaded gives the same files.
	loaded, err := results.Load(folder, f.Figure)
	if err != nil {
		t.Fatal(err)
	}
	again := t.TempDir()
	if err := loaded.Save(again); err != nil {
		t.Fatal(err)
	}
	for _, extension := range []string{".json", ".csv", ".npz"} {
		first, err := os.ReadFile(filepath.Join(folder, f.Figure+extension))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join(again, f.Figure+extension))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s differs after loading and saving again:\n%s\n%s", extension, first, second)
		}
	}
}

// numpyScript prints what NumPy reads of an archive.
const numpyScript = `
import sys, numpy
arrays = numpy.load(sys.argv[1])
for name in arrays.files:
    print(name, arrays[name].dtype.kind, arrays[name].shape, arrays[name].tolist())
`

// numpyPython returns a Python that has NumPy, and skips the test where there is none: the set-up installs
// none.
func numpyPython(t *testing.T) string {
	t.Helper()
	for _, python := range []string{filepath.Join("..", "..", ".venv", "bin", "python"), "python3"} {
		if exec.Command(python, "-c", "import numpy").Run() == nil {
			return python
		}
	}
	t.Skip("no Python here has NumPy")
	return ""
}

func TestNumPyReadsTheArrays(t *testing.T) {
	python := numpyPython(t)
	f := figureOf(t, uneven, `{"from": 3}`)
	matrix, err := results.NewArray("matrix", []float32{0, 1, 2, 3, 4, 5}, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	raster, err := results.NewArray("raster", []bool{true, false, false, true}, 2, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	f.Arrays = []results.Array{matrix, raster}
	printed, err := exec.Command(python, "-c", numpyScript,
		filepath.Join(saved(t, f), f.Figure+".npz")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	const want = `net U (2,) ['feedforward, plain', 'residual']
beta f (2,) [nan, 0.1]
lags f (2, 3) [[0.0, 1.0, 2.0], [0.0, nan, nan]]
mean f (2, 3) [[1.0, 0.25, -0.001], [1.0, nan, nan]]
x f (2, 2) [[5.0, 6.0], [nan, nan]]
fit.slope.value f (2,) [0.1234567890123456, nan]
fit.slope.low f (2,) [-1.0, nan]
dial.value f (2, 3) [[1.0, 2.0, nan], [nan, nan, nan]]
m f (2, 2, 3) [[[nan, nan, nan], [nan, nan, nan]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
good f (2,) [nan, 1.0]
note U (2,) ['', '']
tests.from f (1,) [3.0]
matrix f (2, 3) [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
raster b (2, 1, 2) [[[True, False]], [[False, True]]]
`
	if string(printed) != want {
		t.Errorf("NumPy reads\n%s\nwant\n%s", printed, want)
	}
}

func TestArraysNeedTheirDimensions(t *testing.T) {
	for _, test := range []struct {
		name string
		dims []int
	}{{"", []int{2}}, {"a", nil}, {"a", []int{3}}, {"a", []int{-1, -2}}} {
		if _, err := results.NewArray(test.name, []float64{1, 2}, test.dims...); err == nil ||
			!strings.Contains(err.Error(), "give it a name") {
			t.Errorf("array %q with dimensions %v: %v", test.name, test.dims, err)
		}
	}
}
