package coupled

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep coupled-statistics writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

const tolerance = 0.01

var kept = jobs.NewArchive("coupled statistics", keptParts, tolerance)
