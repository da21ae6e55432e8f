package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// normed is a normalisation with what gradients do with its statistics.
type normed struct {
	norm       *norms.Norm
	statistics norms.Statistics
}

func frozen(n *norms.Norm) normed  { return normed{n, norms.Frozen} }
func coupled(n *norms.Norm) normed { return normed{n, norms.Coupled} }

// eachNorm has every normalisation, with both statistics where it has any. Beside it allNorms has both with
// all.
var (
	eachNorm = []normed{
		frozen(norms.None), frozen(norms.Center), coupled(norms.Center), frozen(norms.Batch),
		coupled(norms.Batch), frozen(norms.Layer), coupled(norms.Group), frozen(norms.RMS),
	}
	allNorms = append([]normed{
		coupled(norms.None), coupled(norms.Layer), frozen(norms.Group), coupled(norms.RMS),
	}, eachNorm...)
)

// kind is an architecture or a kind of branches, with all normalisations it is tried with, and with those
// that it is tried with where there is no time for all.
type kind struct {
	config    models.Config
	all, some []normed
}

// kinds are those of nets of numbers. First come the paper's.
//
// A step depends on the normalisation, its statistics and where the skip has it: some has every normalisation
// in front of a rectifier and beside a skip, and of other kinds what is over the batch, or of each input, or
// neither.
func kinds() []kind {
	most := []normed{frozen(norms.None), frozen(norms.Batch), coupled(norms.Batch), frozen(norms.Layer)}
	// Coupled gradients behind a batch norm are 0, see package models.
	ofTokens := []normed{frozen(norms.None), frozen(norms.Batch), frozen(norms.Layer)}
	return []kind{
		{models.Config{Net: "feedforward"}, allNorms, eachNorm},
		{models.Config{Net: "residual", Beta: 0.4, Alpha: 0.9}, allNorms, eachNorm},
		{models.Config{Net: "highway", Gamma2: 0.6}, allNorms,
			[]normed{frozen(norms.None), frozen(norms.Batch), coupled(norms.Batch), coupled(norms.RMS)}},
		{models.Config{Net: "residual", Beta: 0.4, Alpha: 0.9, Branch: models.Branch{Layers: 2}}, most,
			[]normed{coupled(norms.Batch), frozen(norms.Layer)}},
		{models.Config{Net: "residual", Beta: 0.375, Alpha: 0.9, Branch: models.Branch{Learnt: true}}, most,
			[]normed{frozen(norms.None), frozen(norms.Batch)}},
		// These two start out as their skips alone, whatever the branches are.
		{models.Config{Net: "residual", Branch: models.Branch{Layers: 2, Learnt: true}}, most,
			[]normed{frozen(norms.Batch)}},
		{models.Config{Net: "residual", Beta: 1, Branch: models.Branch{Layers: 2, Fixup: true}}, most,
			[]normed{frozen(norms.None)}},
		{models.Config{Net: "post-residual", Beta: 0.4, Alpha: 0.9}, most,
			[]normed{frozen(norms.Batch), coupled(norms.Batch), frozen(norms.Layer)}},
		{models.Config{Net: "post-residual", Beta: 0.375,
			Branch: models.Branch{Layers: 2, Learnt: true}}, most,
			[]normed{frozen(norms.None), coupled(norms.Batch)}},
		{models.Config{Net: "densenet"}, most,
			[]normed{frozen(norms.Batch), coupled(norms.Batch), frozen(norms.Layer)}},
		{models.Config{Net: "transformer-pre", Width: 8}, ofTokens, []normed{frozen(norms.Layer)}},
		{models.Config{Net: "transformer-post", Width: 8}, ofTokens, []normed{frozen(norms.Batch)}},
		{models.Config{Net: "mixer", Width: 8}, ofTokens, []normed{frozen(norms.Layer)}},
	}
}

// ofPaper is the number of the paper's kinds.
const ofPaper = 3

// everyNet says whether there is time on a backend for every combination of what nets are made of: XLA takes
// a tenth of a second to compile a step, and the pure-Go backend none.
func everyNet(t *testing.T, backend compute.Backend) bool {
	t.Helper()
	return faulttest.All() || backend == testbackend.Go(t)
}

