package lab

import (
	"fmt"
	"html"
	"io"
	"os"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// Delays of the progress display: work that is done within the first is not worth a display, and a display
// that changes more often than the second only costs time. Where nothing is reported, the third shows that
// time goes by.
const (
	displayAfter = 2 * time.Second
	displayEvery = 250 * time.Millisecond
	displayTick  = time.Second
	displayLog   = 5 * time.Minute // where lines can't be rewritten, as in a file
)

// display shows progress in place: in a notebook as one HTML output that is updated, on a terminal as one
// line that is rewritten, elsewhere as a line now and then and at the end. It implements progress.Reporter,
// Weigher and Noter.
type display struct {
	mu          sync.Mutex
	began, last time.Time // when the task began, and when it was shown last
	logged      time.Time // when a line was written that stays
	reported    time.Time
	name        string
	done, total int
	share       float64 // of the work that is done, where its steps have weights; else 0
	shown       bool
	ticker      *time.Timer // nil when no task is under way
	inNotebook  bool
	alone       bool // nobody will say when the work is finished: the display of a task ends with it
	id          string
	terminal    io.Writer // nil when lines on standard error can't be rewritten
}

func newDisplay() *display {
	d := &display{inNotebook: gonbui.IsNotebook}
	if d.inNotebook {
		d.id = gonbui.UniqueId()
	} else if progress.Rewritable(os.Stderr) {
		d.terminal = os.Stderr
	}
	return d
}

// Update implements progress.Reporter.
func (d *display) Update(name string, done, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if name != d.name || done == 0 { // a task begins at 0, also one like the task before
		d.name, d.began, d.done, d.share = name, now, 0, 0
		d.rest()
		d.ticker = time.AfterFunc(displayAfter, d.tick)
	}
	d.reported, d.done, d.total = now, max(d.done, done), total
	if d.done >= d.total {
		d.rest()
	}
	if now.Sub(d.began) >= displayAfter && now.Sub(d.last) >= displayEvery {
		d.show(now)
	}
	if d.alone && d.done >= d.total {
		d.replace(d.finished)
	}
}

// Weigh implements progress.Weigher.
func (d *display) Weigh(share float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.share = max(d.share, share)
}

// Note implements progress.Noter. The display is shown again with the next step.
func (d *display) Note(sentence string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.terminal != nil && d.shown {
		fmt.Fprint(d.terminal, "\r\x1b[K")
	}
	fmt.Fprintln(os.Stderr, "note: "+sentence)
}

// tick shows that time goes by.
func (d *display) tick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ticker == nil {
		return // the task came to rest meanwhile
	}
	d.ticker.Reset(displayTick)
	if now := time.Now(); now.Sub(d.last) >= displayEvery {
		d.show(now)
	}
}

// rest ends the ticking.
func (d *display) rest() {
	if d.ticker != nil {
		d.ticker.Stop()
		d.ticker = nil
	}
}

// show shows how far the task is.
func (d *display) show(now time.Time) {
	d.last, d.shown = now, true
	elapsed := now.Sub(d.began)
	status := fmt.Sprintf("%s: %d of %d, %s elapsed", d.name, d.done, d.total, round(elapsed))
	share := d.share
	if share == 0 && d.total > 0 {
		share = float64(d.done) / float64(d.total)
	}
	if share > 0 {
		status += fmt.Sprintf(", about %s to go", round(time.Duration(float64(elapsed)/share*(1-share))))
	}
	switch {
	case d.inNotebook:
		gonbui.UpdateHTML(d.id, fmt.Sprintf(`<progress value="%d" max="%d"></progress> %s`, d.done, d.total, html.EscapeString(status)))
	case d.terminal != nil:
		fmt.Fprintf(d.terminal, "\r\x1b[K%s", status)
	case now.Sub(d.began) >= displayLog && now.Sub(d.logged) >= displayLog:
		d.logged = now
		fmt.Fprintln(os.Stderr, status)
	}
}

// finish replaces the display, if there is one, by one line that says what was done.
func (d *display) finish() { d.end(d.finished) }

// finished returns the line that says what was done.
func (d *display) finished() string {
	return fmt.Sprintf("%s: %d of %d in %s", d.name, d.done, d.total, round(d.reported.Sub(d.began)))
}

// stop replaces the display, if there is one, by one line that says where the work stopped.
func (d *display) stop() {
	d.end(func() string {
		return fmt.Sprintf("%s: stopped at %d of %d after %s", d.name, d.done, d.total,
			round(time.Since(d.began)))
	})
}

// clear removes the display, if there is one.
func (d *display) clear() { d.end(func() string { return "" }) }

// end replaces the display, if there is one, by a line, or by nothing.
func (d *display) end(line func() string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.replace(line)
}

// replace is end while the display is locked.
func (d *display) replace(line func() string) {
	d.rest()
	if !d.shown {
		return
	}
	d.shown = false
	status := line()
	switch {
	case d.inNotebook:
		gonbui.UpdateHTML(d.id, html.EscapeString(status))
		gonbui.Sync()
	case d.terminal != nil && status == "":
		fmt.Fprint(d.terminal, "\r\x1b[K")
	case d.terminal != nil:
		fmt.Fprintf(d.terminal, "\r\x1b[K%s\n", status)
	case status != "":
		fmt.Fprintln(os.Stderr, status)
	}
}

// round rounds a duration for reading.
func round(d time.Duration) time.Duration { return d.Round(time.Second) }
