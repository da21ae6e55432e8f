package meanfield

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"gonum.org/v1/gonum/mat"
)

// Config says which net to compute, at which inputs. The zero value of every field but Net is the paper's
// choice.
type Config struct {
	// Net is the net; its Width does not matter.
	Net models.Config `json:"net"`

	// X are the inputs, at least 2, which are the batch of nets that normalise; nil means the paper's grid,
	// 256 points on [-2, 2].
	X []float64 `json:"x,omitempty"`

	// Distance is the least |x_i - x_j| of the pairs of inputs that C(i,j) and R(i,j) of Definition 1 are
	// averaged over; 0 means 1, as in package correlation.
	Distance float64 `json:"distance"`

	// Coupled wants Result.Coupled as well, which takes M x M numbers a layer.
	Coupled bool `json:"coupled,omitempty"`

	// Tolerance allows nets with skips to be computed in leaps of several layers, where these do nearly what
	// those before them did: K, D and T of a layer may be off by this share of their largest entries a leap,
	// 1e-6 for instance. Their results have no Layers. 0 wants every layer computed.
	Tolerance float64 `json:"tolerance,omitempty"`

	// Dual is what the theory knows of the net's activation; nil means what belongs to Net.Activation, one of
	// package activations.
	Dual Dual `json:"-"`

	// step is that of the rule that integrates batch normalisation; 0 means defaultStep.
	step float64
}

// Layer describes one rectifier of the net and the layers up to it.
type Layer struct {
	// Active and Coactive are the shares of the inputs at which a unit's argument is above 0, and of the
	// pairs of distinct inputs at both of which it is.
	Active   float64 `json:"active"`
	Coactive float64 `json:"coactive"`

	// Variance and Covariance are C(i,i) and C(i,j) of Definition 1 from a neuron of a_1 through this
	// rectifier and the matrix behind it, averaged over inputs and over pairs. At the first rectifier, which
	// lies below a_1, both are 1.
	Variance   float64 `json:"variance"`
	Covariance float64 `json:"covariance"`

	// Correlation is R(i,j), the mean over pairs of C(i,j) over that of sqrt(C(i,i) C(j,j)).
	Correlation float64 `json:"correlation"`
}

// Result is the theory of one net.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Covariance is G, M x M: the covariance of the gradients df/dx(x_i) over draws of the weights, for
	// read-out weights of variance 1/N.
	Covariance *mat.SymDense

	// Coupled is a guess at G where gradients go through the batch statistics, see coupled.go; nil unless the
	// config wants it.
	Coupled *mat.SymDense

	// Layers are the net's rectifiers, one a unit of depth; nil where the config lets layers be leapt over.
	Layers []Layer

	// Omitted is the share of E[rho'(z)^2] that the expansion of a smooth activation left out, at its worst
	// over layers and inputs: what is wrong with Covariance is of this size. It is 0 for closed forms.
	Omitted float64
}

// Run computes the theory of the config's net. Progress is reported layer by layer. It returns an error when
// the config is wrong or asks for what the theory does not cover, when the context ends, or when numbers
// leave the range of float64.
func Run(ctx context.Context, config Config) (*Result, error) {
	var result *Result
	err := Each(ctx, config, []int{config.Net.Depth}, func(r *Result) error {
		result = r
		return nil
	})
	return result, err
}

