package earlyimages

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the trainings at the paper's size. scripts/reproduce --keep early-training-images writes
// them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// lastAlike is the number of updates up to which nets with skips or the looks-linear initialisation are
// compared with what is kept; others are compared before the first.
const lastAlike = 30

// tolerance is how far a training may be from what is kept when another processor or backend computes it. In
// trainings of the figure's nets of 24 convolutions over 30 steps, of 50 images, on 64 images, XLA held to
// AVX2 gave the same bits as with AVX-512. XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which
// rounds between a multiplication and an addition, differed by up to 0.0099, in a rank of the resnet with β =
// 1, as much after 3 steps as after 30, and by less than 0.0001 in nets without normalisation. The tolerance
// is five times the largest. The net that shatters differed by 0.44 after a step of training, and that of
// concatenated rectifiers without the looks-linear initialisation, on one processor instead of two, by 0.06
// after 3 steps and 0.6 after 30, where all others differed by less than 0.002: of these two, what is seen
// before the first step is compared.
const tolerance = 0.05

var kept = jobs.NewArchive("early training of convolutional nets", keptParts, tolerance)
