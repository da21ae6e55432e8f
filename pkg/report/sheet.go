package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// sheet is a table as the page shows it: one with keys can be sorted, and one with a filter shows the kinds
// of rows that its reader chooses. The page has no scripts: a row's places in all orders stand in its style,
// and the rules of the page's style take one of them. They move rows to the eye; in the page's text they
// stay.
type sheet struct {
	*results.Table

	// Sortable are the columns that have keys, and Kinds the values to choose rows by.
	Sortable []sortable
	Kinds    []string

	// Lines are the rows.
	Lines []sheetLine
}

// sortable is a column that rows can be sorted by.
type sortable struct {
	Column int
	Name   string
}

// sheetLine is a row: its cells, the number of its kind among the Kinds, or -1, and its places in the orders.
type sheetLine struct {
	Cells  []string
	Kind   int
	Places template.CSS
}

// newSheet returns what the page shows of a table; nil where there is none.
func newSheet(table *results.Table) *sheet {
	if table == nil {
		return nil
	}
	s := &sheet{Table: table}
	filter := -1
	if table.Filter != "" {
		filter = slices.Index(table.Header, table.Filter)
	}
	for _, cells := range table.Rows {
		line := sheetLine{Cells: cells, Kind: -1}
		if filter >= 0 && filter < len(cells) {
			if !slices.Contains(s.Kinds, cells[filter]) {
				s.Kinds = append(s.Kinds, cells[filter])
			}
			line.Kind = slices.Index(s.Kinds, cells[filter])
		}
		s.Lines = append(s.Lines, line)
	}
	places := make([]strings.Builder, len(s.Lines))
	for column, name := range table.Header {
		up, down, any := s.places(column)
		if !any {
			continue
		}
		s.Sortable = append(s.Sortable, sortable{column, name})
		for i := range places {
			fmt.Fprintf(&places[i], "--u%d:%d;--d%d:%d;", column, up[i], column, down[i])
		}
	}
	for i := range places {
		s.Lines[i].Places = template.CSS(places[i].String()) // names and whole numbers, all from here
	}
	return s
}

// key returns what a row is sorted by in a column; nil where there is nothing.
func (s *sheet) key(row, column int) *float64 {
	if row >= len(s.Keys) || column >= len(s.Keys[row]) {
		return nil
	}
	return s.Keys[row][column]
}

// places returns the places of the rows by a column, from the smallest key up and from the largest down, rows
// without a key being last either way; and whether any row has one.
func (s *sheet) places(column int) (up, down []int, any bool) {
	var keyed []int
	for i := range s.Lines {
		if s.key(i, column) != nil {
			keyed = append(keyed, i)
		}
	}
	slices.SortStableFunc(keyed, func(a, b int) int {
		return cmp.Compare(*s.key(a, column), *s.key(b, column))
	})
	last := len(s.Lines)
	up, down = slices.Repeat([]int{last}, last), slices.Repeat([]int{last}, last)
	for place, i := range keyed {
		up[i], down[i] = place, len(keyed)-1-place
	}
	return up, down, len(keyed) > 0
}

// Interactive says whether a reader can do something with the table.
func (s *sheet) Interactive() bool { return len(s.Sortable) > 0 || len(s.Kinds) > 0 }

// Columns returns the numbers of all columns that a table of the page can be sorted by, and Kinds those of
// all kinds: the page's style has a rule for each.
func (v *view) Columns() []int {
	return v.numbers(func(s *sheet) (most int) {
		for _, c := range s.Sortable {
			most = max(most, c.Column+1)
		}
		return most
	})
}

// Kinds returns the numbers of all kinds of rows that a table of the page can be filtered by.
func (v *view) Kinds() []int { return v.numbers(func(s *sheet) int { return len(s.Kinds) }) }

// numbers returns the numbers from 0 to below the largest of those of the sheets.
func (v *view) numbers(of func(*sheet) int) []int {
	most := 0
	for _, section := range v.Sections {
		if section.Sheet != nil {
			most = max(most, of(section.Sheet))
		}
	}
	all := make([]int, most)
	for i := range all {
		all[i] = i
	}
	return all
}
