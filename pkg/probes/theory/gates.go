package theory

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// The nets whose gates can be drawn.
const (
	// FeedforwardNet is the net of Theorem 1.
	FeedforwardNet = "feedforward"

	// ResidualNet is the net of Theorem 2: alpha = beta = 1, no normalisation.
	ResidualNet = "residual"

	// RescaledNet is the net of Theorem 3: residual, batch normalisation, beta.
	RescaledNet = "rescaled"

	// HighwayNet is the net of Corollary 1.
	HighwayNet = "highway"
)

// netNames lists the nets. Their places name their random numbers, so new ones go to the end.
var netNames = []string{FeedforwardNet, ResidualNet, RescaledNet, HighwayNet}

// Estimator says how expectations are taken.
type Estimator string

const (
	// Conditioned draws the gates alone. Given the gates, the expectation over the weights is known layer by
	// layer:
	//
	//	E[v_l-1(i) . v_l-1(j) | v_l] = (carry^2 + gain^2 2 n_l(i,j) / N) v_l(i) . v_l(j),
	//
	// where n_l(i,j) counts the rectifiers of layer l that are on for both inputs, because W_l is independent
	// of v_l with entries of variance 2/N. A draw gives the product over the layers (Rao-Blackwell: the same
	// mean as plain Monte Carlo, and less variance). Its relative variance is (1 + 3/N)^L - 1 at most: the
	// binomial n(i,j) has relative variance 3/N.
	Conditioned Estimator = "conditioned"

	// Plain draws gates and weights and multiplies them out. A single draw of v_0(i) . v_0(j) scatters by
	// about C(i,i) / sqrt(N) around a mean of C(i,j): its relative error grows as 1/R, 2^L for a feedforward
	// net, and no number of draws reaches 50 layers.
	Plain Estimator = "plain"
)

// estimators lists the estimators. Their places name their random numbers.
var estimators = []Estimator{Conditioned, Plain}

// Config describes nets whose gates are drawn independently of the weights: every rectifier is on with
// probability 1/2, independently for each unit, layer and input, so that it is on for both of two inputs with
// probability 1/4.
type Config struct {
	// Net is FeedforwardNet, ResidualNet, RescaledNet or HighwayNet.
	Net string `json:"net"`

	// Beta scales the branches of a RescaledNet, and is 0 for all others.
	Beta float64 `json:"beta,omitempty"`

	// Gamma2 scales the branches of a HighwayNet, with gamma1 = sqrt(1 - gamma2^2). 0 stands for sqrt(1/L),
	// which differs from depth to depth and gives the corollary's limit. It is 0 for all other nets.
	Gamma2 float64 `json:"gamma2,omitempty"`

	// Depths are the depths L to measure at, as the theorems count: layers, and for a RescaledNet rectifiers,
	// one more than its layers.
	Depths []int `json:"depths"`

	// Width is N, the units of a layer. The closed forms hold for every width.
	Width int `json:"width"`

	// Draws is the number of independent draws.
	Draws int `json:"draws"`

	// Estimator is Conditioned or Plain; empty means Conditioned.
	Estimator Estimator `json:"estimator"`

	// Seed determines all gates and weights.
	Seed uint64 `json:"seed"`
}

// layer is one step of the reverse pass: from the gradient v_l at a layer's outputs to that at its inputs,
//
//	v_l-1(i) = carry v_l(i) + gain D_l(i) W_l^T v_l(i),
//
// where D_l(i) is diagonal, 1 where a rectifier is on for input i and 0 where it is off.
type layer struct{ carry, gain float64 }

// layers returns the layers of the net of a depth, the lowest first.
func (c Config) layers(depth int) []layer {
	switch c.Net {
	case FeedforwardNet:
		return slices.Repeat([]layer{{0, 1}}, depth)
	case ResidualNet:
		return slices.Repeat([]layer{{1, 1}}, depth)
	case HighwayNet:
		gamma1, gamma2 := c.gammas(depth)
		return slices.Repeat([]layer{{gamma1, gamma2}}, depth)
	}
	layers := make([]layer, depth-1)
	for i := range layers {
		layers[i] = layer{1, c.Beta / math.Sqrt(signalVariance(i+1, c.Beta))}
	}
	return layers
}

// gammas returns gamma1 and gamma2 of the highway net of a depth.
func (c Config) gammas(depth int) (gamma1, gamma2 float64) {
	square := c.Gamma2 * c.Gamma2
	if square == 0 {
		square = 1 / float64(depth)
	}
	return math.Sqrt(1 - square), math.Sqrt(square)
}

// Closed returns the closed form for the config's net at a depth.
func (c Config) Closed(depth int) (Covariance, error) {
	if err := c.checkNet(); err != nil {
		return Covariance{}, err
	}
	switch c.Net {
	case FeedforwardNet:
		return Feedforward(depth)
	case ResidualNet:
		return Residual(depth)
	case RescaledNet:
		return RescaledExact(depth, c.Beta)
	}
	if err := checkDepth(depth); err != nil {
		return Covariance{}, err
	}
	gamma1, gamma2 := c.gammas(depth)
	return Highway(depth, gamma1, gamma2)
}

