// Package progress lets a computation say how far it is without knowing who listens: a notebook cell, a
// terminal, nobody. The listener travels in the context, so that a probe deep inside a figure needs to know
// only that it made a step.
package progress

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Reporter is told how far a task is. Update may be called from several goroutines at once, and more often
// than is worth showing.
type Reporter interface {
	Update(name string, done, total int)
}

// Noter is a Reporter that is also told what the user should know although it ends nothing, such as that a
// file was damaged.
type Noter interface {
	Note(sentence string)
}

// Weigher is a Reporter that is also told which share of a task's work is done, from 0 to 1, where steps
// differ in what they cost. It is told before Update is.
type Weigher interface {
	Weigh(share float64)
}

type reporterKey struct{}
type taskKey struct{}

// task counts the steps of a named piece of work.
type task struct {
	name     string
	total    int
	done     atomic.Int64
	reporter Reporter // nil where steps are not counted

	mu                 sync.Mutex
	weight, weightDone float64 // where steps have weights; else 0
}

// With returns a context whose tasks report to the reporter.
func With(ctx context.Context, reporter Reporter) context.Context {
	return context.WithValue(ctx, reporterKey{}, reporter)
}

// Note tells the context's reporter a sentence, if it is a [Noter]. Otherwise the sentence goes to standard
// error: it is never lost.
func Note(ctx context.Context, sentence string) {
	if noter, listening := ctx.Value(reporterKey{}).(Noter); listening {
		noter.Note(sentence)
		return
	}
	fmt.Fprintln(os.Stderr, "note: "+sentence)
}

// Start returns a context in which [Step] counts the steps of a new task, unless a task is running already:
// then that task keeps counting, because the caller that started it knows the total of the whole.
func Start(ctx context.Context, name string, total int) context.Context {
	reporter, listening := ctx.Value(reporterKey{}).(Reporter)
	if _, running := ctx.Value(taskKey{}).(*task); running || !listening {
		return ctx
	}
	reporter.Update(name, 0, total)
	return context.WithValue(ctx, taskKey{}, &task{name: name, total: total, reporter: reporter})
}

// StartWeighted is Start for steps that differ in what they cost: weight is the sum of their weights. They
// are counted by [StepWeighted].
func StartWeighted(ctx context.Context, name string, total int, weight float64) context.Context {
	started := Start(ctx, name, total)
	if t, running := started.Value(taskKey{}).(*task); running && started != ctx {
		t.weight = weight
	}
	return started
}

// StepWeighted counts one step of that weight as done. In a task without weights it is Step.
func StepWeighted(ctx context.Context, weight float64) {
	if t, running := ctx.Value(taskKey{}).(*task); running && t.weight > 0 {
		if weigher, listening := t.reporter.(Weigher); listening {
			t.mu.Lock()
			t.weightDone += weight
			weigher.Weigh(min(t.weightDone/t.weight, 1))
			t.mu.Unlock()
		}
	}
	Step(ctx)
}

// Silent returns a context in which no steps are counted, also not those of tasks that are started in it: for
// steps within a step.
func Silent(ctx context.Context) context.Context {
	return context.WithValue(ctx, taskKey{}, &task{})
}

// Step counts one step of the context's task as done. Without a task it does nothing.
func Step(ctx context.Context) { Skip(ctx, 1) }

// Skip counts several steps of the context's task as done, such as those whose results are there already.
func Skip(ctx context.Context, steps int) {
	if t, running := ctx.Value(taskKey{}).(*task); running && t.reporter != nil {
		t.reporter.Update(t.name, int(t.done.Add(int64(steps))), t.total)
	}
}
