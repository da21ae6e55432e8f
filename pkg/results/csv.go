package results

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// CSV returns the numbers of the figure as comma-separated values with a header, one row a point.
//
// The first columns say which curve a point belongs to: part (series or tests), entry (its number there, from
// 0), and the entry's plain fields, such as net, norm, beta and depth. Then i, the position of the point in
// the entry's lists (and j, in lists of lists), and a column for each list of numbers, such as lags and mean.
// A field within a field is named by both, as in fit.slope.low.
//
// Lists of one length share their rows; those of another length have rows of their own, and what an entry has
// once, such as an estimate and its interval, has a row without i. So to use a column, take the rows in which
// it is not empty. Numbers stand as in the JSON file; null is empty.
func (f *Figure) CSV() ([]byte, error) {
	var s sheet
	for _, part := range f.parts() {
		if err := s.add(part.name, part.list); err != nil {
			return nil, fmt.Errorf("the %s of %s can't be written as CSV: %w", part.name, f.Figure, err)
		}
	}
	file, err := s.write()
	if err != nil {
		return nil, fmt.Errorf("%s can't be written as CSV: %w", f.Figure, err)
	}
	return file, nil
}

// part is a part of a figure that holds numbers.
type part struct {
	name string
	list any
}

// parts returns the figure's parts that hold numbers.
func (f *Figure) parts() []part {
	return slices.DeleteFunc([]part{{"series", f.Series}, {"tests", f.Tests}},
		func(p part) bool { return p.list == nil })
}

// Names of columns of a CSV file.
const (
	partColumn  = "part"
	entryColumn = "entry"
	valueColumn = "value" // of entries that are plain values
)

// indexColumns name the position in a list, and in the lists in it.
var indexColumns = []string{"i", "j", "k", "l"}

// sheet is a CSV file in the making: rows of texts by the names of their columns.
type sheet struct {
	plain      []string // columns of plain fields
	further    []string // columns of lists, and of fields within fields
	dimensions int      // of the lists of lists
	rows       []map[string]string
	room       float64 // for fields, most of which are empty where entries have little in common
}

// add adds the rows of a part.
func (s *sheet) add(name string, list any) error {
	entries, err := entriesOf(list)
	if err != nil {
		return err
	}
	s.room += roomFor(entries)
	known := paths(entries)
	for i, entry := range entries {
		shared := map[string]string{partColumn: name, entryColumn: strconv.Itoa(i)}
		var rest []column
		for _, c := range entry {
			if !slices.Contains(known, c.path) {
				continue
			}
			if c.path == "" {
				c.path = valueColumn
			}
			if len(c.shape) > len(indexColumns) {
				return fmt.Errorf("%s has %d dimensions: at most %d are possible", c.path, len(c.shape),
					len(indexColumns))
			}
			if len(c.shape) == 0 && !strings.Contains(c.path, ".") {
				shared[c.path] = text(c.values[0])
				s.plain = include(s.plain, c.path)
				continue
			}
			s.further = include(s.further, c.path)
			s.dimensions = max(s.dimensions, len(c.shape))
			rest = append(rest, c)
		}
		s.rows = append(s.rows, points(shared, rest)...)
	}
	return nil
}

// points returns the rows of an entry: for each shape the points of the columns that have it, each with what
// all share.
func points(shared map[string]string, columns []column) []map[string]string {
	if len(columns) == 0 {
		return []map[string]string{shared}
	}
	var rows []map[string]string
	for len(columns) > 0 {
		shape := columns[0].shape
		var later []column
		group := make([]map[string]string, len(columns[0].values))
		for i := range group {
			group[i] = maps.Clone(shared)
			for axis, rest := len(shape)-1, i; axis >= 0; axis-- {
				group[i][indexColumns[axis]] = strconv.Itoa(rest % shape[axis])
				rest /= shape[axis]
			}
		}
		for _, c := range columns {
			if !slices.Equal(c.shape, shape) {
				later = append(later, c)
				continue
			}
			for i, value := range c.values {
				group[i][c.path] = text(value)
			}
		}
		rows, columns = append(rows, group...), later
	}
	return rows
}

// write returns the file.
func (s *sheet) write() ([]byte, error) {
	header := slices.Concat([]string{partColumn, entryColumn}, s.plain, indexColumns[:s.dimensions])
	for _, name := range s.further {
		header = include(header, name)
	}
	if fields := float64(len(header)) * float64(len(s.rows)); fields > s.room {
		return nil, fmt.Errorf("%d rows of %d columns are %.0f fields, most of them empty: give the "+
			"entries of a list the same fields", len(s.rows), len(header), fields)
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write(header); err != nil {
		return nil, err
	}
	fields := make([]string, len(header))
	for _, row := range s.rows {
		for i, name := range header {
			fields[i] = row[name]
		}
		if err := w.Write(fields); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return file.Bytes(), w.Error()
}

// include appends the name unless it is there.
func include(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// text returns a value as it stands in a CSV file.
func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
