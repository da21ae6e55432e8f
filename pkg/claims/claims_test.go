package claims_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func Example() {
	claim := claims.Claim{
		ID: "figure-2.example", Source: "Figure 2", Statement: "one layer is brown", Quantity: "brownness",
	}
	measured := stats.Estimate{Value: 0.8, Low: 0.7, High: 0.9, Draws: 20}
	for _, bound := range []float64{0.6, 0.75, 0.95} {
		fmt.Println(measured, ">", bound, claim.Above(measured, bound).Words())
	}
	// Output:
	// 0.8 [0.7, 0.9] > 0.6 ✓ holds
	// 0.8 [0.7, 0.9] > 0.75 ? undecided: about 60 more draws would decide at this spread
	// 0.8 [0.7, 0.9] > 0.95 ✗ contradicted
}

func TestVerdictsUseTheWholeInterval(t *testing.T) {
	wide := stats.Estimate{Value: 0.5, Low: 0.4, High: 0.6}
	none := claims.Verdict("")
	for _, test := range []struct {
		claim claims.Claim
		want  claims.Verdict
	}{
		{claims.Claim{}.Above(wide, 0.39), claims.Holds},
		// the value is above, the interval's lower end is not
		{claims.Claim{}.Above(wide, 0.45), claims.Undecided},
		{claims.Claim{}.Above(wide, 0.55), claims.Undecided},
		{claims.Claim{}.Above(wide, 0.61), claims.Contradicted},
		{claims.Claim{}.Below(wide, 0.61), claims.Holds},
		{claims.Claim{}.Below(wide, 0.55), claims.Undecided},
		{claims.Claim{}.Below(wide, 0.45), claims.Undecided},
		{claims.Claim{}.Below(wide, 0.39), claims.Contradicted},
		// nets that are equal: none is above the other
		{claims.Claim{}.Above(stats.Exact(0), 0), claims.Contradicted},
		{claims.Claim{}.Below(stats.Exact(0), 0), claims.Contradicted},
		{claims.Claim{}.Above(stats.None(), 0), none},
		{claims.Claim{}.Below(stats.None(), 0), none},
		{claims.Claim{}.Below(stats.Smallest(nil), 1), none},
		{claims.Claim{}.Below(stats.Largest(nil), 1), none},
		{claims.Claim{}.Above(stats.Smallest([]stats.Estimate{stats.Exact(1), stats.None()}), 0), none},
		{claims.Claim{}.Below(stats.Estimate{Value: 0, Low: math.Inf(-1), High: 0}, 1), none},
		{claims.Claim{}.Below(wide, math.NaN()), none},
		{claims.Claim{}.Below(stats.Share(0, 0), 1), none},
	} {
		if test.claim.Verdict != test.want {
			t.Errorf("%v %s %g: %q, want %q", test.claim.Measured, test.claim.Relation, test.claim.Bound,
				test.claim.Verdict, test.want)
		}
	}
}

// TestMoreDraws: half-widths shrink like one over the root of the number of draws. With 10 draws and a margin
// of twice the distance, 40 are needed.
func TestMoreDraws(t *testing.T) {
	e := stats.Estimate{Value: 1, Low: 0.8, High: 1.4, Draws: 10}
	for _, test := range []struct {
		claim  claims.Claim
		want   int
		advice string
	}{
		{claims.Claim{}.Above(e, 0.9), 30, "about 30 more draws would decide at this spread"},
		// the margin on this side is 0.4
		{claims.Claim{Unit: "seeds"}.Below(e, 1.2), 30, "about 30 more seeds would decide at this spread"},
		// for the other verdict
		{claims.Claim{}.Above(e, 1.2), 30, "about 30 more draws would decide at this spread"},
		{claims.Claim{}.Above(e, 0.8), 1, "about 1 more draw would decide at this spread"},
		{claims.Claim{Unit: "minibatches"}.Above(e, 0.8), 1,
			"about 1 more minibatch would decide at this spread"},
		{claims.Claim{Unit: "minibatches"}.Above(e, 0.999), 0,
			"too near the bound: a hundred times as many minibatches would not decide at this spread"},
		{claims.Claim{}.Above(e, 1), 0,
			"too near the bound: a hundred times as many draws would not decide at this spread"},
		{claims.Claim{}.Above(stats.Estimate{Value: 1, Low: 0.8, High: 1.4}, 0.9), 0,
			"a narrower interval would decide"},
		{claims.Claim{}.Above(e, 0.7), 0, ""},
		{claims.Claim{}.Below(e, 0.7), 0, ""},
	} {
		if c := test.claim; c.MoreDraws != test.want || c.Advice() != test.advice {
			t.Errorf("%v %s %g: %d more draws (%s), want %d (%s)", c.Measured, c.Relation, c.Bound,
				c.MoreDraws, c.Advice(), test.want, test.advice)
		}
	}
}

