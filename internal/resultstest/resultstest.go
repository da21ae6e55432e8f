// Package resultstest checks that the CSV and npz files of a figure hold every number of its JSON file. It
// finds the numbers by walking the JSON, and shares no code with what wrote the files.
package resultstest

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
)

// leaf is a number, text or truth value of a figure's JSON file.
type leaf struct {
	part    string
	entry   int
	names   []string // of the fields on the way
	indexes []int    // in the lists on the way
	value   any
}

func (l leaf) column() string { return strings.Join(l.names, ".") }

// CheckData checks folder/<figure>.csv and .npz against folder/<figure>.json.
func CheckData(t *testing.T, folder, figure string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, figure+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Series, Tests any }
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	leaves := append(leavesOf("series", file.Series), leavesOf("tests", file.Tests)...)
	if len(leaves) == 0 {
		t.Fatalf("%s.json holds no numbers", figure)
	}
	checkCSV(t, filepath.Join(folder, figure+".csv"), leaves)
	checkNPZ(t, filepath.Join(folder, figure+".npz"), leaves)
}

// leavesOf returns the leaves of a part, which is a list of entries or a single one.
func leavesOf(part string, value any) []leaf {
	entries, ok := value.([]any)
	if !ok && value != nil {
		entries = []any{value}
	}
	var all []leaf
	for i, entry := range entries {
		walk(leaf{part: part, entry: i}, entry, &all)
	}
	return all
}

// walk appends the leaves below a value.
func walk(at leaf, value any, all *[]leaf) {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			below := at
			below.names = append(append([]string{}, at.names...), name)
			walk(below, field, all)
		}
	case []any:
		for i, element := range value {
			below := at
			below.indexes = append(append([]int{}, at.indexes...), i)
			walk(below, element, all)
		}
	default:
		at.value = value
		*all = append(*all, at)
	}
}

// checkCSV looks for each leaf in the row of its entry and indexes.
func checkCSV(t *testing.T, path string, leaves []leaf) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := make(map[string]int)
	for i, name := range rows[0] {
		if _, twice := columns[name]; twice {
			t.Fatalf("%s has two columns %s", path, name)
		}
		columns[name] = i
	}
	// cells holds what stands in a column, by part, entry and indexes.
	cells := make(map[string]string)
	key := func(name, part string, entry string, indexes ...string) string {
		return strings.Join(append([]string{name, part, entry}, indexes...), "|")
	}
	for _, row := range rows[1:] {
		var indexes []string
		for _, name := range []string{"i", "j", "k", "l"} {
			if at, ok := columns[name]; ok && row[at] != "" {
				indexes = append(indexes, row[at])
			}
		}
		for name, at := range columns {
			if row[at] != "" {
				cells[key(name, row[columns["part"]], row[columns["entry"]], indexes...)] = row[at]
				// What an entry has once may stand in any of its rows.
				cells[key(name, row[columns["part"]], row[columns["entry"]], "any")] = row[at]
			}
		}
	}
	for _, l := range leaves {
		want := ""
		switch value := l.value.(type) {
		case nil:
			continue
		case json.Number:
			want = value.String()
		case string:
			want = value
		case bool:
			want = strconv.FormatBool(value)
		}
		var indexes []string
		for _, i := range l.indexes {
			indexes = append(indexes, strconv.Itoa(i))
		}
		if len(indexes) == 0 {
			indexes = []string{"any"}
		}
		if got := cells[key(l.column(), l.part, strconv.Itoa(l.entry), indexes...)]; got != want {
			t.Errorf("%s: %s of %s %d at %v is %q, want %q", path, l.column(), l.part, l.entry, l.indexes,
				got, want)
		}
	}
}

// checkNPZ looks for each number in the array of its name, at its entry and indexes.
func checkNPZ(t *testing.T, path string, leaves []leaf) {
	t.Helper()
	archive, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	arrays := make(map[string][]float64)
	for _, l := range leaves {
		number, ok := l.value.(json.Number)
		if !ok {
			continue
		}
		want, err := number.Float64()
		if err != nil {
			t.Fatal(err)
		}
		name := l.column() + ".npy"
		if l.part != "series" {
			name = l.part + "." + name
		}
		header := archive.Header(name)
		if header == nil {
			t.Fatalf("%s has no array %s", path, name)
		}
		if arrays[name] == nil {
			var values []float64
			if err := archive.Read(name, &values); err != nil {
				t.Fatalf("%s, %s: %v", path, name, err)
			}
			arrays[name] = values
		}
		position := append([]int{l.entry}, l.indexes...)
		at := 0
		for axis, length := range header.Descr.Shape {
			if axis >= len(position) || position[axis] >= length {
				t.Fatalf("%s, %s: shape %v does not hold %v", path, name, header.Descr.Shape, position)
			}
			at = at*length + position[axis]
		}
		if got := arrays[name][at]; math.Float64bits(got) != math.Float64bits(want) ||
			len(position) != len(header.Descr.Shape) {
			t.Errorf("%s, %s at %v is %v, want %v", path, name, position, got, want)
		}
	}
}
