package explore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
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
	o := newOven(engine.New(testbackend.Open(t)), counting(&compiled))
	defer o.seer.engine.Close()
	net := o.config.start().config
	o.add(net)
	o.prepare(t.Context(), o.start())
	if compiled == 0 {
		t.Fatal("nothing was compiled ahead")
	}
	before := compiled
	o.prepare(t.Context(), o.start())
	for _, neighbour := range o.config.neighbours(net) {
		if _, err := gradients.Run(t.Context(), o.seer.engine, neighbour); err != nil {
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
	net := c.start().config
	describe := func(n gradients.Config) string {
		return fmt.Sprintf("%s %s %s %s %d %g %g %d", n.Net.Net, n.Net.Norm, n.Net.Statistics,
			n.Net.Activation, n.Net.Width, n.Net.Alpha, n.Net.Beta, n.Inputs)
	}
	var got []string
	for _, n := range c.neighbours(net) {
		got = append(got, describe(n))
	}
	for _, want := range []string{
		"residual bn frozen relu 20 1 0.1 256",
		"residual bn coupled relu 10 1 0.1 256",
		"residual center frozen relu 10 1 0.1 256", "residual none frozen relu 10 1 0.1 256",
		"feedforward bn frozen relu 10 0 0 256", "highway bn frozen relu 10 0 0 256",
		"residual bn frozen crelu 10 1 0.1 256",
		"residual bn frozen relu 10 1 0.05 256", "residual bn frozen relu 10 1 0.2 256",
		"residual bn frozen relu 10 0.95 0.1 256", "residual bn frozen relu 10 1.05 0.1 256",
		"residual bn frozen relu 10 1 0.1 128", "residual bn frozen relu 10 1 0.1 512",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among the neighbours %q", want, got)
		}
	}
	if slices.Contains(got, describe(net)) {
		t.Error("the net is its own neighbour")
	}
	// A net without a residual branch has no beta to move, but is beside one that has.
	net.Net.Net, net.Net.Alpha, net.Net.Beta = "feedforward", 0, 0
	got = nil
	for _, n := range c.neighbours(net) {
		got = append(got, describe(n))
	}
	if !slices.Contains(got, "residual bn frozen relu 10 1 0.3 256") || slices.Contains(got,
		"feedforward bn frozen relu 10 0 0.1 256") {
		t.Errorf("the neighbours of a feedforward net are %q", got)
	}
}

// TestLikely: however many norms and activations there are, a few are compiled ahead.
func TestLikely(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f", "mine"}
	for from, want := range map[string]string{
		"d": "a c e f", "a": "a b f", "mine": "a f", "elsewhere": "a f",
	} {
		if got := strings.Join(likely(all, from, "a", "f", "g"), " "); got != want {
			t.Errorf("from %s to %s, want %s", from, got, want)
		}
	}
	c := small()
	net := c.start().config
	net.Net.Activation = activations.GELU // which is between elu and leaky-0.1
	var found []string
	for _, n := range c.neighbours(net) {
		if n.Net.Activation != net.Net.Activation {
			found = append(found, n.Net.Activation.Name)
		}
	}
	if want := []string{"crelu", "elu", "leaky-0.1", "relu"}; !slices.Equal(found, want) {
		t.Errorf("the activations next to gelu are %v, want %v", found, want)
	}
}

func TestBeside(t *testing.T) {
	for _, c := range []struct {
		value int
		want  []int
	}{{1, []int{5}}, {5, []int{1, 9}}, {9, []int{5}}, {7, []int{5, 9}}, {12, []int{9}}, {0, nil}} {
		if got := beside([]int{1, 5, 9}, c.value); !slices.Equal(got, c.want) {
			t.Errorf("beside %d are %d, not %d", c.value, got, c.want)
		}
	}
}

// TestOvenIsEmptied asks for more nets than may stay compiled.
func TestOvenIsEmptied(t *testing.T) {
	l := start(t, small())
	for i := range maxCompiled {
		net := l.oven.config.start().config
		net.Net.Width = i + 1
		l.oven.add(net)
	}
	l.send("depth=4")
	l.await(t, "depth 4")
	if l.oven.full() {
		t.Error("compiled nets pile up")
	}
	l.send("depth=5")
	l.await(t, "depth 5")
}
