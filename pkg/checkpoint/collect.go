package checkpoint

import (
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/shattered-gradients/shattered/internal/filelock"
)

// collectable matches what [Collect] removes: folders named by a hash, and files of parts that an earlier
// version kept outside of such folders.
var collectable = regexp.MustCompile(`^[0-9a-f]{64}(\.json)?$`)

// forgotten is the age from which a folder is nobody's, on a file system that has no locks to tell.
const forgotten = 7 * 24 * time.Hour

// Collect removes from a folder the folders of stores that are named by a hash, such as one of the code, but
// for the one to keep: no computation of this code will ask for their parts. Those that a living process uses
// stay, and so does what can't be removed.
func Collect(folder, keep string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // there is nothing to collect
	}
	for _, entry := range entries {
		if name := entry.Name(); name != keep && collectable.MatchString(name) {
			filelock.RemoveUnused(filepath.Join(folder, name), forgotten)
		}
	}
}
