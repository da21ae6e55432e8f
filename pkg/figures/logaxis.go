package figures

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// setLog gives an axis a logarithmic scale from low to high, both positive.
func setLog(axis *plot.Axis, low, high float64) {
	axis.Scale, axis.Min, axis.Max = logScale{}, low*(1-unround), high
	axis.Tick.Marker = logTicks{}
}

// unround is a relative change of an axis' end that nobody sees, and that keeps data out of the exact middle.
const unround = 1.7e-9

// logScale is plot.LogScale, but for the arithmetic middle of the axis, which it maps to the middle of the panel: gonum asks for
// that point, in any scale, to know how much space a label in the middle takes, and would leave room for it at the top.
type logScale struct{ plot.LogScale }

// Normalize implements plot.Normalizer.
func (s logScale) Normalize(low, high, x float64) float64 {
	if x == 0.5*(high+low) {
		return 0.5
	}
	return s.LogScale.Normalize(low, high, x)
}

// logTicks labels an axis in logarithmic scale: evenly where it spans less than a power of ten, with 1, 2 and 5 times powers of
// ten where it spans at most three, and with at most six powers of ten beyond. (The figures' font has no raised digits for
// 10 to the -12.)
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
					ticks = append(ticks, plot.Tick{Value: value, Label: strconv.FormatFloat(value, 'g', 3, 64)})
				}
			}
		}
		return ticks
	}
	step := math.Ceil((to - from + 1) / 6)
	for exponent := math.Ceil(from/step) * step; exponent <= to; exponent += step {
		label := "1e" + strings.ReplaceAll(strconv.Itoa(int(exponent)), "-", "−")
		if exponent == 0 {
			label = "1"
		}
		ticks = append(ticks, plot.Tick{Value: math.Pow(10, exponent), Label: label})
	}
	return ticks
}

// caption is a title above a panel that is not in the first row, whose titles belong to columns.
type caption string

// Plot implements plot.Plotter.
func (text caption) Plot(c draw.Canvas, _ *plot.Plot) {
	c.FillText(titleStyle(), vg.Point{X: middle(c.Rectangle).X, Y: c.Max.Y + titleGap}, string(text))
}
