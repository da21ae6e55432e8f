package atlas

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the rows at full size, at each depth. scripts/reproduce --keep atlas writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far what is compared of a part, means over draws, may be from what is kept when another
// processor or backend computes it. With XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2) the means of
// four draws of each of 26 rows, up to 50 layers, were within 0.016: the farthest was the autocorrelation of
// the feedforward net with batch normalisation, of which single draws differed by up to 0.05, and in pure Go
// by 0.11; the other rows were within 0.005. Means over all draws differ less. The tolerance is three times
// the largest. Conditions are compared by their logarithm to base 10: that is 12 % of a condition near 1, and
// a factor of 2 of the smallest.
//
// At 200 layers the autocorrelations of nets that shatter differed by up to 0.56, as those of two draws do:
// of so deep nets only what does not shatter is compared.
const tolerance = 0.05

var kept = jobs.NewArchive("the atlas", keptParts, tolerance)
