package progress_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/progress"
)

func TestRewritable(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no terminals to open: ", err)
	}
	defer terminal.Close()
	for _, c := range []struct {
		file          *os.File
		term, noColor string
		want          bool
	}{
		{terminal, "xterm", "", true},
		{terminal, "dumb", "", false},
		{terminal, "", "", false},
		{terminal, "xterm", "1", false},
		{file, "xterm", "", false},
	} {
		t.Setenv("TERM", c.term)
		t.Setenv("NO_COLOR", c.noColor)
		if got := progress.Rewritable(c.file); got != c.want {
			t.Errorf("%s with TERM=%s and NO_COLOR=%s: %v, want %v", c.file.Name(), c.term, c.noColor, got,
				c.want)
		}
	}
}
