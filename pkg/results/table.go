package results

import "strings"

// Table is a table as a figure's file, the page of results and notebooks show it: numbers formatted for
// reading.
type Table struct {
	// Caption says what the table shows, Header what its columns hold, and Rows are as long as Header.
	Caption string     `json:"caption"`
	Header  []string   `json:"header"`
	Rows    [][]string `json:"rows"`

	// Filter is the heading of a column by whose values a reader of the page of results can choose rows;
	// empty where there is none.
	Filter string `json:"filter,omitempty"`

	// Keys are the numbers, rows x columns, by which a reader of that page can sort the rows: those that
	// stand in the cells, null for a cell without one. Without them the rows stay in their
	// order.
	Keys [][]*float64 `json:"keys,omitempty"`
}

// Markdown returns the table in Markdown, its caption above it.
func (t *Table) Markdown() string {
	var text strings.Builder
	text.WriteString(t.Caption + "\n\n")
	row := func(cells []string) { text.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(t.Header)
	text.WriteString(strings.Repeat("|---", len(t.Header)) + "|\n")
	for _, cells := range t.Rows {
		row(cells)
	}
	return text.String()
}
