package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Axis is an axis of a panel. It holds all data, and a little more where Room says so, unless Range says from
// where to where.
type Axis struct {
	// Label names the quantity and its unit.
	Label string

	// Log makes the scale logarithmic; all that is drawn must be positive then.
	Log bool

	// Room is the space at both ends, as a share of the length that the data take.
	Room float64

	data, limits      *ends
	ticker            plot.Ticker
	unlabelled, blank bool
}

// ends are those of a range.
type ends struct{ low, high float64 }

// Hold widens what the axis holds, as data do.
func (a *Axis) Hold(values ...float64) {
	for _, v := range values {
		if a.data == nil {
			a.data = &ends{v, v}
		}
		a.data.low, a.data.high = min(a.data.low, v), max(a.data.high, v)
	}
}

// Range sets the axis' ends.
func (a *Axis) Range(low, high float64) { a.limits = &ends{low, high} }

// Ends returns the axis' ends: those that Range set, or else those of the data with room around them.
func (a *Axis) Ends() (low, high float64) {
	switch {
	case a.limits != nil:
		return a.limits.low, a.limits.high
	case a.data == nil:
		return 1, 2
	case a.data.low == a.data.high && a.Log:
		return a.data.low / 2, a.data.high * 2
	case a.data.low == a.data.high:
		half := max(math.Abs(a.data.low)/2, 0.5)
		return a.data.low - half, a.data.high + half
	}
	return a.room(*a.data)
}

// room returns ends with the room around them.
func (a *Axis) room(e ends) (low, high float64) {
	if a.Log {
		factor := math.Pow(e.high/e.low, a.Room)
		return e.low / factor, e.high * factor
	}
	space := a.Room * (e.high - e.low)
	return e.low - space, e.high + space
}

// Every labels the multiples of a step.
func (a *Axis) Every(step float64) { a.ticker = ticksEvery(step) }

// At labels some values, as numbers, or with labels where some are given.
func (a *Axis) At(values []float64, labels ...string) {
	ticks := labelledTicks(values)
	for i := range min(len(labels), len(ticks)) {
		ticks[i].Label = labels[i]
	}
	a.ticker = plot.ConstantTicks(ticks)
}

// Exponents labels an axis of logarithms to base 10 with the numbers that they are of.
func (a *Axis) Exponents() { a.ticker = exponentTicks{} }

// NoTicks leaves the axis without ticks.
func (a *Axis) NoTicks() { a.ticker = plot.ConstantTicks{} }

// Blank leaves the space of ticks and a label empty, for those of insets.
func (a *Axis) Blank() { a.blank = true }

// apply gives a plot's axis its ends, scale and ticks.
func (a *Axis) apply(axis *plot.Axis) {
	axis.Label.Text = a.Label
	axis.Min, axis.Max = a.Ends()
	axis.Tick.Marker = roundTicks{}
	if a.Log {
		axis.Scale, axis.Min = logScale{}, axis.Min*(1-unround)
		axis.Tick.Marker = logTicks{}
	}
	if a.ticker != nil {
		axis.Tick.Marker = a.ticker
	}
	if a.blank {
		axis.Label.Text, axis.Tick.Marker, axis.Tick.Width = " ",
			plot.ConstantTicks{{Value: (axis.Min + axis.Max) / 2, Label: " "}}, 0
	}
	if a.unlabelled {
		axis.Label.Text, axis.Tick.Marker = "", unlabelled{axis.Tick.Marker}
	}
}

// unround is a relative change of an axis' end that nobody sees, and that keeps data out of the exact middle.
const unround = 1.7e-9

// logScale is plot.LogScale, but for the arithmetic middle of the axis, which it maps to the middle of the
// panel: gonum asks for that point, in any scale, to know how much space a label in the middle takes, and
// would leave room for it at the top.
type logScale struct{ plot.LogScale }

// Normalize implements plot.Normalizer.
func (s logScale) Normalize(low, high, x float64) float64 {
	if x == 0.5*(high+low) {
		return 0.5
	}
	return s.LogScale.Normalize(low, high, x)
}

