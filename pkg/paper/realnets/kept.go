package realnets

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep real-nets writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. With
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, all 60 parts were within 0.0001, the farthest an interval's end of a rate at 100 layers. The
// tolerance is 20 times that, and less than the intervals of correlations that are not next to 0.
const tolerance = 0.002

var kept = jobs.NewArchive("the theorems on real nets", keptParts, tolerance)
