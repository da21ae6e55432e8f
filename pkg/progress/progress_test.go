package progress_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/progress"
)

// printer prints what it is told.
type printer struct{}

func (printer) Update(name string, done, total int) { fmt.Printf("%s: %d of %d\n", name, done, total) }

func (printer) Note(sentence string) { fmt.Println("note:", sentence) }

func ExampleNote() {
	progress.Note(progress.With(context.Background(), printer{}), "a file was damaged")
	// Output:
	// note: a file was damaged
}

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

// weights prints what it is told of weights. It implements progress.Reporter and Weigher.
type weights struct{}

func (weights) Update(name string, done, total int) { fmt.Printf("%s: %d of %d\n", name, done, total) }

func (weights) Weigh(share float64) { fmt.Printf("%g of the work\n", share) }

// Steps that differ in what they cost, and steps within a step, which do not count.
func ExampleStartWeighted() {
	ctx := progress.StartWeighted(progress.With(context.Background(), weights{}), "figure", 2, 8)
	within := progress.Silent(ctx)
	progress.Step(progress.Start(within, "a step's own", 5))
	progress.StepWeighted(ctx, 2)
	progress.StepWeighted(ctx, 6)
	// Output:
	// figure: 0 of 2
	// 0.25 of the work
	// figure: 1 of 2
	// 1 of the work
	// figure: 2 of 2
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

// TestNoteWithoutNoter checks that what nobody listens to is written to standard error.
func TestNoteWithoutNoter(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = writer
	progress.Note(progress.With(t.Context(), new(last)), "a file was damaged")
	os.Stderr = stderr
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(reader); err != nil || string(said) != "note: a file was damaged\n" {
		t.Errorf("standard error has %q, %v", said, err)
	}
}

func TestWithoutReporter(t *testing.T) {
	ctx := progress.Start(t.Context(), "nobody listens", 1)
	progress.Step(ctx) // must not fail
	if ctx != t.Context() {
		t.Error("without a reporter, Start should return the context it was given")
	}
}
