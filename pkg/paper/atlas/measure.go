package atlas

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/alignment"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/probes/jacobian"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
)

// version is raised whenever the same net gives other numbers, beyond rounding.
const version = 1

// What the atlas looks at beside gradients over the grid.
const (
	// JacobianStages is the number of stages of a net whose Jacobians are taken, spread evenly over its
	// trunk.
	JacobianStages = 3

	// JacobianPoints and AlignmentPoints are the numbers of inputs at which Jacobians are taken and gradients
	// with respect to weights are compared, evenly from -Inner to Inner. At the lower end of the grid all
	// units of a first layer of rectifiers are off in one draw of a hundred, and no gradient is left to
	// compare: a unit is on at x where its bias, a normal number, is below x.
	JacobianPoints  = 8
	AlignmentPoints = 16
	Inner           = 1.5
)

// draws is what a net says at a depth: lists with an entry for each draw of the weights, from which every
// estimate follows. Numbers are rounded to what their intervals need, a few digits, because they are kept.
type draws struct {
	// NotFinite says that numbers leave float32 on their way through the net in a draw, for infinity or for
	// 0. There is nothing else then.
	NotFinite bool `json:"not_finite,omitempty"`

	// ACF is the autocorrelation of the gradient at lags 0 to FarLag; nil for a gradient that is the same at
	// all inputs.
	ACF [][]float64 `json:"acf,omitempty"`

	// LogSize is the logarithm to base 2 of the mean of g^2 over the inputs.
	LogSize []float64 `json:"log_size,omitempty"`

	// NeverSwitch is the share of units of the last rectifier that are on at all inputs or at none; nil where
	// a net shows no rectifiers.
	NeverSwitch []float64 `json:"never_switch,omitempty"`

	// Condition is the smallest over the largest singular value of the Jacobian of a stage, averaged over
	// stages and points, nil where it is too large or not finite. Alignment is the mean cosine of the
	// gradients of two inputs with respect to all weights, nil where one of them is 0 or not finite.
	Condition []float64 `json:"condition,omitempty"`
	Alignment []float64 `json:"alignment,omitempty"`
}

// FarLag returns the largest lag at which the autocorrelation over m inputs is looked at. With the mean
// removed that of the smoothest functions, of half a wave over the grid, has fallen below 1/e before.
func FarLag(m int) int { return max(m/4, gradients.MaxLag) }

// addDraws adds to a plan what is measured of a net. It returns where that will be when the plan has run, and
// the net with its defaults filled in; or an error when the config is wrong.
func addDraws(p *jobs.Plan, config sampling.Config) (*draws, models.Config, error) {
	spec, sample, err := paper.PartSpec("atlas", version, config)
	if err != nil {
		return nil, models.Config{}, err
	}
	if err := sample.CheckResults(sample.Config.Inputs); err != nil {
		return nil, models.Config{}, err
	}
	net := sample.Config.Net
	spec.Weight *= 3 // the run over the grid that it is of, Jacobians, and gradients of weights
	compute := func(ctx context.Context, e *engine.Engine) (draws, error) { return measure(ctx, e, config) }
	compared := jobs.Compared[draws]{Of: func(d draws) any { return d.steady(net.Depth) }}
	return jobs.AddCompared(p, spec, compute, compared), net, nil
}

// steady is what of a net's draws comes out alike on another processor: means over draws, which rounding
// changes less than single draws of nets that shatter.
type steady struct {
	NotFinite bool `json:"not_finite,omitempty"`

	// ACF is over the draws that have one, and Constant the number of the others.
	ACF      []float64 `json:"acf,omitempty"`
	Constant int       `json:"constant,omitempty"`

	LogSize     float64 `json:"log_size"`
	NeverSwitch float64 `json:"never_switch"`
	Alignment   float64 `json:"alignment"`

	// LogCondition is the logarithm to base 10, as conditions differ by powers of ten; of the smallest ones
	// that of leastCondition.
	LogCondition float64 `json:"log_condition"`
}

// leastCondition is the condition below which a Jacobian is as good as singular in float32.
const leastCondition = 1e-6

// steady returns what of a net's draws comes out alike. Gradients of very deep nets that have shattered did
// so with the rounding of the processor as well, and of these nets nothing of the gradients is compared.
func (d draws) steady(depth int) steady {
	s := steady{NotFinite: d.NotFinite, NeverSwitch: average(d.NeverSwitch, same),
		Alignment: average(d.Alignment, same), LogCondition: average(d.Condition, func(c float64) float64 {
			return math.Log10(max(c, leastCondition))
		})}
	if depth > deepestShown {
		return s
	}
	s.LogSize = average(d.LogSize, same)
	varying := slices.DeleteFunc(slices.Clone(d.ACF), func(acf []float64) bool { return acf == nil })
	s.Constant = len(d.ACF) - len(varying)
	for _, acf := range varying {
		if s.ACF == nil {
			s.ACF = make([]float64, len(acf))
		}
		floats.AddScaled(s.ACF, 1/float64(len(varying)), acf)
	}
	return s
}

// average returns the mean of a function of values, 0 where there are none.
func average(values []float64, of func(float64) float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += of(value) / float64(len(values))
	}
	return sum
}

func same(x float64) float64 { return x }

