package atlastraining

import (
	_ "embed" // for the parts

	"github.com/shattered-gradients/shattered/pkg/jobs"
)

// keptParts are the trainings at full size, rows x depths. scripts/reproduce --keep atlas-training writes
// them, and with atlas-training-images those on images.
var (
	//go:embed parts.jsonl.gz
	keptParts []byte

	//go:embed images.jsonl.gz
	keptImageParts []byte
)

// deepestAlike is the depth up to which nets come out alike on every processor before training. Gradients
// that have shattered do so with the rounding of the processor as well.
const deepestAlike = 50

// tolerance is how far what is compared may be from what is kept when another processor or backend computes
// it. XLA held to SSE4.2 (XLA_FLAGS=--xla_cpu_max_isa=SSE4_2), which rounds between a multiplication and an
// addition, differed by up to 0.0054 in 24 rows at 10 or 50 layers: in the correlation length of the 50-layer
// net of SiLUs with batch normalisation. The tolerance is four times that. The convolutional nets differed by
// less than 1e-4.
const tolerance = 0.02

var (
	kept       = jobs.NewArchive("the trainings of the atlas", keptParts, tolerance)
	keptImages = jobs.NewArchive("the trainings of the atlas on images", keptImageParts, tolerance)
)

// alike is what of an outcome comes out alike on every processor.
type alike struct {
	structure
	Start []*float64 `json:"start,omitempty"`
}

// steady returns what of an outcome comes out alike: what gradients are before training, and the losses
// there; of very deep nets whether these are finite. Training makes the rounding of a processor grow.
func (p probe) steady(o outcome) any {
	if p.Net.Depth > deepestAlike {
		return alike{structure: structure{NotFinite: o.NotFinite}}
	}
	return alike{o.structure, o.Start}
}
