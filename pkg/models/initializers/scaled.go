package initializers

import (
	"fmt"
	"math"
	"sync"

	"github.com/shattered-gradients/shattered/pkg/random"
)

// scaled remembers the initialiser of each base and gain: blocks are compared by the initialiser they have.
var scaled sync.Map

// scaling is what is remembered.
type scaling struct {
	base *Initializer
	gain float64
}

// Scaled returns the initialiser that multiplies what base draws by a gain, a finite number. The same base
// and gain have one.
func Scaled(base *Initializer, gain float64) *Initializer {
	key := scaling{base, gain}
	if found, ok := scaled.Load(key); ok {
		return found.(*Initializer)
	}
	times := &Initializer{Name: fmt.Sprintf("%.4g times %s", gain, base.Name),
		Fill: func(rng *random.Generator, dims []int, values []float32) {
			base.Fill(rng, dims, values)
			for i, value := range values {
				values[i] = float32(gain * float64(value))
			}
		}}
	found, _ := scaled.LoadOrStore(key, times)
	return found.(*Initializer)
}

// OrthogonalHe draws sqrt(2) times what [Orthogonal] draws, for weights behind rectifiers, which halve the
// second moment.
var OrthogonalHe = register(&Initializer{Name: "orthogonal-he", Fill: Scaled(Orthogonal, math.Sqrt2).Fill})

// Fixup returns the initialiser of the weights in a residual branch of that many layers, two or more, in a
// net of so many branches (Zhang et al., 2019): He's times branches^(-1 / (2 layers - 2)), for all layers of
// the branch but its last, which starts at [Zero]. Without any normalisation a step of training then changes
// the net by as much as a step does at one layer. It returns an error when there are fewer layers or no
// branches.
func Fixup(branches, layers int) (*Initializer, error) {
	if branches < 1 || layers < 2 {
		return nil, fmt.Errorf("there are %d branches of %d layers: give at least 1 branch, and at least 2 "+
			"layers in it, of which the last starts at 0", branches, layers)
	}
	return Scaled(He, math.Pow(float64(branches), -1/float64(2*layers-2))), nil
}
