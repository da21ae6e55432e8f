package claims

import (
	"fmt"
	"strings"
)

// Held returns the number of claims that hold.
func Held(claims []Claim) int {
	held := 0
	for _, c := range claims {
		if c.Holds {
			held++
		}
	}
	return held
}

// Summary returns a table with one row for each statement of the paper: what the first claim made of it measured, and how many of its
// claims hold.
func Summary(claims []Claim) string {
	type statement struct{ source, text string }
	groups := make(map[statement][]Claim)
	var order []statement
	for _, c := range claims {
		key := statement{c.Source, c.Statement}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], c)
	}
	var table strings.Builder
	table.WriteString("| Where | The paper says | Measured here | Ours (95 %) | Bound | Claims that hold |\n|---|---|---|---|---|---|\n")
	for _, key := range order {
		group := groups[key]
		first := group[0]
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s %.3g | %d of %d |\n",
			key.source, key.text, first.Quantity, first.Measured, first.Relation, first.Bound, Held(group), len(group))
	}
	return table.String()
}
