// Package claims makes sentences of the paper checkable: a claim names the quantity that was measured, its confidence interval
// over draws, the bound that comes from the paper's text, and whether the claim holds.
package claims

import (
	"fmt"
	"math"
	"strings"
)

// Claim is a sentence of the paper made checkable.
type Claim struct {
	// ID is unique and stable, such as "figure-2.feedforward-white.frozen".
	ID string `json:"id"`

	// Source is the figure or theorem of the paper.
	Source string `json:"source"`

	// Statement is what the paper says, in our words.
	Statement string `json:"statement"`

	// Quantity says what was measured.
	Quantity string `json:"quantity"`

	// Measured is the estimate of the quantity.
	Measured Estimate `json:"measured"`

	// Relation is ">" or "<": the claim holds when the whole interval is on that side of Bound.
	Relation string  `json:"relation"`
	Bound    float64 `json:"bound"`

	// Holds is the verdict.
	Holds bool `json:"holds"`
}

// Above decides a claim that the quantity is above the bound: it holds when the interval's lower end is.
func (c Claim) Above(measured Estimate, bound float64) Claim {
	c.Measured, c.Relation, c.Bound = measured, ">", bound
	c.Holds = measured.Low > bound
	return c
}

// Below decides a claim that the quantity is below the bound: it holds when the interval's upper end is.
func (c Claim) Below(measured Estimate, bound float64) Claim {
	c.Measured, c.Relation, c.Bound = measured, "<", bound
	c.Holds = measured.High < bound
	return c
}

// Verdict is "holds" or "does not hold".
func (c Claim) Verdict() string {
	if c.Holds {
		return "holds"
	}
	return "does not hold"
}

// Check returns an error when the claim can't be reported: a field is missing or a number is not finite.
func (c Claim) Check() error {
	for field, value := range map[string]string{
		"id": c.ID, "source": c.Source, "statement": c.Statement, "quantity": c.Quantity, "relation": c.Relation,
	} {
		if value == "" {
			return fmt.Errorf("claim %q has no %s: fill it in and decide the claim by Above or Below", c.ID, field)
		}
	}
	for _, number := range []float64{c.Measured.Value, c.Measured.Low, c.Measured.High, c.Bound} {
		if math.IsNaN(number) || math.IsInf(number, 0) {
			return fmt.Errorf("claim %q has a number that is not finite (%v, bound %g): measure it again with more draws", c.ID, c.Measured, c.Bound)
		}
	}
	return nil
}

// Markdown returns a table of the claims, paper against measured.
func Markdown(claims []Claim) string {
	var table strings.Builder
	table.WriteString("| | Where | The paper says | Measured here | Ours (95 %) | Bound | Verdict |\n")
	table.WriteString("|---|---|---|---|---|---|---|\n")
	for _, c := range claims {
		mark := "✗"
		if c.Holds {
			mark = "✓"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %s %.3g | %s |\n",
			mark, c.Source, c.Statement, c.Quantity, c.Measured, c.Relation, c.Bound, c.Verdict())
	}
	return table.String()
}
