package atlas

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the rows at full size, at each depth. scripts/reproduce --keep atlas writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. In
// three draws of each of fourteen rows at full width, up to 50 layers, the largest differences were 0.05 with
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), and in pure Go, of five rows, 0.11: both in the
// autocorrelation of single draws of the feedforward net with batch normalisation. In others they were less
// than 0.02. The tolerance is about three times the largest. Other weights move an autocorrelation of white
// noise by more at some of the lags and draws, and one with structure everywhere.
//
// At 200 layers the autocorrelations of nets that shatter differed by up to 0.56, as those of two draws do:
// of so deep nets only what does not shatter is compared, see addDraws.
const tolerance = 0.3

var kept = jobs.NewArchive("the atlas", keptParts, tolerance)
