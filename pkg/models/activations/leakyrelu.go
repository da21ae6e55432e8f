package activations

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	. "github.com/gomlx/gomlx/core/graph"
)

// The leaky rectifiers that are known by name, of slopes 0.1, 0.3 and 0.9.
var (
	Leaky01 = register(Leaky(0.1))
	Leaky03 = register(Leaky(0.3))
	Leaky09 = register(Leaky(0.9))
)

// leaky remembers the activation of each name: nets are compared by the activation they have.
var leaky sync.Map

// Leaky returns the leaky rectifier of Maas et al. 2013, x where x > 0 and slope x elsewhere, for a finite
// slope. The same slope has one activation, and [Registry] knows it by its name, such as leaky-0.25. Its
// slope at 0 is the leak's, as that of [ReLU] is 0.
func Leaky(slope float64) *Activation {
	return piecewise(fmt.Sprintf("leaky-%g", slope), fmt.Sprintf("leaky ReLU %g", slope), Slopes{slope, 1})
}

// leakyNamed returns the leaky rectifier of a name.
func leakyNamed(name string) (*Activation, bool, error) {
	text, is := strings.CutPrefix(name, "leaky-")
	slope, slopeErr := strconv.ParseFloat(text, 64)
	if !is || slopeErr != nil || math.IsNaN(slope) || math.IsInf(slope, 0) {
		return nil, false, nil
	}
	return Leaky(slope), true, nil
}

// piecewise returns the one activation that has this name, which says what the slopes are made of.
func piecewise(name, title string, s Slopes) *Activation {
	if found, ok := leaky.Load(name); ok {
		return found.(*Activation)
	}
	found, _ := leaky.LoadOrStore(name, &Activation{Name: name, Title: title, Slopes: s,
		Apply: func(x *Node) *Node {
			return Where(GreaterThan(x, ZerosLike(x)), MulScalar(x, s.Positive), MulScalar(x, s.Negative))
		}})
	return found.(*Activation)
}
