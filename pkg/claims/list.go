package claims

import (
	"fmt"
	"slices"
	"strings"
)

// MarkConventions returns the claims with those marked that a convention decides: claims that are one but for
// their Convention, where one variant holds and another is contradicted. An undecided variant decides
// nothing.
func MarkConventions(claims []Claim) []Claim {
	verdicts := make(map[string][]Verdict)
	for _, c := range claims {
		verdicts[c.variants()] = append(verdicts[c.variants()], c.Verdict)
	}
	marked := slices.Clone(claims)
	for i, c := range marked {
		all := verdicts[c.variants()]
		marked[i].ByConvention = c.Convention != "" && c.Verdict != Undecided &&
			slices.Contains(all, Holds) && slices.Contains(all, Contradicted)
	}
	return marked
}

// variants names what claims have in common that differ in the convention alone.
func (c Claim) variants() string {
	if c.Convention == "" {
		return c.ID
	}
	return strings.TrimSuffix(c.ID, c.Convention)
}

// CheckAll checks the claims of a figure, each by itself, and then that no two have one id, and that those
// and only those are marked that a convention decides.
func CheckAll(claims []Claim) error {
	ids := make(map[string]bool)
	marked := MarkConventions(claims)
	for i, c := range claims {
		switch err := c.Check(); {
		case err != nil:
			return err
		case ids[c.ID]:
			return fmt.Errorf("two claims have the id %q: each must have its own", c.ID)
		case c.ByConvention != marked[i].ByConvention:
			return fmt.Errorf("claim %q has by_convention %t, but the verdicts of its variants give %t", c.ID,
				c.ByConvention, marked[i].ByConvention)
		}
		ids[c.ID] = true
	}
	return nil
}

// Count says how many claims have which verdict.
type Count struct {
	Holds, Contradicted, Undecided int

	// ByConvention counts those that a convention decides; they are among the first two.
	ByConvention int
}

// CountVerdicts counts the claims' verdicts.
func CountVerdicts(claims []Claim) Count {
	var n Count
	for _, c := range claims {
		switch c.Verdict {
		case Holds:
			n.Holds++
		case Contradicted:
			n.Contradicted++
		case Undecided:
			n.Undecided++
		}
		if c.ByConvention {
			n.ByConvention++
		}
	}
	return n
}

// Plus adds two counts.
func (n Count) Plus(other Count) Count {
	return Count{n.Holds + other.Holds, n.Contradicted + other.Contradicted, n.Undecided + other.Undecided,
		n.ByConvention + other.ByConvention}
}

// Total is the number of claims.
func (n Count) Total() int { return n.Holds + n.Contradicted + n.Undecided }

// String says the count in words.
func (n Count) String() string {
	text := fmt.Sprintf("%d of %d claims hold, %d contradicted, %d undecided", n.Holds, n.Total(),
		n.Contradicted, n.Undecided)
	if n.ByConvention > 0 {
		text += fmt.Sprintf("; a convention decides %d of them", n.ByConvention)
	}
	return text
}