// Each computes the theory of the config's net at several depths in one pass, which takes no longer than the
// deepest alone, and hands the results to visit, by ascending depth. It refuses highway nets without a Gamma2
// at more than one depth: their default depends on it, and so their layers do.
func Each(ctx context.Context, config Config, depths []int, visit func(*Result) error) error {
	depths = slices.Compact(slices.Sorted(slices.Values(depths)))
	if len(depths) == 0 {
		return errors.New("there are no depths: give at least one")
	}
	config.Net.Depth = depths[len(depths)-1]
	if depths[0] < 1 {
		config.Net.Depth = depths[0] // which no net has
	}
	if len(depths) > 1 && config.Net.Net == "highway" && config.Net.Gamma2 == 0 {
		return errors.New("highway nets of several depths have one gamma2 only where it is given: give it, " +
			"or take one depth at a time")
	}
	config, err := config.withDefaults()
	if err != nil {
		return err
	}
	ctx = progress.Start(ctx, "layers of the theory", config.Net.Depth)
	r := newRecursion(config)
	r.first()
	progress.Step(ctx)
	for _, depth := range depths {
		if err := r.to(ctx, depth); err != nil {
			return err
		}
		result, err := r.result()
		if err == nil {
			err = visit(result)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Covers returns nil where the theory covers the net, or else says in a sentence what it does not cover.
func Covers(net models.Config) error {
	_, err := Config{Net: net}.withDefaults()
	return err
}

// withDefaults fills in the defaults and checks the config.
func (c Config) withDefaults() (Config, error) {
	if c.Net.IsOwn() {
		return c, fmt.Errorf("the net %q is one as it is, and the theory is about draws of feedforward, "+
			"residual and highway nets: give the config of one of these", c.Net.Net)
	}
	net, err := models.New(c.Net)
	if err != nil {
		return c, err
	}
	if err := net.TakesNumbers(); err != nil {
		return c, err
	}
	c.Net = net.Config
	if c.Dual == nil {
		if c.Dual, err = dualOf(c.Net); err != nil {
			return c, err
		}
	}
	if c.X == nil {
		if c.X, err = data.Grid(data.GridPoints, data.GridLow, data.GridHigh); err != nil {
			return c, err
		}
	}
	if c.Distance == 0 {
		c.Distance = 1
	}
	if c.step == 0 {
		c.step = defaultStep
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 0.1) || c.Tolerance > 0 && c.Coupled {
		return c, fmt.Errorf("tolerance is %g: give one from 0 to less than 0.1, and 0 for the guess at "+
			"coupled statistics, which needs every layer",
			c.Tolerance)
	}
	if err := c.checkInputs(); err != nil {
		return c, err
	}
	return c, c.checkNet()
}

// checkInputs returns an error unless the inputs are numbers and some pair of them is far enough apart.
func (c Config) checkInputs() error {
	if len(c.X) < 2 {
		return fmt.Errorf("there are %d inputs: give at least 2", len(c.X))
	}
	low, high := math.Inf(1), math.Inf(-1)
	for i, x := range c.X {
		if !numbers.Finite(x) {
			return fmt.Errorf("input %d is %g: give finite numbers", i, x)
		}
		low, high = min(low, x), max(high, x)
	}
	if !(c.Distance > 0) || !c.apart(low, high) {
		return fmt.Errorf("distance is %g: give the least distance of a pair of inputs, above 0 and at "+
			"most %g, that of the outermost",
			c.Distance, high-low)
	}
	return nil
}

// apart says whether two inputs are at least Distance apart; a pair at exactly the distance counts, whatever
// the rounding.
func (c Config) apart(x, y float64) bool { return math.Abs(x-y) > c.Distance*(1-1e-9) }

// checkNet returns an error where the theory does not cover the net.
func (c Config) checkNet() error {
	net := c.Net
	if _, _, err := weightsOf(net); err != nil {
		return err
	}
	if _, err := net.Initializer.MatrixVariance(); err != nil {
		return err
	}
	if net.Norm != norms.None && net.Statistics != norms.Frozen {
		return fmt.Errorf("statistics is %q: the theory covers gradients that hold the batch statistics "+
			"fixed, choose %s",
			net.Statistics, norms.Frozen)
	}
	if s, ok := c.Dual.(*smooth); ok {
		if err := s.check(); err != nil {
			return err
		}
	}
	switch net.Norm {
	case norms.None, norms.Center:
	case norms.Batch:
		if !c.Dual.Scales() {
			return fmt.Errorf("batch normalisation in front of the activation %s has no theory here, only "+
				"in front of rectifiers, leaky or not: choose one, or another normalisation",
				net.Activation)
		}
	default:
		return fmt.Errorf("normalisation %q has no theory here: choose none, center or bn of package norms",
			net.Norm)
	}
	return nil
}

// weightsOf returns the weights of the skip and of the branch of a repeated layer.
func weightsOf(net models.Config) (carry, gain float64, err error) {
	if net.Branch != (models.Branch{}) {
		return 0, 0, fmt.Errorf("branches have %s: the theory is about those of one layer, whose weight is "+
			"fixed, leave branch out", net.Branch)
	}
	switch net.Net {
	case "feedforward":
		return 0, 1, nil
	case "residual":
		return net.Alpha, net.Alpha * net.Beta, nil
	case "highway":
		return math.Sqrt(1 - net.Gamma2*net.Gamma2), net.Gamma2, nil
	}
	return 0, 0, fmt.Errorf("net %q has no theory here: choose feedforward, residual or highway", net.Net)
}
