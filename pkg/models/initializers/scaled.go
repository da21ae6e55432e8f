package initializers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
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
// and gain have one, and [Registry] knows that of a base that it knows by its name, such as he-times-0.5. The
// gain of a base that is scaled itself is multiplied by this one.
func Scaled(base *Initializer, gain float64) *Initializer {
	base, before := base.Unscaled()
	gain = gain*before + 0 // a gain of -0 is 0, which has another name
	key := scaling{base, gain}
	if found, ok := scaled.Load(key); ok {
		return found.(*Initializer)
	}
	found, _ := scaled.LoadOrStore(key, times(fmt.Sprintf("%s%s%g", base.Name, timesWord, gain), base, gain))
	return found.(*Initializer)
}

// timesWord is between base and gain in a name.
const timesWord = "-times-"

// times returns a new initialiser of that name.
func times(name string, base *Initializer, gain float64) *Initializer {
	return &Initializer{Name: name, base: base, gain: gain, Variance: gain * gain * base.Variance,
		Fill: func(rng *random.Generator, dims []int, values []float32) {
			base.Fill(rng, dims, values)
			for i, value := range values {
				values[i] = float32(gain * float64(value))
			}
		}}
}

// scaledNamed returns the scaled initialiser of a name.
func scaledNamed(name string) (*Initializer, bool, error) {
	unscaled, number, is := strings.Cut(name, timesWord)
	gain, gainErr := strconv.ParseFloat(number, 64)
	if !is || gainErr != nil || math.IsNaN(gain) || math.IsInf(gain, 0) {
		return nil, false, nil
	}
	base, baseErr := Registry.Get(unscaled)
	if baseErr != nil {
		return nil, false, nil
	}
	return Scaled(base, gain), true, nil
}

// OrthogonalHe draws sqrt(2) times what [Orthogonal] draws, for weights behind rectifiers, which halve the
// second moment.
var OrthogonalHe = register(times("orthogonal-he", Orthogonal, math.Sqrt2))

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