// measure runs the probes on a net.
func measure(ctx context.Context, e *engine.Engine, config sampling.Config) (draws, error) {
	sample, err := sampling.New(config)
	if err != nil {
		return draws{}, err
	}
	d, err := overGrid(ctx, e, sample)
	if errors.Is(err, engine.ErrNotFinite) {
		return draws{NotFinite: true}, nil
	}
	if err != nil || d.NotFinite {
		return d, err
	}
	if d.Condition, err = ofDraws(sample, func(s subject.Subject) (float64, error) {
		return condition(ctx, e, s)
	}); err != nil && !errors.Is(err, engine.ErrNotFinite) && !errors.Is(err, errTooLarge) {
		return draws{}, err
	}
	if d.Alignment, err = ofDraws(sample, func(s subject.Subject) (float64, error) {
		return aligned(ctx, e, s)
	}); err != nil && !errors.Is(err, alignment.ErrNoCosine) {
		return draws{}, err
	}
	return d, nil
}

// overGrid takes what gradients and rectifiers say over the grid, in one run of the net for each draw.
func overGrid(ctx context.Context, e *engine.Engine, sample *sampling.Sample) (draws, error) {
	n, m := sample.Config.Draws, sample.Config.Inputs
	d := draws{ACF: make([][]float64, n), LogSize: make([]float64, n), NeverSwitch: make([]float64, n)}
	failed := make([]error, n)
	use := func(draw int, trace *engine.Trace) {
		g := trace.Gradient
		d.LogSize[draw] = decimals(math.Log2(floats.Dot(g, g)/float64(m)), 4)
		if !paper.IsConstant(g) {
			acf, err := stats.ACF(g, min(FarLag(m), m-1))
			for k := range acf {
				acf[k] = decimals(acf[k], 3)
			}
			d.ACF[draw], failed[draw] = acf, err
		}
		if last := len(trace.Taps) - 1; last >= 0 {
			d.NeverSwitch[draw] = decimals(neverSwitch(trace.Taps[last], m), 5)
		}
	}
	if rectifiers, err := sample.Net.Rectifiers(); err != nil {
		return draws{}, err
	} else if len(rectifiers) == 0 {
		d.NeverSwitch = nil
	}
	request := engine.Request{Gradient: true, Tap: activations.Counts}
	if err := sample.Each(ctx, e, request, use); err != nil {
		return draws{}, err
	}
	if floats.Min(d.LogSize) < math.Log2(SmallestSquare) {
		return draws{NotFinite: true}, nil
	}
	return d, errors.Join(failed...)
}

// SmallestSquare is the mean square of gradients below which numbers are no normal float32 any more.
const SmallestSquare = 0x1p-126 * 0x1p-126

// neverSwitch returns the share of units that are on at all m inputs or at none, of the numbers of inputs at
// which each is on.
func neverSwitch(counts []float64, m int) float64 {
	constant := 0.0
	for _, on := range counts {
		if on == 0 || on == float64(m) {
			constant++
		}
	}
	return constant / float64(len(counts))
}

// ofDraws returns a number of each draw of a net's weights; nil where one of them has none.
func ofDraws(sample *sampling.Sample, number func(subject.Subject) (float64, error)) ([]float64, error) {
	all := make([]float64, sample.Config.Draws)
	for i := range all {
		value, err := number(subject.Subject{Net: sample.Net, Draws: 1,
			First: sample.Config.First + uint64(i), Seed: sample.Config.Seed})
		if err != nil {
			return nil, err
		}
		all[i] = significant(value, 5)
	}
	return all, nil
}

// errTooLarge says that the singular values of a stage's Jacobian are too many to be computed.
var errTooLarge = errors.New("the Jacobian is too large")

// condition returns the smallest over the largest singular value of the Jacobians of some stages.
func condition(ctx context.Context, e *engine.Engine, s subject.Subject) (float64, error) {
	result, err := jacobian.Run(ctx, e, jacobian.Config{Subject: s, Points: JacobianPoints,
		Pairs: []path.Pair{{From: []float64{-Inner}, To: []float64{Inner}}}, Rows: jacobian.MaxFull,
		Only: some(trunk(s.Net), JacobianStages)})
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, stage := range result.Stages {
		if stage.Spectrum.Full == nil {
			return 0, errTooLarge
		}
		sum += stage.Spectrum.Full.Inverse.Value
	}
	return sum / float64(len(result.Stages)), nil
}

// aligned returns the mean cosine of the gradients of inputs with respect to the weights.
func aligned(ctx context.Context, e *engine.Engine, s subject.Subject) (float64, error) {
	x, err := data.Grid(AlignmentPoints, -Inner, Inner)
	if err != nil {
		return 0, err
	}
	result, err := alignment.Run(ctx, e,
		alignment.Config{Subject: s, Minibatches: []alignment.Minibatch{{Inputs: x}}})
	if err != nil {
		return 0, err
	}
	return result.Weights.MeanCosine.Value, nil
}

// trunk returns the numbers of the stages that a net repeats: those that have the block of its middle stage.
func trunk(net *models.Net) []int {
	middle := net.Stages[len(net.Stages)/2].Block
	var numbers []int
	for i, stage := range net.Stages {
		if stage.Block == middle {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// some returns n of the numbers, the first and the last among them, or all where there are no more.
func some(numbers []int, n int) []int {
	if len(numbers) <= n {
		return numbers
	}
	chosen := make([]int, n)
	for i := range chosen {
		chosen[i] = numbers[i*(len(numbers)-1)/(n-1)]
	}
	return chosen
}

// decimals rounds to so many decimals.
func decimals(x float64, n int) float64 { return math.Round(x*math.Pow10(n)) / math.Pow10(n) }

// significant rounds to so many significant digits.
func significant(x float64, n int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', n, 64), 64) // which is its own text
	return rounded
}
