package finitewidth

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep finite-width writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a part may be from what is kept when another processor or backend computes it. With
// XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, all 14 parts were within 0.0015, the farthest an interval's end of the residual net of width
// 400, and those of the feedforward net within 0.0001. The tolerance is about seven times the largest. From
// width 200 on it is less than half of the intervals at lag 1, 0.01 to 0.06, so that other weights show.
const tolerance = 0.01

var kept = jobs.NewArchive("finite width", keptParts, tolerance)
