package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// ErrNotFinite is what the error of RunFinite wraps.
var ErrNotFinite = errors.New("values that are not finite")

// RunFinite is Run for callers that can do nothing with values that are NaN or infinite: these are an error
// that says which stage of the net made them first.
func (e *Engine) RunFinite(ctx context.Context, request Request) (*Trace, error) {
	trace, err := e.Run(ctx, request)
	if err != nil {
		return nil, err
	}
	for _, values := range append([][]float64{trace.Output, trace.Gradient}, trace.Taps...) {
		if i := slices.IndexFunc(values, func(x float64) bool { return !numbers.Finite(x) }); i >= 0 {
			return nil, e.explain(ctx, request, values[i])
		}
	}
	return trace, nil
}

// explain runs the request again and returns an error that says where its values stopped being finite. The
// value is one of those that are not.
func (e *Engine) explain(ctx context.Context, request Request, value float64) error {
	net := request.Net
	dtype := strings.ToLower(request.Inputs.DType().String())
	before, cause, last := extentOf(toFloat64(request.Inputs)), "", forward
	_, err := e.run(ctx, request, func(dir direction, stage int, values []float64) {
		if dir != last {
			before, last = extent{1, 1}, dir // of the output with respect to itself
		}
		after := extentOf(values)
		if cause == "" && !after.finite() {
			cause = before.blame(after, net, dir, stage, dtype)
		}
		before = after
	})
	if err != nil {
		return err
	}
	if cause == "" {
		cause = "they are in what is observed of its rectifiers, and no stage hands them on; choose " +
			"another normalisation"
	}
	return fmt.Errorf("%v has %w (%g): %s", net, ErrNotFinite, value, cause)
}

// extent is the range of some values.
type extent struct{ low, high float64 }

// extentOf returns the range of the values, with NaN for its ends where one of them is NaN.
func extentOf(values []float64) extent {
	if len(values) == 0 {
		return extent{}
	}
	return extent{slices.Min(values), slices.Max(values)} // NaN if any is
}

func (e extent) finite() bool { return numbers.Finite(e.low) && numbers.Finite(e.high) }

// overflows says whether these values grew out of the range of float32 on their way to the others, and were
// not made NaN of: they were large already, and nothing but infinite came of them, or so large that the
// difference of two may be NaN.
func (e extent) overflows(after extent) bool {
	largest := max(-e.low, e.high)
	return largest > 1e30 || largest > 1e10 && !math.IsNaN(after.low)
}

// blame says what it is about a stage that makes finite values of this range into others.
func (e extent) blame(after extent, net *models.Net, dir direction, stage int, dtype string) string {
	first := fmt.Sprintf("those behind %v are the first, made of values from %.3g to %.3g", net.Stages[stage],
		e.low, e.high)
	if dir == reverse {
		first = fmt.Sprintf("the gradients in front of %v are the first, made of gradients from %.3g to "+
			"%.3g behind it", net.Stages[stage], e.low, e.high)
	}
	c, remedy := net.Config, "choose a smaller depth, alpha or beta"
	if c.IsOwn() {
		remedy = "choose smaller weights"
	}
	if e.overflows(after) {
		return fmt.Sprintf("%s: the signal left the range of %s; %s", first, dtype, remedy)
	}
	if max(c.Alpha, c.Beta) > 1e10 {
		return fmt.Sprintf("%s; choose a smaller alpha or beta than %g and %g", first, c.Alpha, c.Beta)
	}
	if c.IsOwn() {
		return fmt.Sprintf("%s, which are well within the range of %s; see that its block is finite for "+
			"all numbers, and so are its slopes", first, dtype)
	}
	return fmt.Sprintf("%s, which are well within the range of %s; see that the activation %s and the "+
		"normalisation %s are finite for all "+
		"numbers, and so are their slopes", first, dtype, c.Activation, c.Norm)
}
