package checkpoint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"golang.org/x/sys/unix"
)

// TestWithoutLocks keeps parts on a file system without locks, rights or flushes, where only what is old is
// collected.
func TestWithoutLocks(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{unix.SYS_FLOCK: unix.ENOLCK, unix.SYS_FCHMOD: unix.EPERM,
		unix.SYS_FSYNC: unix.EINVAL}, func(t *testing.T) {
		parent := t.TempDir()
		old, young := filepath.Join(parent, strings.Repeat("a", 64)),
			filepath.Join(parent, strings.Repeat("b", 64))
		for folder, age := range map[string]time.Duration{old: 8 * 24 * time.Hour, young: 24 * time.Hour} {
			for _, want := range []bool{false, true} {
				ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, "a"))
				if _, kept, err := checkpoint.Part(ctx, "x",
					func() (int, error) { return 1, nil }); err != nil || kept != want {
					t.Errorf("kept %t, %v; want %t", kept, err, want)
				}
			}
			if err := os.Chtimes(folder, time.Time{}, time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		checkpoint.Collect(parent, "")
		if left, err := os.ReadDir(parent); err != nil || len(left) != 1 ||
			left[0].Name() != filepath.Base(young) {
			t.Errorf("left are %v, %v", left, err)
		}
	})
}
