package jobs

import (
	"context"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Setting says how a context runs the jobs of experiments.
type Setting struct {
	// UseKept takes the parts that are kept with the code, and computes a sample of them anew.
	UseKept bool

	// Unchecked computes no sample: to add to what is kept what is missing.
	Unchecked bool

	// Sample determines the random sample.
	Sample uint64

	// Origin describes the process, for the parts that it computes.
	Origin results.Origin

	// Record, where it is not nil, is handed the parts of a plan, in their order: all of them, unless the run
	// ends with an error.
	Record func(parts []Part)
}

type settingKey struct{}

// With returns a context whose experiments run their jobs as the setting says.
func With(ctx context.Context, setting Setting) context.Context {
	return context.WithValue(ctx, settingKey{}, setting)
}

// settingOf returns the context's setting.
func settingOf(ctx context.Context) Setting {
	setting, _ := ctx.Value(settingKey{}).(Setting)
	return setting
}
