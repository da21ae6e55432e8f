package lab

import (
	"fmt"
	"html"
	"io"
	"os"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
)

// Delays of the progress display: work that is done within the first is not worth a display, and a display that changes
// more often than the second only costs time.
const (
	displayAfter = 2 * time.Second
	displayEvery = 250 * time.Millisecond
)

// display shows progress in place: in a notebook as one HTML output that is updated, on a terminal as one line that is
// rewritten, elsewhere as one line at the end. It implements progress.Reporter.
type display struct {
	mu          sync.Mutex
	began, last time.Time
	name        string
	done, total int
	shown       bool
	inNotebook  bool
	id          string
	terminal    io.Writer // nil when standard error is not a terminal
}

func newDisplay() *display {
	d := &display{inNotebook: gonbui.IsNotebook}
	if d.inNotebook {
		d.id = gonbui.UniqueId()
	} else if term.IsTerminal(int(os.Stderr.Fd())) {
		d.terminal = os.Stderr
	}
	return d
}

// Update implements progress.Reporter.
func (d *display) Update(name string, done, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if name != d.name {
		d.name, d.began, d.done = name, now, 0
	}
	d.done, d.total = max(d.done, done), total
	if now.Sub(d.began) < displayAfter || now.Sub(d.last) < displayEvery {
		return
	}
	d.last, d.shown = now, true
	elapsed := now.Sub(d.began)
	remaining := time.Duration(float64(elapsed) / float64(max(d.done, 1)) * float64(d.total-d.done))
	status := fmt.Sprintf("%s: %d of %d, %s elapsed, about %s to go", d.name, d.done, d.total, round(elapsed), round(remaining))
	switch {
	case d.inNotebook:
		gonbui.UpdateHTML(d.id, fmt.Sprintf(`<progress value="%d" max="%d"></progress> %s`, d.done, d.total, html.EscapeString(status)))
	case d.terminal != nil:
		fmt.Fprintf(d.terminal, "\r\x1b[K%s", status)
	}
}

// finish replaces the display, if there is one, by one line that says what was done.
func (d *display) finish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shown {
		return
	}
	d.shown = false
	status := fmt.Sprintf("%s: %d of %d in %s", d.name, d.done, d.total, round(time.Since(d.began)))
	switch {
	case d.inNotebook:
		gonbui.UpdateHTML(d.id, html.EscapeString(status))
		gonbui.Sync()
	case d.terminal != nil:
		fmt.Fprintf(d.terminal, "\r\x1b[K%s\n", status)
	default:
		fmt.Fprintln(os.Stderr, status)
	}
}

// round rounds a duration for reading.
func round(d time.Duration) time.Duration { return d.Round(time.Second) }
