package cifar

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"golang.org/x/sys/unix"
)

// notes remembers what it is told. It implements progress.Reporter and Noter.
type notes []string

func (*notes) Update(string, int, int) {}

func (n *notes) Note(sentence string) { *n = append(*n, sentence) }

// TestWithoutLocks fetches where files can't be locked, their rights can't be changed and nothing can be
// brought to the disk. What may be a living process's stays.
func TestWithoutLocks(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{
		unix.SYS_FLOCK: unix.EBADF, unix.SYS_FCHMOD: unix.EPERM, unix.SYS_FCHMODAT: unix.EPERM,
		unix.SYS_FSYNC: unix.EINVAL,
	}, func(t *testing.T) {
		f := newFake(3)
		l, _ := f.served(t)
		old, young := filepath.Join(l.cache, stagePrefix+"old"), filepath.Join(l.cache, stagePrefix+"young")
		for stage, age := range map[string]time.Duration{old: 48 * time.Hour, young: time.Hour} {
			if err := os.MkdirAll(stage, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(stage, time.Time{}, time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		var told notes
		data, err := l.load(progress.With(t.Context(), &told))
		if err != nil {
			t.Fatal(err)
		}
		f.check(t, data)
		if len(told) != 1 || !strings.Contains(told[0], "no locks") || strings.Contains(told[0], "\n") {
			t.Errorf("told was %q", told)
		}
		if _, err := os.Stat(old); !os.IsNotExist(err) {
			t.Errorf("what was forgotten is left, %v", err)
		}
		if _, err := os.Stat(young); err != nil {
			t.Error(err)
		}
	})
}
