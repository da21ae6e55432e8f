package claims

import (
	"fmt"
	"strings"
)

// Words returns the verdict for reading: with its mark, what would decide an undecided claim, and whether a
// convention decides.
func (c Claim) Words() string {
	text := c.Verdict.Mark() + " " + string(c.Verdict)
	if advice := c.Advice(); advice != "" {
		text += ": " + advice
	}
	if c.ByConvention {
		text += " (" + ByConventionWords + ")"
	}
	return text
}

// ByConventionWords says of a claim that a convention decides it.
const ByConventionWords = "⇄ decided by a convention"

// Markdown returns a table of the claims, paper against measured, with their verdicts.
func Markdown(claims []Claim) string { return table(claims, true) }

// Measurements returns the table without verdicts, for nets too small and draws too few to decide anything.
func Measurements(claims []Claim) string { return table(claims, false) }

func table(claims []Claim, verdicts bool) string {
	var table strings.Builder
	row := func(verdict, where, says, quantity, measured, bound string) {
		cells := []string{where, says, quantity, measured, bound}
		if verdicts {
			cells = append([]string{verdict}, cells...)
		}
		table.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	row("Verdict", "Where", "Statement", "Measured here", "Ours (95 %)", "Bound")
	row("---", "---", "---", "---", "---", "---")
	for _, c := range claims {
		row(c.Words(), c.Source, c.Statement, c.Quantity, c.Measured.String(),
			fmt.Sprintf("%s %.3g", c.Relation, c.Bound))
	}
	return table.String()
}

// Summary returns a table with one row for each statement of the paper: what the first claim made of it
// measured, its bound and where that comes from, and how many of its claims have which verdict.
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
	table.WriteString("| Where | Statement | Measured here | Ours (95 %) | Bound | " + CountHeader +
		" |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, key := range order {
		group := groups[key]
		first := group[0]
		bound := fmt.Sprintf("%s %.3g", first.Relation, first.Bound)
		if first.Why != "" {
			bound += "; " + first.Why
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %s |\n",
			key.source, key.text, first.Quantity, first.Measured, bound, CountVerdicts(group).Cells())
	}
	return table.String()
}

// CountHeader heads the columns of a Markdown table that Cells fills.
const CountHeader = "✓ holds | ✗ contradicted | ? undecided | ⇄ by convention"

// Cells returns the count as cells of a Markdown table, under CountHeader.
func (n Count) Cells() string {
	return fmt.Sprintf("%d | %d | %d | %d", n.Holds, n.Contradicted, n.Undecided, n.ByConvention)
}