// checked is a claim that can be reported.
var checked = claims.Claim{ID: "a.frozen", Source: "b", Statement: "c", Quantity: "d", Convention: "frozen"}

// TestCheck edits claims as a hand might edit them in a file.
func TestCheck(t *testing.T) {
	good := checked.Above(stats.Estimate{Value: 1, Low: 0.5, High: 2, Draws: 4}, 0)
	open := checked.Above(stats.Estimate{Value: 1, Low: 0.5, High: 2, Draws: 4}, 0.7)
	for _, c := range []claims.Claim{good, open, good.Below(stats.Exact(1), 0)} {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
	}
	edit := func(c claims.Claim, change func(*claims.Claim)) claims.Claim {
		change(&c)
		return c
	}
	for want, bad := range map[string]claims.Claim{
		"no id":             edit(good, func(c *claims.Claim) { c.ID = "" }),
		"no statement":      edit(good, func(c *claims.Claim) { c.Statement = "" }),
		"no relation":       checked,
		`the relation ">="`: edit(good, func(c *claims.Claim) { c.Relation = ">=" }),
		"not finite (NaN":   good.Above(stats.None(), 0),
		"bound +Inf":        good.Below(stats.Exact(0), math.Inf(1)),
		"outside of its": edit(good,
			func(c *claims.Claim) { c.Measured.Low, c.Measured.High = 2, 0.5 }),
		"value 3 outside":       edit(good, func(c *claims.Claim) { c.Measured.Value = 3 }),
		"on -1 draws":           edit(good, func(c *claims.Claim) { c.Measured.Draws = -1 }),
		`verdict "contradicted`: edit(good, func(c *claims.Claim) { c.Verdict = claims.Contradicted }),
		`verdict "sure"`:        edit(good, func(c *claims.Claim) { c.Verdict = "sure" }),
		`verdict ""`:            edit(good, func(c *claims.Claim) { c.Verdict = "" }),
		`give "holds"`:          edit(open, func(c *claims.Claim) { c.Bound = 0.4 }),
		"says that 1 more":      edit(open, func(c *claims.Claim) { c.MoreDraws = 1 }),
		"it is undecided":       edit(open, func(c *claims.Claim) { c.ByConvention = true }),
		"it has none": edit(good,
			func(c *claims.Claim) { c.Convention, c.ByConvention = "", true }),
		"must end with": edit(good, func(c *claims.Claim) { c.Convention = "coupled" }),
	} {
		if err := bad.Check(); err == nil || strings.Contains(err.Error(), "\n") ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
}

// TestClaimsSurviveJSON: what was checked and saved passes the check when it is read.
func TestClaimsSurviveJSON(t *testing.T) {
	frozen, coupled := checked.Above(stats.Estimate{Value: 1. / 3, Low: 0.1, High: 0.7, Draws: 7}, 0.2),
		checked
	coupled.ID, coupled.Convention = "a.coupled", "coupled"
	all := claims.MarkConventions([]claims.Claim{frozen, coupled.Above(stats.Exact(0), 0)})
	content, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var read []claims.Claim
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	if err := claims.CheckAll(read); err != nil {
		t.Error(err)
	}
}

// variants returns a claim with two conventions, decided by what was measured with each.
func variants(frozen, coupled float64) []claims.Claim {
	spread := func(value float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - 0.5, High: value + 0.5, Draws: 5}
	}
	other := checked
	other.ID, other.Convention = "a.coupled", "coupled"
	return []claims.Claim{checked.Above(spread(frozen), 0), other.Above(spread(coupled), 0)}
}

