package figure5

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the minibatches at the paper's size. scripts/reproduce --keep 5 writes them.
//
//go:embed parts.jsonl.gz
var keptParts []byte

// tolerance is how far a minibatch may be from what is kept when another processor or backend computes it,
// which adds in another order, or multiplies and adds in one step where the other rounds in between. Deep
// feedforward nets with batch normalisation shatter such differences as they do those of their inputs. In six
// nets of up to 50 layers on 64 images, in which less averages out than in the figure's 256, the largest
// differences were 0.022 in pure Go, which sums in another order, and 0.014 with XLA held to SSE4.2
// (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which lacks that step, both in ranks at 50 layers, and less than
// 0.0002 up to 10 layers. XLA held to AVX2 gave the same bits on 256 images as with AVX-512, and another
// number of threads moved nothing by more than 2e-6. The tolerance is about five times the largest. Other
// weights or images move most ranks by more: over minibatches these spread by 5 to 60 %.
//
// So parts are taken on every backend of a CPU, and the sample is computed on the one that is there.
// TestVersion of package rank holds small nets to 1e-4.
const tolerance = 0.1

var kept = jobs.NewArchive("Figure 5", keptParts, tolerance)
