package paper

import (
	"context"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/probes/sampling"
)

// AddPart adds to a plan what a probe of that name and version measures of a net. It returns where the
// result will be when the plan has run, and the sample, whose config has its defaults filled in; or an
// error when the config is wrong.
func AddPart[T any](p *jobs.Plan, probe string, version int, config sampling.Config,
	measure func(context.Context, *engine.Engine) (T, error),
) (*T, *sampling.Sample, error) {
	spec, sample, err := PartSpec(probe, version, config)
	if err != nil {
		return nil, nil, err
	}
	return jobs.Add(p, spec, measure), sample, nil
}

// PartSpec describes the part that AddPart adds, for those of which only some is compared with what is kept
// ([jobs.AddCompared]).
//
// Results of nets with a normalisation, activation or initialiser that is not the project's are not kept: a
// key has only their names.
func PartSpec(probe string, version int, config sampling.Config) (jobs.Spec, *sampling.Sample, error) {
	sample, err := sampling.New(config)
	if err != nil {
		return jobs.Spec{}, nil, err
	}
	net := sample.Config.Net
	return jobs.Spec{
		Name: fmt.Sprintf("%s of the %d-layer %s, %s statistics", probe, net.Depth, net.Title(),
			net.Statistics),
		Key:    Key{Probe: probe, Version: version, Config: config},
		Weight: weight(sample.Config), Passing: !config.Net.Registered(),
	}, sample, nil
}

// weight is proportional to the multiplications of all draws of a net: a layer takes those of a matrix for
// each input.
func weight(c sampling.Config) float64 {
	layer := float64(max(c.Net.Width, 1)) * float64(max(c.Net.Width, 1))
	return float64(max(c.Net.Depth, 1)) * layer * float64(c.Inputs) * float64(c.Draws)
}