// allNets returns small nets of every architecture, kind of branches, normalisation, statistics and of the
// given depths.
func allNets(t *testing.T, depths ...int) []*models.Net {
	t.Helper()
	var nets []*models.Net
	for i, kind := range kinds() {
		of := depths
		if i >= ofPaper {
			of = []int{slices.Max(depths)}
		}
		for _, n := range kind.all {
			for _, depth := range of {
				nets = append(nets, small(t, kind.config, n, depth))
			}
		}
	}
	return nets
}

// someNets returns those of allNets that have a step, or a combination of normalisation and skip, that the
// others have not: deeper nets of the same steps cost nothing.
func someNets(t *testing.T, depths ...int) []*models.Net {
	t.Helper()
	var nets []*models.Net
	for i, kind := range kinds() {
		of := depths
		switch {
		case kind.config.Net == "densenet": // where each layer has a step of its own
			of = []int{min(3, slices.Max(depths))}
		case i >= ofPaper:
			of = []int{slices.Max(depths)}
		}
		for _, n := range kind.some {
			for _, depth := range of {
				if depth > 1 || n.norm == norms.None { // there is none in a net of one layer
					nets = append(nets, small(t, kind.config, n, depth))
				}
			}
		}
	}
	return nets
}

// small returns a small net.
func small(t *testing.T, config models.Config, n normed, depth int) *models.Net {
	t.Helper()
	config.Norm, config.Statistics, config.Depth = n.norm, n.statistics, depth
	if config.Width == 0 {
		config.Width = 7
	}
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// oneOfEach returns few nets of a depth, in which is each kind, each normalisation with its statistics, each
// activation and each initialiser once at least. The choices go round side by side. The paper's nets with
// batch normalisation join them, with gradients of both kinds.
func oneOfEach(t *testing.T, depth int) []*models.Net {
	t.Helper()
	all, functions, draws := kinds(), activations.Registry.Names(), initializers.Registry.Names()
	nets := []*models.Net{
		small(t, all[0].config, coupled(norms.Batch), depth),
		small(t, all[1].config, frozen(norms.Batch), depth),
	}
	normalized, drawn := 0, 0 // how many normalisations and initialisers have been had
	for k := 0; k < max(len(all), len(functions)) || normalized < len(eachNorm) || drawn < len(draws); k++ {
		kind, n := all[k%len(all)], frozen(norms.None)
		config := kind.config
		var err error
		if config.Activation, err = activations.Registry.Get(functions[k%len(functions)]); err != nil {
			t.Fatal(err)
		}
		if !config.Branch.Fixup && drawn < len(draws) { // Fixup has weights of its own
			if config.Initializer, err = initializers.Registry.Get(draws[drawn]); err != nil {
				t.Fatal(err)
			}
			drawn++
		}
		switch {
		case config.Branch.Fixup || config.Branch.Learnt && config.Beta == 0: // whose branches are 0
		case takesTokens(config):
			n = kind.some[0]
		default:
			n = eachNorm[normalized%len(eachNorm)]
			normalized++
		}
		nets = append(nets, small(t, config, n, depth))
	}
	return nets
}

// takesTokens says whether a net makes a sequence of its input.
func takesTokens(c models.Config) bool {
	return strings.HasPrefix(c.Net, "transformer") || c.Net == "mixer"
}

// name says what a net is made of.
func name(net *models.Net) string {
	c := net.Config
	return fmt.Sprintf("%s/%s/%s/%s/%s/%s/depth=%d", c.Net, c.Branch, c.Norm.Name, c.Statistics, c.Activation,
		c.Initializer, c.Depth)
}

// TestEverythingIsTried: the tests' nets are of every architecture and normalisation known by name, so that
// what joins is tried.
func TestEverythingIsTried(t *testing.T) {
	var nets, normalisations []string
	for _, kind := range kinds() {
		nets = append(nets, kind.config.Net)
	}
	for _, config := range convolutionalKinds(t) {
		nets = append(nets, config.Net)
	}
	for _, n := range eachNorm {
		normalisations = append(normalisations, n.norm.Name)
	}
	for tried, names := range map[*[]string][]string{
		&nets: models.Architectures.Names(), &normalisations: norms.Registry.Names(),
	} {
		slices.Sort(*tried)
		if got := slices.Compact(*tried); !slices.Equal(got, slices.Sorted(slices.Values(names))) {
			t.Errorf("the tests' nets are of %q, want %q", got, names)
		}
	}
}
