package processors_test

import (
	"runtime"
	"testing"

	"github.com/shattered-gradients/shattered/internal/processors"
)

func TestSpareDoesNotCount(t *testing.T) {
	before, places := processors.Count(), runtime.GOMAXPROCS(0)
	processors.KeepSpare()
	processors.KeepSpare()
	if got := processors.Count(); got != before {
		t.Errorf("with places to spare, computations take %d processors, want %d", got, before)
	}
	if got := runtime.GOMAXPROCS(0); got <= places || got > places+2 {
		t.Errorf("GOMAXPROCS went from %d to %d, want one or two more", places, got)
	}
}
