package filelock

import (
	"errors"
	"os"
	"time"
)

// RemoveUnused removes a file, or a folder with all that is in it, unless another process holds its lock. On
// a file system without locks, which can't tell, it removes what has not been changed for that time. What
// can't be removed stays.
func RemoveUnused(path string, unchanged time.Duration) {
	lock, err := Try(path)
	defer lock.Unlock()
	if errors.Is(err, ErrUnsupported) {
		info, err := os.Stat(path)
		if err != nil || time.Since(info.ModTime()) < unchanged {
			return
		}
	} else if lock == nil {
		return
	}
	_ = os.RemoveAll(path)
}
