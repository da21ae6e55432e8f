package explore

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// counting returns a small config whose nets count how often a layer of theirs is compiled.
func counting(compiled *int) Config {
	c := small()
	c.Net.Activation = &activations.Activation{Name: "counted", Apply: func(x *graph.Node) *graph.Node {
		*compiled++
		return activations.ReLU.Apply(x)
	}}
	return c
}

// TestPreheatCompilesWhatIsNext counts compilations: after preheating, no neighbour needs any.
func TestPreheatCompilesWhatIsNext(t *testing.T) {
	compiled := 0
	o := &oven{engine: engine.New(testbackend.Open(t)), config: counting(&compiled)}
	defer o.engine.Close()
	net := o.config.start()
	o.add(net)
	o.prepare(t.Context(), net)
	if compiled == 0 {
		t.Fatal("nothing was compiled ahead")
	}
	before := compiled
	o.prepare(t.Context(), net)
	for _, neighbour := range o.config.neighbours(net) {
		probe, err := o.config.probe(neighbour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Look(t.Context(), o.engine, probe); err != nil {
			t.Fatal(err)
		}
	}
	if compiled != before {
		t.Errorf("%d layers were compiled when their nets were asked for, %d ahead", compiled-before, before)
	}
	o.empty()
	if !o.add(net) {
		t.Error("an emptied oven still has a net")
	}
}

func TestNeighbours(t *testing.T) {
	c := small()
	net := c.start()
	var got []string
	for _, n := range c.neighbours(net) {
		got = append(got, fmt.Sprintf("%s %s %s %d %g", n.Net, n.Norm, n.Statistics, n.Width, n.Beta))
	}
	for _, want := range []string{
		"residual bn frozen 20 0.1",
		"residual bn coupled 10 0.1",
		"residual center frozen 10 0.1", "residual none frozen 10 0.1",
		"feedforward bn frozen 10 0.1", "highway bn frozen 10 0.1",
		"residual bn frozen 10 0.05", "residual bn frozen 10 0.2",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among the neighbours %q", want, got)
		}
	}
	if slices.Contains(got, "residual bn frozen 10 0.1") {
		t.Error("the net is its own neighbour")
	}
	// There is no width below the first, and a net without a residual branch has no beta to move.
	net.Net = "feedforward"
	if got, want := len(c.neighbours(net)), 1+1+len(c.norms())-1+len(nets())-1; got != want {
		t.Errorf("a feedforward net has %d neighbours, not %d", got, want)
	}
}

// TestOvenIsEmptied asks for more nets than may stay compiled.
func TestOvenIsEmptied(t *testing.T) {
	l := start(t, small())
	for i := range maxCompiled {
		l.oven.add(choice{Width: i + 1})
	}
	l.send(func(s *settings[choice]) { s.Choice.Depth = 4 })
	l.await(t, "depth 4")
	if l.oven.full() {
		t.Error("compiled nets pile up")
	}
	l.send(func(s *settings[choice]) { s.Choice.Depth = 5 })
	l.await(t, "depth 5")
}

// TestSettings checks what the controls offer and what is made of what they are set to.
func TestSettings(t *testing.T) {
	own := &norms.Norm{Name: "own", Apply: norms.Batch.Apply}
	c := Config{}
	c.Net.Net, c.Net.Depth, c.Net.Norm, c.Net.Gamma2 = "highway", 7, own, 0.5
	c = c.withDefaults()
	if got := nets(); !slices.Contains(got, "feedforward") || !slices.Contains(got, "residual") || slices.Contains(got, "conv-residual") {
		t.Errorf("the nets to choose from are %q", got)
	}
	if got := c.norms(); !slices.Contains(got, "own") || !slices.Contains(got, "bn") {
		t.Errorf("the normalisations to choose from are %q", got)
	}
	chosen := c.start()
	probe, err := c.probe(chosen)
	if err != nil {
		t.Fatal(err)
	}
	if probe.Net.Norm != own || probe.Net.Gamma2 != 0.5 || probe.Net.Depth != 7 || probe.Draws != 1 {
		t.Errorf("the probe to start with is %+v", probe)
	}
	chosen.Net, chosen.Norm, chosen.Beta = "residual", "bn", 0.3
	if probe, err = c.probe(chosen); err != nil || probe.Net.Gamma2 != 0 || probe.Net.Beta != 0.3 || probe.Net.Norm != norms.Batch {
		t.Errorf("another net is probed with %+v (%v)", probe, err)
	}
}

func TestDefaults(t *testing.T) {
	c, d := Config{}.withDefaults(), Defaults()
	if c.Net.Net != d.Net.Net || c.Net.Beta != d.Net.Beta || c.Draws != d.Draws || !slices.Equal(c.Depths, d.Depths) {
		t.Errorf("a zero config becomes %+v", c)
	}
	c.Net.Depth, c.Net.Width, c.Net.Beta, c.Draws = 300, 64, 0.25, 3
	c = c.withDefaults()
	if !slices.Contains(c.Depths, 300) || !slices.Contains(c.Widths, 64) || !slices.Contains(c.Betas, 0.25) || !slices.Contains(c.DrawCounts, 3) {
		t.Errorf("the sliders lack what the config starts from: %+v", c)
	}
	if !slices.IsSorted(c.Betas) || !slices.IsSorted(c.Widths) {
		t.Errorf("the sliders are out of order: %v, %v", c.Betas, c.Widths)
	}
}
