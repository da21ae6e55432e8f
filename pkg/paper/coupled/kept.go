package coupled

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep coupled-statistics writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. With
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, all parts were within 0.0006, the farthest the end of a spread in the 50-layer resnet of
// β = 1. The tolerance is five times that.
const tolerance = 0.003

var kept = jobs.NewArchive("coupled statistics", keptParts, tolerance)
