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
	c.Seed, c.Theory = 42, true
	page, err := c.controls().html("the-id", "/the/address")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<div id="the-id" class="shattered-explore busy" role="group" aria-label="Explorer: choose a net">`,
		`<label for="the-id-net">net</label><select name="net" id="the-id-net">`,
		`<option value="feedforward" data-without="alpha beta gamma2">feedforward</option>`,
		`<option value="highway" data-without="alpha beta">highway</option>`,
		`<option value="residual" selected data-without="gamma2">residual</option>`,
		`<option value="bn">batch normalisation</option>`,
		`<option value="frozen" selected>frozen</option><option value="coupled">coupled</option>`,
		`<option value="relu" selected>`,
		`<option value="he" selected>he</option>`,
		`<label for="the-id-depth">depth</label><input type="range" data-for="depth" aria-label="depth, slider" min="0" max="99" step="1" value="2" data-values="[1,2,3,`,
		`<input type="number" name="depth" id="the-id-depth" step="1" value="3">`,
		`data-for="width" aria-label="width, slider" min="0" max="7" step="1" value="0" data-values="[10,20,50,100,150,200,300,400]">`,
		`<input type="number" name="alpha" id="the-id-alpha" step="any" value="1">`,
		`<input type="number" name="beta" id="the-id-beta" step="any" value="0.1">`,
		`<input type="number" name="gamma2" id="the-id-gamma2" step="any" value="" placeholder="1/√depth">`,
		`data-for="draws" aria-label="draws, slider" min="0" max="5" step="1" value="0" data-values="[1,2,5,10,20,50]">`,
		`<input type="number" name="points" id="the-id-points" step="1" value="256">`,
		`<label for="the-id-low">grid from</label><input type="number" name="low" id="the-id-low" step="any" value="-2">`,
		`<label for="the-id-seed">seed</label><input type="number" name="seed" id="the-id-seed" step="1" value="42">`,
		`<input type="checkbox" name="theory" id="the-id-theory" checked>`,
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

// TestNumberWithoutAStart makes the sliders of scales that a net does not have.
func TestNumberWithoutAStart(t *testing.T) {
	if n := newNumber("β", "beta", []float64{0.1, 0.5, 0.9}, "0"); n.First != 1 || n.Last != 2 ||
		n.Values != "[0.1,0.5,0.9]" || n.Start != "0.5" {
		t.Errorf("the slider is %+v", n)
	}
	if n := newNumber("α", "alpha", []float64{0.5, 0.9, 1, 1.1}, "0"); n.First != 2 || n.Start != "1" {
		t.Errorf("the slider is %+v", n)
	}
}
