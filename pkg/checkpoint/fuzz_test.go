package checkpoint

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzPart reads a part that is not what was written: it is computed again.
func FuzzPart(f *testing.F) {
	folder := f.TempDir()
	store := NewStore(folder, "a")
	ctx := With(context.Background(), store)
	compute := func() ([]float64, error) { return []float64{1, 2}, nil }
	if _, _, err := Part(ctx, "x", compute); err != nil {
		f.Fatal(err)
	}
	name, err := store.name("x")
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(folder, name)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	// of another type, with the right hash
	f.Add([]byte(fmt.Sprintf(`{"sum":%q,"part":{"a":1}}`, sum(name, []byte(`{"a":1}`)))))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		faulttest.Bounded(t, len(content), func() {
			part, _, err := Part(ctx, "x", compute)
			if err != nil || len(part) != 2 || part[1] != 2 {
				t.Errorf("the part is %v, %v", part, err)
			}
		})
	})
}
