package explore

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestControls checks that every control is there, labelled, and starts where the config says.
func TestControls(t *testing.T) {
	c := small()
	c.Net.Norm = &norms.Norm{Name: `"><script>alert(1)</script>`, Apply: norms.Batch.Apply}
	c.Seed = 42
	page, err := c.controls().html("the-id", "/the/address")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<div id="the-id" class="shattered-explore" role="group" aria-label="Explorer: choose a net">`,
		`<label><span>net</span><select name="net">`,
		`<option value="feedforward" data-without-beta="true">feedforward</option>`,
		`<option value="residual" selected>residual</option>`,
		`<label><span>normalisation</span><select name="norm">`,
		`<option value="bn">batch normalisation</option>`,
		`<option value="frozen" selected>frozen</option><option value="coupled">coupled</option>`,
		`<label><span>depth</span><input type="range" name="depth" min="0" max="99" step="1" value="2" data-values="[1,2,3,`,
		`<label><span>width</span><input type="range" name="width" min="0" max="7" step="1" value="0" data-values="[10,20,50,100,150,200,300,400]">`,
		`<label><span>β</span><input type="range" name="beta" min="0" max="10" step="1" value="3" data-values="[0.01,`,
		`<label><span>draws</span><input type="range" name="draws" min="0" max="5" step="1" value="0" data-values="[1,2,5,10,20,50]">`,
		`<label><span>seed</span><input type="number" name="seed" min="0" step="1" value="42"></label>`,
		`<button type="button" name="done">Done</button>`,
		`("the-id", "/the/address");</script>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the controls lack %s", want)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("a name gets into the page as HTML")
	}
}

// TestSliderWithoutAStart makes the slider of a net that has no beta.
func TestSliderWithoutAStart(t *testing.T) {
	if s := newSlider("β", "beta", []float64{0.1, 0.5, 1}, 0); s.Start != 1 || s.Last != 2 || s.Values != "[0.1,0.5,1]" {
		t.Errorf("the slider is %+v", s)
	}
}
