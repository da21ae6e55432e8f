package finitewidth

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
)

// The bounds of the claims, set before anything was measured.
var (
	constant = claims.Bound{
		ID: "constant", Source: law.Source,
		Statement: "The mean autocorrelation of nets of width N is within 3/N of the theory",
		Value:     3, Why: "what the claims about Figure 2 allow for the width",
	}
	likeOne = claims.Bound{
		ID: "exponent", Source: law.Source, Statement: "The deviation from the theory falls like 1/N",
		Value: 0.75, Why: "like 1/N: with a power nearer to 1 than to 1/2",
	}
	useful = claims.Bound{
		ID: "useful", Source: law.Source, Statement: "The theory serves nets of the paper's width",
		Value: 0.1, Why: "serves: neighbours' autocorrelation is off by less than a tenth of what it can be",
	}
)

// Claims decides how near to the theory nets of finite width are.
func (r *Result) Claims() []claims.Claim {
	var all []claims.Claim
	for i, fit := range r.Fits {
		s := r.Series[i]
		id, title := s.Net.ID(), fmt.Sprintf("%d-layer %s: ", s.Depth, s.Net.Name().Title())
		if s.Quantity == Mean {
			quantity := title + "size of c where " + Mean + " is off by c/N + d/N²"
			all = append(all, constant.Claim(Name, id, "", quantity).Below(fit.Constant.Distance(0),
				constant.Value))
			continue
		}
		quantity := title + "p where the " + Neighbours + " is off by c/N^p"
		all = append(all, likeOne.Claim(Name, id, "", quantity).Above(fit.Exponent, likeOne.Value))
		for k, width := range r.Config.Widths {
			if width == models.PaperWidth {
				off := s.Measured[k].Distance(s.Theory[k])
				quantity := fmt.Sprintf("%sdistance of the %s from the theory at width %d", title, Neighbours,
					width)
				all = append(all, useful.Claim(Name, id, "", quantity).Below(off, useful.Value))
			}
		}
	}
	return all
}
