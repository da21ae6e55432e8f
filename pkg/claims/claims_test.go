package claims_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/claims"
)

func Example() {
	claim := claims.Claim{
		ID: "figure-2.example", Source: "Figure 2", Statement: "one layer is brown", Quantity: "brownness",
	}.Above(claims.Estimate{Value: 0.9, Low: 0.85, High: 0.95}, 0.75)
	fmt.Println(claim.Measured, claim.Verdict())
	// Output: 0.9 [0.85, 0.95] holds
}

func TestVerdictsUseTheWholeInterval(t *testing.T) {
	wide := claims.Estimate{Value: 0.5, Low: 0.4, High: 0.6}
	for _, test := range []struct {
		claim claims.Claim
		want  bool
	}{
		{claims.Claim{}.Above(wide, 0.39), true},
		{claims.Claim{}.Above(wide, 0.45), false}, // the value is above, the interval's lower end is not
		{claims.Claim{}.Below(wide, 0.61), true},
		{claims.Claim{}.Below(wide, 0.55), false},
		{claims.Claim{}.Above(claims.Exact(math.NaN()), 0), false},
		{claims.Claim{}.Below(claims.Exact(math.NaN()), 0), false},
	} {
		if test.claim.Holds != test.want {
			t.Errorf("%v %s %g: holds = %v", test.claim.Measured, test.claim.Relation, test.claim.Bound, test.claim.Holds)
		}
	}
}

func TestCheck(t *testing.T) {
	good := claims.Claim{ID: "a", Source: "b", Statement: "c", Quantity: "d"}.Above(claims.Exact(1), 0)
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]claims.Claim{
		"no id":     {Source: "b", Statement: "c", Quantity: "d", Relation: ">"},
		"undecided": {ID: "a", Source: "b", Statement: "c", Quantity: "d"},
		"NaN":       good.Above(claims.Exact(math.NaN()), 0),
		"infinite":  good.Below(claims.Exact(0), math.Inf(1)),
	} {
		if bad.Check() == nil {
			t.Errorf("%s: Check found nothing wrong", name)
		}
	}
}

func TestMarkdownHasARowAClaim(t *testing.T) {
	good := claims.Claim{ID: "a", Source: "b", Statement: "c", Quantity: "d"}
	table := claims.Markdown([]claims.Claim{good.Above(claims.Exact(1), 0), good.Above(claims.Exact(-1), 0)})
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if len(rows) != 4 || !strings.Contains(rows[2], "| holds |") || !strings.Contains(rows[3], "does not hold") {
		t.Errorf("table:\n%s", table)
	}
}

func TestSummaryHasARowAStatement(t *testing.T) {
	one, other := claims.Claim{Source: "Figure 1", Statement: "s"}, claims.Claim{Source: "Figure 2", Statement: "s"}
	all := []claims.Claim{one.Above(claims.Exact(1), 0), other.Above(claims.Exact(3), 0), one.Above(claims.Exact(-1), 0)}
	rows := strings.Split(strings.TrimSpace(claims.Summary(all)), "\n")
	if len(rows) != 4 || !strings.HasSuffix(rows[2], "| 1 | > 0 | 1 of 2 |") || !strings.HasSuffix(rows[3], "| 3 | > 0 | 1 of 1 |") {
		t.Errorf("rows %q", rows)
	}
	if claims.Held(all) != 2 {
		t.Errorf("%d hold, want 2", claims.Held(all))
	}
}
