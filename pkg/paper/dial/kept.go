package dial

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the parts at full size. scripts/reproduce --keep beta-dial writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

const tolerance = 0.01

var kept = jobs.NewArchive("β as a dial", keptParts, tolerance)
