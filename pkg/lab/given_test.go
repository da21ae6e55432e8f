package lab_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/lab"
)

func TestGiven(t *testing.T) {
	if got := lab.Given("SHATTERED_TEST_DEPTH", 50); got != 50 {
		t.Errorf("without a value from outside it is %d", got)
	}
	t.Setenv("SHATTERED_TEST_DEPTH", "24")
	if got := lab.Given("SHATTERED_TEST_DEPTH", 50); got != 24 {
		t.Errorf("the whole number is %d", got)
	}
	if got := lab.Given("SHATTERED_TEST_DEPTH", 0.5); got != 24 {
		t.Errorf("the number is %g", got)
	}
	if got := lab.Given("SHATTERED_TEST_DEPTH", "deep"); got != "24" {
		t.Errorf("the text is %q", got)
	}
	t.Setenv("SHATTERED_TEST_DEPTH", "true")
	if !lab.Given("SHATTERED_TEST_DEPTH", false) {
		t.Error("true is false")
	}
	const want = "error: the environment variable SHATTERED_TEST_DEPTH is \"true\": give it a value such " +
		"as 50, or unset it\n"
	if output, status := play(t, "given", "SHATTERED_TEST_DEPTH=true"); output != want || status != 1 {
		t.Errorf("a value that is none gives %q, status %d", output, status)
	}
}
