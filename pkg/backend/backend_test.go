package backend_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/backend"
)

func TestConfigured(t *testing.T) {
	for _, test := range []struct{ override, variable, want string }{
		{"", "", backend.Default}, {"", "go", "go"}, {"go", "xla:cpu", "go"}, {"xla:cuda", "", "xla:cuda"},
	} {
		t.Setenv(backend.OverrideVariable, test.override)
		t.Setenv(backend.Variable, test.variable)
		if got := backend.Configured(); got != test.want {
			t.Errorf("%s=%q and %s=%q give %q, want %q", backend.OverrideVariable, test.override,
				backend.Variable, test.variable, got, test.want)
		}
	}
}

func TestOpen(t *testing.T) {
	opened, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	opened.Finalize()
	for name, want := range map[string]string{
		"abacus": "choose one of xla:cpu, xla:cuda, go", "": "unknown backend", "go,x": "takes no options",
		"xla:cpu,x=1": "options",
	} {
		if _, err := backend.Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("backend %q gives %v, want %q", name, err, want)
		}
	}
}

// TestNoGPU holds where there is none: the sentence says how to get the plugin.
func TestNoGPU(t *testing.T) {
	opened, err := backend.Open("xla:cuda")
	if err == nil {
		opened.Finalize()
		t.Skip("there is a GPU")
	}
	if !strings.Contains(err.Error(), "scripts/setup --cuda") || strings.Contains(err.Error(), "\n") {
		t.Errorf("without a GPU: %v", err)
	}
}
