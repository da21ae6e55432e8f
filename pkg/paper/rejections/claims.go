package rejections

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The bounds of the claims, set before anything was measured.
var (
	explains = claims.Bound{
		ID: "envelope-explains", Source: law.Source,
		Statement: "That a test rejects the gradients of deep feedforward nets is due to the envelope of " +
			"their sizes",
		Value: 0,
		Why: "due to it: more than half of the rejections beyond the test's level go when gradients are " +
			"divided by √Φ(x)",
	}
	alone = claims.Bound{
		ID: "envelope-alone", Source: law.Source,
		Statement: "Independent numbers with that envelope are told from white noise too",
		Value:     0.1,
		Why: "told from it, as in Figure 2: a test that rejects one draw of white noise in 20 rejects more " +
			"than one in 10",
	}
	randomSigns = claims.Bound{
		ID: "signs", Source: law.Source,
		Statement: "The signs of the gradients of deep feedforward nets can't be told from white noise",
		Value:     0.1,
		Why: "can't be told, as in Figure 2: a test that rejects one draw of white noise in 20 rejects " +
			"fewer than one in 10",
	}
	asTheory = claims.Bound{
		ID: "rate", Source: law.Source, Statement: "Real nets are rejected as often as the theory says",
		Value: 0.1, Why: "as often: up to a tenth of the draws",
	}
	sizes = claims.Bound{
		ID: "sizes", Source: law.Source,
		Statement: "The variance of the gradient at an input x is proportional to Φ(x) in real nets, at " +
			"every depth",
		Value: 0.1, Why: "as the theorems are held to: within a tenth, from end to end of the grid",
	}
)

// Claims decides why the test rejects.
func (r *Result) Claims() []claims.Claim {
	all := []claims.Claim{
		alone.Claim(Name, law.NetOf(r.Config.Net).ID(), "", fmt.Sprintf("share of %d draws that a Ljung–Box "+
			"test at 5 %% rejects", r.Config.TheoryDraws)).
			Above(*r.alone, alone.Value),
	}
	for i, depth := range r.Config.Depths {
		theory, measured := r.theory[i], r.measured[i]
		net := law.NetOf(r.Config.Net)
		for _, kind := range []struct {
			name  string
			tests *tested
		}{{"theory", theory}, {"measured", measured}} {
			name := fmt.Sprintf("%s.%s.depth-%d", net.ID(), kind.name, depth)
			title := fmt.Sprintf("%d layers, %s: ", depth, kind.name)
			all = append(all,
				explains.Claim(Name, name, "", title+"share of rejected draws less the level, less twice "+
					"that of the divided gradients").
					Above(kind.tests.Explained, explains.Value),
				randomSigns.Claim(Name, name, "", title+"share of draws whose signs a Ljung–Box test at 5 "+
					"% rejects").
					Below(kind.tests.Signs, randomSigns.Value))
		}
		name, title := fmt.Sprintf("%s.depth-%d", net.ID(), depth), fmt.Sprintf("%d layers: ", depth)
		all = append(all,
			asTheory.Claim(Name, name, "", title+"share of rejected draws, distance of the measured one "+
				"from the theory's").
				Below(measured.Whole.MinusIndependent(theory.Whole).Distance(0), asTheory.Value),
			sizes.Claim(Name, name, "", title+"mean square in the upper eighth of the grid over that in "+
				"the lower, relative distance from Φ's").
				Below(measured.Ends.Distance(1), sizes.Value))
	}
	return all
}

// addSeries puts the shares against the depth.
func (r *Result) addSeries() {
	for _, q := range []struct {
		name string
		of   func(*tested) stats.Estimate
	}{
		{Whole, func(t *tested) stats.Estimate { return t.Whole }},
		{Scaled, func(t *tested) stats.Estimate { return t.Scaled }},
		{Signs, func(t *tested) stats.Estimate { return t.Signs }},
	} {
		s := law.Series{
			Net: law.NetOf(
				r.Config.Net,
			), Width: r.Config.Net.Width, Inputs: r.Config.Inputs, Quantity: q.name, Against: "depth",
		}
		for i, depth := range r.Config.Depths {
			s.X, s.Theory = append(s.X, float64(depth)), append(s.Theory, q.of(r.theory[i]).Value)
			s.Measured = append(s.Measured, q.of(r.measured[i]))
		}
		r.Series = append(r.Series, s)
	}
	s := law.Series{Net: law.NetOf(r.Config.Net), Inputs: r.Config.Inputs, Quantity: Alone, Against: "depth"}
	for _, depth := range r.Config.Depths {
		s.X, s.Theory = append(s.X, float64(depth)), append(s.Theory, r.alone.Value)
	}
	r.Series = append(r.Series, s)
}
