package explore

import (
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// TestStateComesBack writes what there is to see as a state and reads it from there.
func TestStateComesBack(t *testing.T) {
	own := &activations.Activation{Name: "my own & only", Apply: activations.ReLU.Apply}
	c := small()
	c.Net.Activation = own
	c = filled(c)
	w := c.start()
	w.config.Net.Beta, w.config.Net.Alpha, w.config.Inputs, w.config.Low, w.config.High = 0.1234567890123,
		1.5, 77, -1e-9, 1e9
	w.config.Seed, w.config.Draws, w.theory = 1<<63, 12, true
	pinned := w.config
	pinned.Net.Net, pinned.Net.Alpha, pinned.Net.Beta, pinned.Net.Gamma2, pinned.Net.Norm = "highway", 0, 0,
		0.25, norms.Center
	w.pinned = &pinned
	state := c.state(w)
	other := filled(Config{State: state, Net: c.Net})
	if got := other.start(); keyOf(got.config) != keyOf(w.config) || got.theory != w.theory ||
		keyOf(*got.pinned) != keyOf(pinned) {
		t.Errorf("%s brings back %+v and %+v, not %+v and %+v", state, got.config, got.pinned, w.config,
			pinned)
	}
	if got := other.state(other.start()); got != state {
		t.Errorf("%s comes back as %s", state, got)
	}
	if !slices.Contains(other.InputCounts, 77) || !slices.Contains(other.Alphas, 1.5) {
		t.Error("the sliders lack what the state starts from")
	}
}

// TestStateLeavesOutWhatIsNotThere checks that a state names no scale that its net does not have.
func TestStateLeavesOutWhatIsNotThere(t *testing.T) {
	c := filled(Config{Net: small().Net, State: "net=feedforward&beta=3"})
	if state := c.state(c.start()); strings.Contains(state, "beta") || strings.Contains(state, "pinned") ||
		strings.Contains(state, "theory") {
		t.Errorf("the state is %s", state)
	}
	if w := c.start(); w.config.Net.Beta != 0 || w.config.Net.Alpha != 0 {
		t.Errorf("a feedforward net has the scales of %+v", w.config.Net)
	}
}

// TestSettings checks what the controls offer and what is made of what they are set to.
func TestSettings(t *testing.T) {
	own := &norms.Norm{Name: "own", Apply: norms.Batch.Apply}
	c := Config{}
	c.Net.Net, c.Net.Depth, c.Net.Norm, c.Net.Gamma2 = "highway", 7, own, 0.5
	c = filled(c)
	if got := nets(); !slices.Contains(got, "feedforward") || !slices.Contains(got, "residual") ||
		slices.Contains(got, "conv-residual") {
		t.Errorf("the nets to choose from are %q", got)
	}
	if got := names(norms.Registry, c.Net.Norm, (*norms.Norm).String); !slices.Contains(got, "own") ||
		!slices.Contains(got, "bn") {
		t.Errorf("the normalisations to choose from are %q", got)
	}
	read := func(state string) gradients.Config {
		w, err := c.read(state)
		if err != nil {
			t.Fatal(err)
		}
		return w.config
	}
	if probe := read(""); probe.Net.Norm != own || probe.Net.Gamma2 != 0.5 || probe.Net.Depth != 7 ||
		probe.Draws != 1 {
		t.Errorf("the probe to start with is %+v", probe)
	}
	if probe := read("net=residual&norm=bn&beta=0.3"); probe.Net.Gamma2 != 0 || probe.Net.Beta != 0.3 ||
		probe.Net.Norm != norms.Batch {
		t.Errorf("another net is probed with %+v", probe)
	}
	if probe := read("gamma2="); probe.Net.Gamma2 != 0 {
		t.Errorf("without γ₂ the net is %+v", probe)
	}
}

func TestDefaults(t *testing.T) {
	c, d := filled(Config{}), Defaults()
	if c.Net.Net != d.Net.Net || c.Net.Beta != d.Net.Beta || c.Draws != d.Draws || c.Inputs != 256 ||
		c.Low != -2 || !slices.Equal(c.Depths, d.Depths) {
		t.Errorf("a zero config becomes %+v", c)
	}
	c.Net.Depth, c.Net.Width, c.Net.Beta, c.Draws = 300, 64, 0.25, 3
	c = filled(c)
	if !slices.Contains(c.Depths, 300) || !slices.Contains(c.Widths, 64) || !slices.Contains(c.Betas,
		0.25) || !slices.Contains(c.DrawCounts, 3) {
		t.Errorf("the sliders lack what the config starts from: %+v", c)
	}
	if !slices.IsSorted(c.Betas) || !slices.IsSorted(c.Widths) {
		t.Errorf("the sliders are out of order: %v, %v", c.Betas, c.Widths)
	}
}
