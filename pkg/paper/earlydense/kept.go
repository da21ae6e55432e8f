package earlydense

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the trainings at the paper's size. scripts/reproduce --keep early-training writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// lastAlike is the number of updates up to which nets with skips or the looks-linear initialisation are
// compared with what is kept; others are compared before the first. Training makes the rounding of a
// processor grow.
const lastAlike = 10

// tolerance is how far what is compared may be from what is kept when another processor or backend computes
// it. XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, differed by up to 0.0066 before the first update, in a feedforward net with batch normalisation,
// and by 0.012 after 10 updates of the nets with skips, in the resnet with β = 1. After one update
// feedforward nets differed by up to 0.26 in an autocorrelation, and after 100 the resnet by 0.07 and the net
// of concatenated rectifiers by 0.36. The tolerance is four times the largest that is compared.
const tolerance = 0.05

var kept = jobs.NewArchive("early training of dense nets", keptParts, tolerance)
