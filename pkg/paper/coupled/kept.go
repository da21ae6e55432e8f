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
// addition, all parts were within 0.0034, the farthest the slope of a spectrum in the 10-layer resnet of
// β = 1. The tolerance is four times that.
const tolerance = 0.0136

var kept = jobs.NewArchive("coupled statistics", keptParts, tolerance)
