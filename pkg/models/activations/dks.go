package activations

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/numbers"
)

// DKSSlope is Martens et al.'s slope of the correlation map of a whole net.
const DKSSlope = 1.5

// maxDKS is the largest number of layers, and leastDKS the least part of a layer's slope above 1. With less
// the activation is a straight line but for three parts in a thousand, and float32 has little left of them.
const (
	maxDKS   = 10000
	leastDKS = 1e-5
)

// dksPrefix begins the names of the family.
const dksPrefix = "dks-"

// shaped remembers the activation of each base, depth and slope: nets are compared by the activation they
// have.
var shaped sync.Map

// shaping is what is remembered.
type shaping struct {
	base  *Activation
	depth int
	zeta  float64
}

// DKS returns the base as Deep Kernel Shaping transforms it (Martens et al. 2021, Rapid training of deep
// neural networks without skip connections or normalization layers using Deep Kernel Shaping, "Summary of our
// method"), for a feedforward net of that many layers at weights of variance 1/fan-in, initializers.LeCun or
// initializers.Orthogonal,
//
//	phi(x) = gamma (rho(alpha x + beta) + delta),  alpha, gamma > 0.
//
// A layer of it makes of a second moment q and of a correlation c, at a second moment of 1,
//
//	Q(q) = E[phi(sqrt(q) z)^2]  and  C(c) = E[phi(u) phi(v)],
//
// z standard normal, u and v as well and of correlation c. The four constants are those of
//
//	Q(1) = 1,  Q'(1) = E[z phi(z) phi'(z)] = 1,  C(0) = E[phi(z)]^2 = 0,
//	C'(1) = E[phi'(z)^2] = zeta^(1/depth):
//
// the map of all layers has the slope zeta at 1, [DKSSlope] as a rule, and is near the identity everywhere.
// Where the equations have several solutions, as at beta and -beta for an odd rho, it is always the same one:
// from depth to depth the constants change smoothly. For tanh, softplus, sine, GELU and SiLU beta is positive
// in deep nets, for ELU and SELU it is negative. In float32 the activation is good to about gamma roundings,
// and gamma grows like sqrt(depth).
//
// The same arguments have one activation, and [Registry] knows it by its name, such as dks-tanh-50-1.5, where
// it knows the base. DKS returns an error when the base has no [Curve], as the piecewise linear ones have
// none; when depth is below 1 or above 10 000, when zeta is not above 1 or leaves a layer less than 1e-5 of
// it; and when no solution is found, as for a zeta that is too large.
func DKS(base *Activation, depth int, zeta float64) (*Activation, error) {
	key := shaping{base, depth, zeta}
	if found, ok := shaped.Load(key); ok {
		return found.(*Activation), nil
	}
	if err := key.check(); err != nil {
		return nil, err
	}
	target := key.target()
	s, found := base.Curve.shape(target)
	if !found {
		return nil, fmt.Errorf("zeta is %g, and no alpha and beta were found at which each of %d layers of "+
			"the activation %s has the slope %.6g: give more layers or a smaller zeta, above 1 (the usual "+
			"is %g)", zeta, depth, base, target, DKSSlope)
	}
	made, _ := shaped.LoadOrStore(key, key.activation(s))
	return made.(*Activation), nil
}

// target returns the slope of one layer's correlation map.
func (k shaping) target() float64 { return math.Pow(k.zeta, 1/float64(k.depth)) }

// check says in a sentence what can't be shaped.
func (k shaping) check() error {
	switch {
	case k.base == nil:
		return fmt.Errorf("there is no activation to shape: give one of %s", curved())
	case k.base.Slopes != Slopes{}:
		return fmt.Errorf("DKS of the activation %s has no solution, since of a piecewise linear one alpha "+
			"and beta count by their ratio alone, one number for two conditions: choose one of %s", k.base,
			curved())
	case k.base.Curve == nil:
		return fmt.Errorf("DKS needs the activation as a function in float64, and %s has none: choose one "+
			"of %s, or give it a Curve", k.base, curved())
	case strings.HasPrefix(k.base.Name, dksPrefix):
		return fmt.Errorf("the activation %s is shaped already: choose one of %s", k.base, curved())
	case k.depth < 1 || k.depth > maxDKS:
		return fmt.Errorf("depth is %d: give the number of layers that the activation is shaped for, from 1 "+
			"to %d", k.depth, maxDKS)
	case !numbers.Finite(k.zeta) || k.zeta <= 1:
		return fmt.Errorf("zeta is %g: give the slope of the correlation map of all layers, a number above "+
			"1 (the usual is %g)", k.zeta, DKSSlope)
	case k.target()-1 < leastDKS:
		return fmt.Errorf("zeta is %g, which gives each of %d layers a slope of 1 + %.2g: give a larger "+
			"zeta or fewer layers, for 1 + %g at least", k.zeta, k.depth, k.target()-1, leastDKS)
	}
	return nil
}

// curved lists the registered activations that have a curve.
func curved() string {
	var names []string
	for _, name := range Registry.Names() {
		if a, err := Registry.Get(name); err == nil && a.Curve != nil {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// activation returns the one of the constants.
func (k shaping) activation(s shape) *Activation {
	rho := k.base.Curve
	return &Activation{
		Name:  fmt.Sprintf("%s%s-%d-%g", dksPrefix, k.base, k.depth, k.zeta),
		Title: fmt.Sprintf("DKS %s (%d layers, slope %g)", k.base.Titled(), k.depth, k.zeta),
		Apply: func(x *graph.Node) *graph.Node {
			y := k.base.Apply(graph.AddScalar(graph.MulScalar(x, s.alpha), s.beta))
			return graph.MulScalar(graph.AddScalar(y, s.delta), s.gamma)
		},
		Curve: &Curve{Kink: rho.Kink, At: func(x float64) (value, slope float64) {
			value, slope = rho.At(s.alpha*x + s.beta)
			return s.gamma * (value + s.delta), s.gamma * s.alpha * slope
		}},
	}
}

// dksNamed returns the activation of a name of the family, or what is wrong with its parameters.
func dksNamed(name string) (*Activation, bool, error) {
	rest, is := strings.CutPrefix(name, dksPrefix)
	last := strings.LastIndexByte(rest, '-')
	if !is || last < 0 {
		return nil, false, nil
	}
	rest, slope := rest[:last], rest[last+1:]
	last = strings.LastIndexByte(rest, '-')
	if last < 0 {
		return nil, false, nil
	}
	depth, depthErr := strconv.Atoi(rest[last+1:])
	zeta, zetaErr := strconv.ParseFloat(slope, 64)
	if depthErr != nil || zetaErr != nil {
		return nil, false, nil
	}
	if rest = rest[:last]; strings.HasPrefix(rest, dksPrefix) { // without shaping that one first
		return nil, true, shaping{base: &Activation{Name: rest, Curve: new(Curve)}}.check()
	}
	base, err := Registry.Get(rest)
	if err != nil {
		return nil, true, err
	}
	shaped, err := DKS(base, depth, zeta)
	return shaped, true, err
}
