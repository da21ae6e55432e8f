package realnets

import (
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
)

// wideNets are the layers of infinitely wide nets by the depth L: the same nets for all depths of a family
// but that of highways, each of which is a net of its own.
type wideNets func(depth int) []meanfield.Layer

// addWide adds the theory of the family's nets; nil where it does not cover them.
func (f family) addWide(plan *jobs.Plan) wideNets {
	net := f.Net
	net.Depth, net.Statistics = 2, "" // any depth will do
	if meanfield.Covers(net) != nil {
		return nil
	}
	net = f.Net
	if f.Kind != highway {
		layers := law.AddLayers(plan, net, f.Inputs, f.Config.Distance, net.Depth)
		return func(int) []meanfield.Layer { return *layers }
	}
	nets := make(map[int]*[]meanfield.Layer)
	for _, depth := range f.Config.HighwayDepths {
		if nets[depth] == nil {
			nets[depth] = law.AddLayers(plan, net, f.Inputs, f.Config.Distance, depth)
		}
	}
	return func(depth int) []meanfield.Layer { return *nets[depth] }
}

// addWide reads Wide off at the series' depths, and fits the line through it that goes through R.
func (s *Series) addWide(nets wideNets) error {
	if nets == nil {
		return nil
	}
	for _, depth := range s.Depths {
		s.Wide = append(s.Wide, nets(depth)[depth].Correlation)
	}
	if s.Fit == nil {
		return nil
	}
	var err error
	s.Fit.Wide, err = s.slopeOf(s.Wide)
	return err
}
