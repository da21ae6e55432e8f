// Package checkpoint lets a long computation be interrupted and resumed: its finished parts are remembered
// until the whole is done.
//
// The computation names each part by a key that determines its result, and knows nothing of where parts are
// kept: the [Store] travels in the context, and without one every part is computed.
package checkpoint

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/internal/filelock"
	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/internal/strictjson"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Store keeps parts as files in a folder. It is safe for concurrent use, also by several processes.
type Store struct {
	folder, scope string

	mu    sync.Mutex
	files map[string]bool // the names of the parts that were asked for
	held  *filelock.Lock  // on the folder, shared: it keeps Collect from a folder that is in use
}

// NewStore returns a store in the folder, which need not exist and holds nothing else. The scope stands for
// what beside a part's key determines its result, such as the code and the backend. A part that was kept
// under another scope is not found.
func NewStore(folder, scope string) *Store {
	return &Store{folder: folder, scope: scope, files: make(map[string]bool)}
}

// Clear forgets the parts that were asked for: the whole is done.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.files {
		if err := os.Remove(filepath.Join(s.folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("can't remove a kept part of the results: %w; delete the folder %s", err,
				s.folder)
		}
	}
	clear(s.files)
	_ = os.Remove(s.folder) // only if it is empty: other computations may keep parts there
	return nil
}

// hold locks the folder, if it is there. Without it nothing is lost but parts that the next process of other
// code may take for forgotten.
func (s *Store) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.held.Of(s.folder) {
		s.held.Unlock()
		var err error
		if s.held, err = filelock.TryShared(s.folder); err != nil {
			return
		}
		if s.held == nil { // it is being collected
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// name returns the file name of a part.
func (s *Store) name(key any) (string, error) {
	text, err := json.Marshal(struct {
		Scope string
		Key   any
	}{s.scope, key})
	if err != nil {
		return "", fmt.Errorf("the key of a part can't be written as JSON: %w", err)
	}
	name := fmt.Sprintf("%x.json", sha256.Sum256(text))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[name] = true
	return name, nil
}

type storeKey struct{}

// With returns a context whose computations keep their parts in the store.
func With(ctx context.Context, store *Store) context.Context {
	return context.WithValue(ctx, storeKey{}, store)
}

// Part returns the part with the key: as it was kept, if it was, or else computed and kept. The key must
// determine the part; the part must survive a round trip through JSON, as numbers do exactly. It says whether
// the part had been kept.
func Part[T any](ctx context.Context, key any, compute func() (T, error)) (part T, kept bool, err error) {
	if found, err := Find(ctx, key, &part); found || err != nil {
		return part, found, err
	}
	var fresh T // what a damaged file may have left in part is not wanted
	if fresh, err = compute(); err != nil {
		return fresh, false, err
	}
	return fresh, false, Keep(ctx, key, fresh)
}

// Find sets part, a pointer, to the part with the key, and says whether it was kept. What part is set to when
// it was not, is undefined.
func Find(ctx context.Context, key, part any) (found bool, err error) {
	store, there := ctx.Value(storeKey{}).(*Store)
	if !there {
		return false, nil
	}
	name, err := store.name(key)
	if err != nil {
		return false, err
	}
	store.hold()
	return store.read(ctx, name, part)
}

// Keep keeps a part, for Find and Part to find it. Without a store in the context it does nothing.
func Keep(ctx context.Context, key, part any) error {
	store, there := ctx.Value(storeKey{}).(*Store)
	if !there {
		return nil
	}
	name, err := store.name(key)
	if err != nil {
		return err
	}
	return store.write(name, part)
}

// kept is the content of a part's file.
type kept struct {
	// Sum is a hash of the file's name and the part: what was edited, cut off or renamed has another.
	Sum  string          `json:"sum"`
	Part json.RawMessage `json:"part"`
}

// sum returns the hash of a part.
func sum(name string, part []byte) string {
	return fmt.Sprintf("%x", sha256.Sum256(append([]byte(name+"\n"), part...)))
}

// read reads a part, and says whether there is one. A damaged one counts as none. One that is there but can't
// be read is an error: what it took to compute it would be lost.
func (s *Store) read(ctx context.Context, name string, part any) (found bool, err error) {
	path := filepath.Join(s.folder, name)
	content, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("a kept part of the results can't be read: %w; it is left as it is: make "+
			"it readable, or delete it", err)
	}
	var file kept
	if err = strictjson.Decode(content, &file); err == nil && file.Sum != sum(name, file.Part) {
		err = errors.New("it is not what was written")
	}
	if err == nil {
		err = json.Unmarshal(file.Part, part)
	}
	if err != nil {
		progress.Note(ctx, fmt.Sprintf("the kept part %s of the results is damaged (%v): it is computed "+
			"again", path, err))
	}
	return err == nil, nil
}

// write keeps a part.
func (s *Store) write(name string, part any) error {
	text, err := json.Marshal(part)
	if err != nil {
		return fmt.Errorf("a part of the results can't be kept as JSON: %w", err)
	}
	content, err := json.Marshal(kept{sum(name, text), text})
	if err != nil {
		return fmt.Errorf("a part of the results can't be kept as JSON: %w", err)
	}
	if err := os.MkdirAll(s.folder, 0o777); err == nil { // an error is WriteFile's to tell
		s.hold()
	}
	return results.WriteFile(s.folder, name, content)
}
