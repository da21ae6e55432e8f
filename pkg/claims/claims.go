// Package claims makes sentences of the paper checkable: a claim names the quantity that was measured, its
// confidence interval over draws, the bound that comes from the paper's text, and the verdict: the claim
// holds, is contradicted, or the draws leave it undecided.
package claims

import (
	"fmt"
	"math"
	"strings"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Verdict says how a claim was decided.
type Verdict string

// The verdicts. A claim without one was not decided: its quantity could not be measured.
const (
	// Holds: the whole interval is on the claim's side of the bound.
	Holds Verdict = "holds"

	// Contradicted: the whole interval is on the other side, or ends at the bound.
	Contradicted Verdict = "contradicted"

	// Undecided: the interval has the bound inside.
	Undecided Verdict = "undecided"
)

// Mark is a sign for the verdict that needs no colour.
func (v Verdict) Mark() string {
	return map[Verdict]string{Holds: "✓", Contradicted: "✗", Undecided: "?"}[v]
}

// Claim is a sentence made checkable: of the paper, of the theory of infinitely wide nets, or of a plan that
// was written before the runs.
type Claim struct {
	// ID is unique and stable, such as "figure-2.feedforward-white.frozen". It ends with the Convention where
	// there is one.
	ID string `json:"id" jsonschema:"minLength=1"`

	// Source is the figure or theorem of the paper.
	Source string `json:"source" jsonschema:"minLength=1"`

	// Statement is what the paper says, in our words.
	Statement string `json:"statement" jsonschema:"minLength=1"`

	// Why says what a word of the statement stands for in the bound. Empty where the statement says it.
	Why string `json:"why,omitempty"`

	// Quantity says what was measured.
	Quantity string `json:"quantity" jsonschema:"minLength=1"`

	// Unit names what the draws of Measured count where they are no draws, in the plural: seeds, minibatches.
	Unit string `json:"unit,omitempty"`

	// Convention names what the paper leaves open and this claim is measured with, such as frozen or coupled
	// batch statistics.
	Convention string `json:"convention,omitempty"`

	// Measured is the estimate of the quantity. A count has no interval, and neither has what was measured on
	// one seed, where Quantity says so.
	Measured stats.Estimate `json:"measured"`

	// Relation is ">" or "<": the claim is that the quantity is on that side of Bound, which was set from the
	// paper's text.
	Relation string  `json:"relation" jsonschema:"enum=>,enum=<"`
	Bound    float64 `json:"bound"`

	// Verdict follows from the three fields before it. It is "holds" where the whole interval is on that side
	// of the bound, "contradicted" where the whole interval is on the other side or ends at the bound, and
	// "undecided" where the bound is inside.
	Verdict Verdict `json:"verdict" jsonschema:"enum=holds,enum=contradicted,enum=undecided"`

	// MoreDraws is about how many more draws would decide an undecided claim if value and spread stayed as
	// they are, half-widths being like one over the root of the number. It is 0, and left out, where the
	// number of draws is not known, where a hundred times as many would not decide, and for other verdicts.
	MoreDraws int `json:"more_draws,omitempty" jsonschema:"minimum=1"`

	// ByConvention marks a claim that holds with one convention and is contradicted with another: see
	// [MarkConventions]. An undecided variant decides nothing.
	ByConvention bool `json:"by_convention,omitempty"`
}

// Above decides the claim that the quantity is above the bound.
func (c Claim) Above(measured stats.Estimate, bound float64) Claim {
	return c.decide(measured, ">", bound)
}

// Below decides the claim that the quantity is below the bound.
func (c Claim) Below(measured stats.Estimate, bound float64) Claim {
	return c.decide(measured, "<", bound)
}

// decide fills in what was measured and what follows from it.
func (c Claim) decide(measured stats.Estimate, relation string, bound float64) Claim {
	c.Measured, c.Relation, c.Bound = measured, relation, bound
	c.Verdict, c.MoreDraws, c.ByConvention = verdict(measured, relation, bound), 0, false
	if c.Verdict == Undecided {
		c.MoreDraws = moreDraws(measured, bound)
	}
	return c
}

// verdict compares an interval with a bound. Where there is no interval, or the bound is no number, there is
// no verdict.
func verdict(measured stats.Estimate, relation string, bound float64) Verdict {
	if !measured.Made() || !numbers.Finite(bound) {
		return ""
	}
	if relation == "<" {
		measured, bound = measured.Negative(), -bound
	}
	switch {
	case measured.Low > bound:
		return Holds
	case measured.High <= bound:
		return Contradicted
	}
	return Undecided
}

// reach is how many times as many draws are too many to speak of.
const reach = 100

// moreDraws returns how many draws more would move an end of the interval from beyond the bound onto it, as
// half-widths shrink like one over the root of the number of draws. It is 0 where the number of draws is not
// known, or would have to be out of reach.
func moreDraws(measured stats.Estimate, bound float64) int {
	margin, distance := measured.Value-measured.Low, measured.Value-bound
	if distance < 0 {
		margin, distance = measured.High-measured.Value, -distance
	}
	times := (margin / distance) * (margin / distance)
	if !(times <= reach) { // infinite, or 0/0
		return 0
	}
	return max(int(math.Ceil(float64(measured.Draws)*(times-1))), min(measured.Draws, 1))
}

// singular returns one of what a claim's unit counts: a draw, a minibatch.
func singular(unit string) string {
	if one, found := strings.CutSuffix(unit, "ches"); found {
		return one + "ch"
	}
	return strings.TrimSuffix(unit, "s")
}

// Advice says, of an undecided claim, what would decide it.
func (c Claim) Advice() string {
	unit := c.Unit
	if unit == "" {
		unit = "draws"
	}
	switch {
	case c.Verdict != Undecided:
		return ""
	case c.MoreDraws == 1:
		return fmt.Sprintf("about 1 more %s would decide at this spread", singular(unit))
	case c.MoreDraws > 0:
		return fmt.Sprintf("about %d more %s would decide at this spread", c.MoreDraws, unit)
	case c.Measured.Draws > 0:
		return fmt.Sprintf("too near the bound: a hundred times as many %s would not decide at this spread",
			unit)
	}
	return "a narrower interval would decide"
}

// Check returns an error when the claim can't be reported: a field is missing, a number is not finite, the
// interval does not hold the value, or the verdict is not the one that the numbers give. It holds claims that
// were read from a file, which someone may have edited, to what Above and Below write.
func (c Claim) Check() error {
	for _, field := range []struct{ name, value string }{
		{"id", c.ID}, {"source", c.Source}, {"statement", c.Statement}, {"quantity", c.Quantity},
		{"relation", c.Relation},
	} {
		if field.value == "" {
			return fmt.Errorf("claim %q has no %s: fill it in and decide the claim by Above or Below", c.ID,
				field.name)
		}
	}
	m := c.Measured
	switch {
	case c.Relation != ">" && c.Relation != "<":
		return fmt.Errorf("claim %q has the relation %q: it must be > or <", c.ID, c.Relation)
	case !m.Made() || !numbers.Finite(c.Bound):
		return fmt.Errorf("claim %q has a number that is not finite (%v, bound %g): its quantity could not "+
			"be measured; measure it again with more draws, or leave the claim out",
			c.ID, m, c.Bound)
	case m.Low > m.Value || m.Value > m.High:
		return fmt.Errorf("claim %q has the value %g outside of its interval, %g to %g", c.ID, m.Value, m.Low,
			m.High)
	case m.Draws < 0:
		return fmt.Errorf("claim %q was measured on %d draws: there can't be fewer than 0", c.ID, m.Draws)
	case c.Convention != "" && !strings.HasSuffix(c.ID, "."+c.Convention):
		return fmt.Errorf("claim %q is measured with the convention %q: its id must end with that", c.ID,
			c.Convention)
	}
	decided := c.decide(m, c.Relation, c.Bound)
	switch {
	case c.Verdict != decided.Verdict:
		return fmt.Errorf("claim %q has the verdict %q, but its numbers (%v, bound %s %g) give %q", c.ID,
			c.Verdict, m, c.Relation, c.Bound, decided.Verdict)
	case c.MoreDraws != decided.MoreDraws:
		return fmt.Errorf("claim %q says that %d more draws would decide it, but its numbers give %d", c.ID,
			c.MoreDraws, decided.MoreDraws)
	case c.ByConvention && (c.Convention == "" || c.Verdict == Undecided):
		return fmt.Errorf("claim %q is marked as decided by a convention, but it %s", c.ID,
			map[bool]string{true: "has none", false: "is undecided"}[c.Convention == ""])
	}
	return nil
}