// labelledTicks returns ticks at the values, all labelled with as many decimals as the most exact one needs,
// and with true minus signs.
func labelledTicks(values []float64) []plot.Tick {
	decimals := 0
	for _, v := range values {
		_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'g', 6, 64), ".")
		decimals = max(decimals, len(fraction))
	}
	ticks := make([]plot.Tick, len(values))
	for i, v := range values {
		label := strconv.FormatFloat(v, 'f', decimals, 64)
		if size := math.Abs(v); size >= 1e6 || size > 0 && size < 1e-4 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
		}
		ticks[i] = plot.Tick{Value: v, Label: Minus(label)}
	}
	return ticks
}

// Minus returns a number's text with true minus signs for hyphens.
func Minus(number string) string { return strings.ReplaceAll(number, "-", "−") }

// ticksEvery labels the multiples of a step.
type ticksEvery float64

// Ticks implements plot.Ticker.
func (step ticksEvery) Ticks(low, high float64) []plot.Tick {
	var values []float64
	for k := int(math.Ceil(low / float64(step))); float64(k)*float64(step) <= high; k++ {
		values = append(values, float64(k)*float64(step))
	}
	return labelledTicks(values)
}

// roundTicks are three to five ticks at multiples of 1, 2 or 5 times a power of ten, with 0 among them where
// the axis has it. Gonum's default ticks may leave 0 out.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) []plot.Tick {
	unit := math.Pow10(int(math.Floor(math.Log10(high-low))) - 1)
	step := unit
	for _, factor := range []float64{2, 5, 10, 20} {
		if (high-low)/step > 5 {
			step = factor * unit
		}
	}
	return ticksEvery(step).Ticks(low, high)
}

// logTicks labels an axis in logarithmic scale: evenly where it spans less than a power of ten, with 1, 2 and
// 5 times powers of ten where it spans at most three, and with at most six powers of ten beyond. (The
// figures' font has no raised digits for 10 to the -12.)
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	const rounding = 1e-8 // of the logarithm of an end that is meant to be a tick
	bottom, top := math.Log10(low)-rounding, math.Log10(high)+rounding
	from, to := math.Ceil(bottom), math.Floor(top)
	var ticks []plot.Tick
	switch span := top - bottom; {
	case span < 1:
		return roundTicks{}.Ticks(low, high)
	case span <= 3:
		for exponent := from - 1; exponent <= to; exponent++ {
			for _, factor := range []float64{1, 2, 5} {
				if at := exponent + math.Log10(factor); at >= bottom && at <= top {
					value := factor * math.Pow(10, exponent)
					ticks = append(ticks, plot.Tick{Value: value,
						Label: strconv.FormatFloat(value, 'g', 3, 64)})
				}
			}
		}
		return ticks
	}
	step := math.Ceil((to - from + 1) / 6)
	for exponent := math.Ceil(from/step) * step; exponent <= to; exponent += step {
		label := "1e" + Minus(strconv.Itoa(int(exponent)))
		if exponent == 0 {
			label = "1"
		}
		ticks = append(ticks, plot.Tick{Value: math.Pow(10, exponent), Label: label})
	}
	return ticks
}

// exponentTicks labels an axis of logarithms to base 10 with the numbers that they are of.
type exponentTicks struct{}

// Ticks implements plot.Ticker.
func (exponentTicks) Ticks(low, high float64) []plot.Tick {
	ticks := logTicks{}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range ticks {
		ticks[i].Value = math.Log10(ticks[i].Value)
	}
	return ticks
}

// unlabelled returns the ticker's ticks without their labels, for panels that share an axis with a neighbour.
type unlabelled struct{ plot.Ticker }

// Ticks implements plot.Ticker.
func (u unlabelled) Ticks(low, high float64) []plot.Tick {
	ticks := u.Ticker.Ticks(low, high)
	for i := range ticks {
		ticks[i].Label = " "
	}
	return ticks
}
