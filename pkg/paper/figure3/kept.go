package figure3

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep 3 writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

const tolerance = 0.01

var kept = jobs.NewArchive("Figure 3", keptParts, tolerance)
