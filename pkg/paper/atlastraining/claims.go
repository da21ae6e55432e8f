package atlastraining

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
)

// Source is what the claims are of: the plan in docs/atlas-plan.md, which was written before the runs.
const Source = "The atlas' plan"

// The bounds of the claims, which are the plan's predictions.
var (
	longer = claims.Bound{
		ID: "length", Source: Source,
		Statement: "Apart from explosion, a longer correlation of gradients at initialisation goes with a " +
			"lower loss after training",
		Value: 0, Why: "goes with a lower one: the rank correlation given explosion is negative",
	}
	larger = claims.Bound{
		ID: "explosion", Source: Source,
		Statement: "Apart from their correlation, a larger explosion of gradients at initialisation goes " +
			"with a higher loss after training",
		Value: 0, Why: "goes with a higher one: the rank correlation given the correlation length is " +
			"positive",
	}
	more = claims.Bound{
		ID: "more", Source: Source,
		Statement: "Explosion has more to do with the loss than the correlation of gradients has",
		Value:     0, Why: "more: its rank correlation given the other is the larger one, whatever the signs",
	}
)

// Claims decides the plan's predictions. It predicts signs for the dense task alone.
func (r *Result) Claims() []claims.Claim {
	a := r.Analysis
	claim := func(b claims.Bound, quantity string) claims.Claim {
		c := b.Claim(r.name(), "depths", "", fmt.Sprintf("%s, over %d nets of %d rows at all depths",
			quantity,
			a.Nets, a.Rows))
		c.Unit = "rows"
		return c
	}
	all := []claims.Claim{}
	if r.Config.Images == nil {
		all = append(all,
			claim(longer, "Spearman's ρ of loss and correlation length given explosion, 97.5 % interval").
				Below(a.LengthGiven, longer.Value),
			claim(larger, "Spearman's ρ of loss and explosion given correlation length, 97.5 % interval").
				Above(a.ExplosionGiven, larger.Value))
	}
	return append(all,
		claim(more, "|ρ| of loss and explosion given length, less that of loss and length given explosion").
			Above(a.More, more.Value))
}
