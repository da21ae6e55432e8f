package atlas_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
)

// TestRowsAreThePlans: docs/atlas-plan.md has 54 rows, so many of each group. Each is a net at every depth,
// of registered parts alone, since others are not kept, and none is another by another name.
func TestRowsAreThePlans(t *testing.T) {
	count := make(map[string]int)
	titles, nets := make(map[string]string), make(map[string]string)
	for _, row := range atlas.Rows() {
		count[row.Group]++
		if other, taken := titles[row.Title]; taken {
			t.Errorf("%s and %s have the title %q", other, row.Name, row.Title)
		}
		titles[row.Title] = row.Name
		for _, depth := range atlas.Paper().Depths {
			net, err := row.Net(depth)
			if err != nil {
				t.Fatal(err)
			}
			made, err := models.New(net)
			if err != nil {
				t.Fatalf("%s: %v", row.Name, err)
			}
			if made.Config.Depth != depth || !net.Registered() {
				t.Errorf("%s at %d layers is %+v", row.Name, depth, made.Config)
			}
			if title := made.Config.Title(); depth == 10 {
				if other, taken := nets[title]; taken {
					t.Errorf("%s and %s are both %s", other, row.Name, title)
				}
				nets[title] = row.Name
			}
		}
	}
	want := map[string]int{atlas.Plain: 17, atlas.Rectifiers: 7, atlas.BatchNorm: 4, atlas.LayerNorm: 4,
		atlas.Resnets: 12, atlas.Skips: 7, atlas.Sequences: 3}
	for _, group := range atlas.Groups() {
		if count[group] < want[group] || want[group] == 0 {
			t.Errorf("%d rows of %s, and the plan has %d", count[group], group, want[group])
		}
	}
}

// TestCriticalRowsKeepTheSecondMoment: 2 g^2 E[rho^2] of a normal argument is 1 for a leak of slope a, whose
// E[rho^2] is (1 + a^2)/2, and a gain g of six decimals.
func TestCriticalRowsKeepTheSecondMoment(t *testing.T) {
	for _, row := range atlas.Rows() {
		if !strings.HasPrefix(row.Name, "leaky-") || row.Group != atlas.Plain {
			continue
		}
		net, err := row.Net(10)
		if err != nil {
			t.Fatal(err)
		}
		base, gain := net.Initializer.Unscaled()
		a := net.Activation.Slopes.Negative
		if moment := 2 * gain * gain * (1 + a*a) / 2; base.Name != "he" || math.Abs(moment-1) > 2e-6 {
			t.Errorf("%s has %g of the second moment left after a layer of %s", row.Name, moment, base)
		}
	}
}

// TestRowsAreRegistered: one of a new name joins its group, and one of a name that is there takes its place.
func TestRowsAreRegistered(t *testing.T) {
	before := atlas.Rows()
	tanh := atlas.At(models.Config{Net: "feedforward", Activation: activations.TanH, Norm: norms.RMS})
	t.Cleanup(func() { atlas.Unregister("tanh-rms") })
	atlas.Register(atlas.Row{Name: "tanh-rms", Title: "first", Group: atlas.Plain, Net: tanh})
	atlas.Register(atlas.Row{Name: "tanh-rms", Title: "second", Group: atlas.Plain, Net: tanh})
	rows := atlas.Rows()
	if len(rows) != len(before)+1 || rows[17].Title != "second" || rows[18].Group != atlas.Rectifiers {
		t.Errorf("of %d rows there are %d, the last one of its group being %q", len(before), len(rows),
			rows[17].Title)
	}
	if net, err := rows[17].Net(7); err != nil || net.Depth != 7 || net.Activation != activations.TanH {
		t.Errorf("at 7 layers it is %+v, %v", net, err)
	}
	named, err := atlas.Named("tanh-rms", "relu")
	if err != nil || len(named) != 2 || named[0].Title != "second" || named[1].Name != "relu" {
		t.Errorf("by their names there are %+v, %v", named, err)
	}
	if _, err := atlas.Named("tanh-rsm"); err == nil ||
		!strings.Contains(err.Error(), "from relu, leaky-0.1") {
		t.Errorf("an unknown row gives %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a row without a net is registered")
		}
	}()
	atlas.Register(atlas.Row{Name: "none"})
}
