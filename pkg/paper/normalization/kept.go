package normalization

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep table-normalization writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. With
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, what is compared of all parts was within 0.0012, the farthest the autocorrelation at lag 1 of
// the feedforward net with batch normalisation. The tolerance is four times that.
const tolerance = 0.005

var kept = jobs.NewArchive("Normalisation and rescaling", keptParts, tolerance)
