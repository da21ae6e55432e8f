package earlydense

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the trainings at the paper's size. scripts/reproduce --keep early-training writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a training may be from what is kept when another processor or backend computes it. Of
// nets that shatter, what is seen before the first step is compared: after it, autocorrelations of single
// draws differed by up to 0.4 between XLA with AVX-512 and XLA held to SSE4.2.
const tolerance = 0.05

var kept = jobs.NewArchive("early training of dense nets", keptParts, tolerance)