// TestConventionsDecide where one variant holds and the other is contradicted, and nowhere else.
func TestConventionsDecide(t *testing.T) {
	for _, test := range []struct {
		frozen, coupled float64
		want            bool
	}{{1, -1, true}, {-1, 1, true}, {1, 2, false}, {-1, -2, false}, {1, 0.1, false}, {0.1, -1, false}} {
		all := claims.MarkConventions(variants(test.frozen, test.coupled))
		if all[0].ByConvention != test.want || all[1].ByConvention != test.want {
			t.Errorf("%s and %s: marks %t and %t, want %t", all[0].Verdict, all[1].Verdict,
				all[0].ByConvention, all[1].ByConvention, test.want)
		}
		if err := claims.CheckAll(all); err != nil {
			t.Error(err)
		}
		all[0].ByConvention = !all[0].ByConvention
		if err := claims.CheckAll(all); err == nil {
			t.Errorf("%s and %s: a mark that the verdicts do not give passes", all[0].Verdict, all[1].Verdict)
		}
	}
	// Claims without conventions, and other claims with some, are no variants of each other.
	one, other := checked.Above(stats.Exact(1), 0), checked.Above(stats.Exact(-1), 0)
	one.ID, one.Convention = "b", ""
	other.ID, other.Convention = "ab.frozen", "frozen"
	for _, c := range claims.MarkConventions(append(variants(1, 2), one, other)) {
		if c.ByConvention {
			t.Errorf("%s is marked", c.ID)
		}
	}
	if err := claims.CheckAll([]claims.Claim{one, one}); err == nil ||
		!strings.Contains(err.Error(), "two claims") {
		t.Errorf("two claims of one id give %v", err)
	}
}

func TestMarkdownHasARowAClaim(t *testing.T) {
	all := claims.MarkConventions(variants(1, -1))
	rows := strings.Split(strings.TrimSpace(claims.Markdown(all)), "\n")
	if len(rows) != 4 || !strings.HasPrefix(rows[2], "| ✓ holds (⇄ decided by a convention) |") ||
		!strings.HasPrefix(rows[3], "| ✗ contradicted (") {
		t.Errorf("rows %q", rows)
	}
	for _, word := range []string{"Verdict", "holds", "contradicted", "✓", "⇄"} {
		if table := claims.Measurements(all); strings.Contains(table, word) ||
			strings.Count(table, "\n") != 4 {
			t.Errorf("without verdicts the table has %q:\n%s", word, table)
		}
	}
}

func TestSummaryHasARowAStatement(t *testing.T) {
	one, other := claims.Claim{Source: "Figure 1", Statement: "s"},
		claims.Claim{Source: "Figure 2", Statement: "s"}
	open := stats.Estimate{Value: 0, Low: -1, High: 1}
	all := []claims.Claim{one.Above(stats.Exact(1), 0), other.Above(stats.Exact(3), 0),
		one.Above(stats.Exact(-1), 0), one.Above(open, 0)}
	rows := strings.Split(strings.TrimSpace(claims.Summary(all)), "\n")
	if len(rows) != 4 || !strings.HasSuffix(rows[2], "| 1 | > 0 | 1 | 1 | 1 | 0 |") ||
		!strings.HasSuffix(rows[3], "| 3 | > 0 | 1 | 0 | 0 | 0 |") {
		t.Errorf("rows %q", rows)
	}
	for _, row := range rows[1:] {
		if strings.Count(row, "|") != strings.Count(rows[0], "|") {
			t.Errorf("row %q has other columns than %q", row, rows[0])
		}
	}
	if n := claims.CountVerdicts(all); n != (claims.Count{Holds: 2, Contradicted: 1, Undecided: 1}) ||
		n.String() != "2 of 4 claims hold, 1 contradicted, 1 undecided" {
		t.Errorf("count %+v: %s", n, n)
	}
	n := claims.CountVerdicts(claims.MarkConventions(variants(1, -1)))
	if n = n.Plus(n); n.ByConvention != 4 || !strings.HasSuffix(n.String(), "decides 4 of them") {
		t.Errorf("count %+v: %s", n, n)
	}
}
