package resolution

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep resolution writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. With
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, all 77 parts were within 0.0005, the farthest an interval's end of the feedforward net with batch
// normalisation. The tolerance is 20 times that.
const tolerance = 0.01

var kept = jobs.NewArchive("resolution", keptParts, tolerance)
