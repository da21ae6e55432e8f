package backend

import (
	"debug/elf"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzPlugin looks at libraries that are none.
func FuzzPlugin(f *testing.F) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(elf.ELFMAG))
	f.Add(self[:4096])
	f.Add([]byte("<html>"))
	path := filepath.Join(f.TempDir(), "plugin.so")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		faulttest.Bounded(t, len(content), func() { _ = checkPlugin(path) })
	})
}

// FuzzFlags reads flags of XLA's.
func FuzzFlags(f *testing.F) {
	for _, seed := range []string{"--a=1 --b", "--a='x y' \"--c", "-", " \t\n", "/dev/null"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		faulttest.Bounded(t, len(text), func() { flagNames("-" + text) })
	})
}
