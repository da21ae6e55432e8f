package cifar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// holdVariable makes the test binary another process, that fetches into the cache which it names and never
// ends by itself.
const holdVariable = "HOLD_CIFAR10_LOCK"

func TestMain(m *testing.M) {
	cache := os.Getenv(holdVariable)
	if cache == "" {
		os.Exit(m.Run())
	}
	other := &loader{cache: cache}
	_, err := other.lock(context.Background())
	fmt.Println("locked", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// hold starts another process that holds the lock of a cache. It ends with the test, or when kill is called.
func hold(t *testing.T, cache string) (kill func()) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), holdVariable+"="+cache)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command.StdinPipe(); err != nil { // without it the process would see the end of its input
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // that it was killed
	})
	t.Cleanup(kill)
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "locked <nil>\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	return kill
}

// TestLockOfAnotherProcess waits for a process in vain, until its end frees the lock.
func TestLockOfAnotherProcess(t *testing.T) {
	f := newFake(3)
	l, s := f.served(t)
	kill := hold(t, l.cache)
	l.lockTimeout = 20 * time.Millisecond
	fails(t, l, "another process has been fetching CIFAR-10 for more than 20ms",
		"the lock "+filepath.Join(l.cache, lockName), "load again")
	if s.requests.Load() != 0 {
		t.Error("fetched without the lock")
	}

	l.lockTimeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := l.load(ctx); !errors.Is(err, context.DeadlineExceeded) ||
		!strings.HasPrefix(err.Error(), "loading CIFAR-10 was stopped") {
		t.Errorf("when the context ends while waiting: %v", err)
	}
	kill()
	succeeds(t, f, l)
}

// TestReadingNeedsNoLock reads a whole cache while another process holds the lock.
func TestReadingNeedsNoLock(t *testing.T) {
	f := newFake(3)
	l, _ := f.served(t)
	succeeds(t, f, l)
	hold(t, l.cache)
	l.lockTimeout = 0
	succeeds(t, f, l)
}

// TestLoadsAtOnceFetchOnce lets several loaders start with one empty cache.
func TestLoadsAtOnceFetchOnce(t *testing.T) {
	f := newFake(3)
	l, s := f.served(t)
	var group sync.WaitGroup
	loaded := make([]*images.Data, 8)
	errs := make([]error, len(loaded))
	for i := range loaded {
		group.Go(func() { loaded[i], errs[i] = l.load(t.Context()) })
	}
	group.Wait()
	for i, data := range loaded {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		f.check(t, data)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d loads at once made %d requests", len(loaded), n)
	}
}
