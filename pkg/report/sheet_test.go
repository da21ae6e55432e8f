package report_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// numbers returns keys: those above 0, and none for others.
func numbers(values ...float64) []*float64 {
	keys := make([]*float64, len(values))
	for i, value := range values {
		if value > 0 {
			keys[i] = &value
		}
	}
	return keys
}

// sorted is a table that can be sorted and filtered.
func sorted() *results.Table {
	return &results.Table{
		Caption: "Nets", Header: []string{"net", "kind", "length"}, Filter: "kind",
		Rows: [][]string{{"a", "plain", "3"}, {"b", "skips", "–"}, {"c", "plain", "20"}, {"d", "plain", "1"}},
		Keys: [][]*float64{numbers(0, 0, 3), numbers(0, 0, 0), numbers(0, 0, 20), numbers(0, 0, 1)},
	}
}

// sheetFolder returns a folder with the results of a figure that has the table.
func sheetFolder(t *testing.T, table *results.Table) string {
	t.Helper()
	folder := t.TempDir()
	figure := &results.Figure{Figure: "atlas", Title: "Nets", Config: map[string]int{"n": 1},
		Series: []int{7}, Table: table}
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestTablesAreSorted: rows know their places from the smallest up and from the largest down, those without a
// number last, and by columns without numbers there is no order.
func TestTablesAreSorted(t *testing.T) {
	text := pageOf(t, sheetFolder(t, sorted()))
	for _, want := range []string{
		`class="k-0" style="--u2:1;--d2:1;"><td role="cell">a<`,
		`class="k-1" style="--u2:4;--d2:4;"><td role="cell">b<`,
		`class="k-0" style="--u2:2;--d2:0;"><td role="cell">c<`,
		`class="k-0" style="--u2:0;--d2:2;"><td role="cell">d<`,
		`class="by-2"> length`, `class="kind-1" checked> skips`, `style="--columns:3"`,
		"section:has(.by-2:checked) .sheet tbody tr { order: var(--u2); }",
		"section:has(.kind-1:not(:checked)) .sheet tbody .k-1 { display: none; }",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, `class="by-0"`) || strings.Contains(text, "ZgotmplZ") ||
		strings.Contains(text, "<script") {
		t.Error("the page sorts by what has no numbers, has what the template refuses, or has a script")
	}
}

// TestTablesWithoutKeys stay as they are; and keys that are fewer than there are cells, as in a file that
// somebody has changed, sort what they can.
func TestTablesWithoutKeys(t *testing.T) {
	plain := sorted()
	plain.Keys, plain.Filter = nil, ""
	if text := pageOf(t, sheetFolder(t, plain)); strings.Contains(text, `class="sorter"`) ||
		strings.Contains(text, "--columns:") {
		t.Error("a table without keys can be sorted")
	}
	short := sorted()
	short.Keys, short.Filter = short.Keys[:1], "no such column"
	text := pageOf(t, sheetFolder(t, short))
	if !strings.Contains(text, `style="--u2:4;--d2:4;"><td role="cell">d<`) ||
		strings.Contains(text, `class="kind-`) {
		t.Error("rows without keys are not last, or rows are chosen by a column that there is not")
	}
}