// checkNet returns an error when the config names no net.
func (c Config) checkNet() error {
	switch {
	case !slices.Contains(netNames, c.Net):
		return fmt.Errorf("there is no net %q with drawn gates: choose one of %q", c.Net, netNames)
	case c.Net == RescaledNet:
		return checkRescaled(1, c.Beta)
	case c.Beta != 0:
		return fmt.Errorf("beta is %g for a %s net, which has none: leave it out, or choose %q", c.Beta,
			c.Net, RescaledNet)
	case c.Net == HighwayNet && !(c.Gamma2 >= 0 && c.Gamma2 <= 1):
		return fmt.Errorf("gamma2 is %g: give a number from 0 to 1 (0 stands for sqrt(1/L))", c.Gamma2)
	case c.Net != HighwayNet && c.Gamma2 != 0:
		return fmt.Errorf("gamma2 is %g for a %s net, which has none: leave it out, or choose %q", c.Gamma2,
			c.Net, HighwayNet)
	}
	return nil
}

// Check returns an error when the config can't run; it fills in the estimator.
func (c *Config) Check() error {
	if err := c.checkNet(); err != nil {
		return err
	}
	if c.Estimator == "" {
		c.Estimator = Conditioned
	}
	if !slices.Contains(estimators, c.Estimator) {
		return fmt.Errorf("there is no estimator %q: choose one of %q", c.Estimator, estimators)
	}
	if len(c.Depths) == 0 {
		return fmt.Errorf("no depths are given: list the numbers of layers to measure at, such as 1 to 50")
	}
	if c.Width < 1 {
		return fmt.Errorf("width is %d: give the number of units of a layer, at least 1", c.Width)
	}
	if c.Draws < 2 {
		return fmt.Errorf("draws is %d: give at least 2, for the spread over draws", c.Draws)
	}
	if err := c.checkCost(); err != nil {
		return err
	}
	for _, depth := range c.Depths {
		if err := checkDepth(depth); err != nil {
			return err
		}
		if variance, err := c.Closed(depth); err != nil {
			return err
		} else if 2*variance.LogVariance > maxLog {
			return fmt.Errorf("the variance of a %s net of depth %d is e^%.0f, too large to be averaged as "+
				"a float64: choose smaller depths", c.Net, depth, variance.LogVariance)
		}
	}
	return nil
}

// checkCost returns an error when the gates can't all be drawn, or the layers of a net don't fit into the
// memory.
func (c *Config) checkCost() error {
	deepest := slices.Max(c.Depths)
	if err := cost.Of(64, deepest, len(c.Depths)).Check(fmt.Sprintf("a net of %d layers", deepest),
		"gates"); err != nil {
		return fmt.Errorf("%w; choose smaller depths", err)
	}
	if err := cost.Of(64, c.Width).Check(fmt.Sprintf("a layer of width %d", c.Width), "gates"); err != nil {
		return fmt.Errorf("%w; choose a smaller width", err)
	}
	chunks := (c.Draws-1)/chunk + 1
	if err := cost.Of(64, chunks, len(c.Depths)).Check(fmt.Sprintf("%d draws", c.Draws),
		"moments"); err != nil {
		return fmt.Errorf("%w; give fewer draws", err)
	}
	return cost.Operations(fmt.Sprintf("%d draws of %d layers of width %d", c.Draws, deepest, c.Width),
		float64(c.Draws)*float64(deepest)*float64(c.Width), "gates")
}

// maxLog bounds the logarithms of squares, with room for sums over draws below the largest float64, e^709.
const maxLog = 600

// Result holds what was measured.
type Result struct {
	// Config is the one that ran, defaults filled in.
	Config Config

	// Points are the measurements, in the order of the config's depths.
	Points []Point
}

// chunk is the number of draws that share a stream of random numbers and a step of the progress.
const chunk = 500

// Run measures C(i,i), C(i,j) and R(i,j) at all depths. The depths of a draw share their gates when the
// estimator is Conditioned, so that errors at neighbouring depths are alike. Chunks of draws run
// concurrently; the numbers do not depend on how many. It returns an error when the config is wrong or the
// context ends.
func Run(ctx context.Context, config Config) (*Result, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	sample := config.conditioned
	if config.Estimator == Plain {
		sample = config.plain
	}
	net, estimator := slices.Index(netNames, config.Net), slices.Index(estimators, config.Estimator)
	chunks := make([][]moments, config.Steps())
	ctx = progress.Start(ctx, "drawn gates", len(chunks))
	err := engine.ForEach(ctx, len(chunks), func(i int) error {
		rng := random.Stream(config.Seed, uint64(net), uint64(estimator), uint64(i))
		chunks[i] = sample(min(chunk, config.Draws-i*chunk), rng)
		progress.Step(ctx)
		return nil
	})
	if err != nil {
		return nil, err
	}
	result := &Result{Config: config, Points: make([]Point, len(config.Depths))}
	for d, depth := range config.Depths {
		var total moments
		for _, part := range chunks {
			total.merge(part[d])
		}
		result.Points[d] = total.point(depth)
	}
	return result, nil
}

// Steps returns the number of steps of progress that Run reports.
func (c Config) Steps() int { return (c.Draws + chunk - 1) / chunk }
