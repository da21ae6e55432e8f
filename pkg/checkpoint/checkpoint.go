// Package checkpoint lets a long computation be interrupted and resumed: its finished parts are remembered until the whole is done.
//
// The computation names each part by a key that determines its result, and knows nothing of where parts are kept: the [Store]
// travels in the context, and without one every part is computed.
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

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Store keeps parts as files in a folder. It is safe for concurrent use, also by several processes.
type Store struct {
	folder, scope string

	mu    sync.Mutex
	files map[string]bool // the names of the parts that were asked for
}

// NewStore returns a store in the folder, which need not exist. The scope stands for everything beside a part's key that determines
// its result: the code and the backend. A part that was kept under another scope is not found.
func NewStore(folder, scope string) *Store {
	return &Store{folder: folder, scope: scope, files: make(map[string]bool)}
}

// Clear forgets the parts that were asked for: the whole is done.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.files {
		if err := os.Remove(filepath.Join(s.folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("can't remove a kept part of the results: %w; delete the folder %s", err, s.folder)
		}
	}
	clear(s.files)
	_ = os.Remove(s.folder) // only if it is empty: other computations may keep parts there
	return nil
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

// Part returns the part with the key: as it was kept, if it was, or else computed and kept. The key must determine the part; the
// part must survive a round trip through JSON, as numbers do exactly. It says whether the part had been kept.
func Part[T any](ctx context.Context, key any, compute func() (T, error)) (part T, kept bool, err error) {
	store, found := ctx.Value(storeKey{}).(*Store)
	if !found {
		part, err = compute()
		return part, false, err
	}
	name, err := store.name(key)
	if err != nil {
		return part, false, err
	}
	content, err := os.ReadFile(filepath.Join(store.folder, name))
	if err == nil && json.Unmarshal(content, &part) == nil {
		return part, true, nil
	}
	var fresh T // what a torn file may have left in part is not wanted
	if fresh, err = compute(); err != nil {
		return fresh, false, err
	}
	if content, err = json.Marshal(fresh); err != nil {
		return fresh, false, fmt.Errorf("a part of the results can't be kept as JSON: %w", err)
	}
	return fresh, false, results.WriteFile(store.folder, name, content)
}
