package lab

import (
	"strings"
	"testing"
	"time"
)

// started returns a display on a terminal of a task that began so long ago.
func started(terminal *strings.Builder, ago time.Duration) *display {
	d := &display{terminal: terminal}
	d.Update("counting", 0, 8)
	d.began = d.began.Add(-ago)
	return d
}

// TestTerminalIsRewrittenInPlace checks elapsed, done, total and remaining, and that all stands on one line
// until the end.
func TestTerminalIsRewrittenInPlace(t *testing.T) {
	var terminal strings.Builder
	d := started(&terminal, 10*time.Second)
	d.Update("counting", 2, 8)
	d.Update("counting", 3, 8) // too soon to be shown
	d.finish()
	d.finish()
	const want = "\r\x1b[Kcounting: 2 of 8, 10s elapsed, about 30s to go" +
		"\r\x1b[Kcounting: 3 of 8 in 10s\n"
	if terminal.String() != want {
		t.Errorf("the terminal got %q, not %q", terminal.String(), want)
	}
}

// TestTimeToGoIsWeighed: of eight steps two are done, which were an eighth of the work.
func TestTimeToGoIsWeighed(t *testing.T) {
	var terminal strings.Builder
	d := started(&terminal, 10*time.Second)
	d.Weigh(0.125)
	d.Update("counting", 2, 8)
	if want := "\r\x1b[Kcounting: 2 of 8, 10s elapsed, about 1m10s to go"; terminal.String() != want {
		t.Errorf("the terminal got %q, not %q", terminal.String(), want)
	}
}

func TestShortWorkIsNotShown(t *testing.T) {
	var terminal strings.Builder
	d := started(&terminal, 0)
	d.Update("counting", 8, 8)
	d.finish()
	if terminal.String() != "" {
		t.Errorf("the terminal got %q", terminal.String())
	}
}

// TestTaskOfTheSameNameBeginsAnew runs a task like the one before it, which has not taken long yet.
func TestTaskOfTheSameNameBeginsAnew(t *testing.T) {
	var terminal strings.Builder
	d := started(&terminal, time.Minute)
	d.Update("counting", 8, 8)
	d.clear()
	terminal.Reset()
	d.Update("counting", 0, 8)
	d.Update("counting", 1, 8)
	d.finish()
	if terminal.String() != "" || d.done != 1 {
		t.Errorf("the terminal got %q, and %d are done", terminal.String(), d.done)
	}
}

// TestTimeGoesBy reports nothing and ticks.
func TestTimeGoesBy(t *testing.T) {
	var terminal strings.Builder
	d := started(&terminal, 5*time.Second)
	d.tick()
	d.clear()
	d.tick()
	const want = "\r\x1b[Kcounting: 0 of 8, 5s elapsed" + "\r\x1b[K"
	if terminal.String() != want {
		t.Errorf("the terminal got %q, not %q", terminal.String(), want)
	}
}
