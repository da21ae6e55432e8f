package cifar

import (
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// TestFilesDamagedEverywhere damages a file of the cache at many places: each damage is seen, and the data
// are fetched again.
func TestFilesDamagedEverywhere(t *testing.T) {
	f := newFake(1)
	l, s := f.served(t)
	succeeds(t, f, l)
	path := filepath.Join(l.cache, BinaryFolder, f.files[2].name)
	fetched := s.requests.Load()
	for how := range faulttest.Damage(t, path, f.contents[f.files[2].name]) {
		succeeds(t, f, l)
		if fetched++; s.requests.Load() != fetched {
			t.Errorf("%s the data were fetched %d times, want %d", how, s.requests.Load(), fetched)
		}
	}
}
