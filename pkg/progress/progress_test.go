package progress_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/progress"
)

// printer prints what it is told.
type printer struct{}

func (printer) Update(name string, done, total int) { fmt.Printf("%s: %d of %d\n", name, done, total) }

func Example() {
	ctx := progress.With(context.Background(), printer{})
	ctx = progress.Start(ctx, "figure", 4)
	inner := progress.Start(ctx, "a part of it", 1) // the figure's count goes on
	progress.Step(inner)
	progress.Skip(ctx, 2) // these are done already
	progress.Step(ctx)
	// Output:
	// figure: 0 of 4
	// figure: 1 of 4
	// figure: 3 of 4
	// figure: 4 of 4
}

// last remembers the largest count.
type last struct {
	sync.Mutex
	done int
}

func (l *last) Update(_ string, done, _ int) {
	l.Lock()
	defer l.Unlock()
	l.done = max(l.done, done)
}

func TestConcurrentSteps(t *testing.T) {
	var reporter last
	ctx := progress.Start(progress.With(t.Context(), &reporter), "steps", 100)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { progress.Step(ctx) })
	}
	group.Wait()
	if reporter.done != 100 {
		t.Errorf("100 concurrent steps counted as %d", reporter.done)
	}
}

func TestWithoutReporter(t *testing.T) {
	ctx := progress.Start(t.Context(), "nobody listens", 1)
	progress.Step(ctx) // must not fail
	if ctx != t.Context() {
		t.Error("without a reporter, Start should return the context it was given")
	}
}
