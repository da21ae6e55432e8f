// Package progress lets a computation say how far it is without knowing who listens: a notebook cell, a terminal, nobody.
// The listener travels in the context, so that a probe deep inside a figure needs to know only that it made a step.
package progress

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
)

// Reporter is told how far a task is. Update may be called from several goroutines at once, and more often than is worth
// showing.
type Reporter interface {
	Update(name string, done, total int)
}

// Noter is a Reporter that is also told what the user should know although it ends nothing, such as that a file was damaged.
type Noter interface {
	Note(sentence string)
}

type reporterKey struct{}
type taskKey struct{}

// task counts the steps of a named piece of work.
type task struct {
	name     string
	total    int
	done     atomic.Int64
	reporter Reporter
}

// With returns a context whose tasks report to the reporter.
func With(ctx context.Context, reporter Reporter) context.Context {
	return context.WithValue(ctx, reporterKey{}, reporter)
}

// Note tells the context's reporter a sentence, if it is a [Noter]. Otherwise the sentence goes to standard error: it is never lost.
func Note(ctx context.Context, sentence string) {
	if noter, listening := ctx.Value(reporterKey{}).(Noter); listening {
		noter.Note(sentence)
		return
	}
	fmt.Fprintln(os.Stderr, "note: "+sentence)
}

// Start returns a context in which [Step] counts the steps of a new task, unless a task is running already: then its steps go
// on counting, so that whoever knows the whole names the total.
func Start(ctx context.Context, name string, total int) context.Context {
	reporter, listening := ctx.Value(reporterKey{}).(Reporter)
	if _, running := ctx.Value(taskKey{}).(*task); running || !listening {
		return ctx
	}
	reporter.Update(name, 0, total)
	return context.WithValue(ctx, taskKey{}, &task{name: name, total: total, reporter: reporter})
}

// Step counts one step of the context's task as done. Without a task it does nothing.
func Step(ctx context.Context) { Skip(ctx, 1) }

// Skip counts several steps of the context's task as done, such as those whose results are there already.
func Skip(ctx context.Context, steps int) {
	if t, running := ctx.Value(taskKey{}).(*task); running {
		t.reporter.Update(t.name, int(t.done.Add(int64(steps))), t.total)
	}
}
