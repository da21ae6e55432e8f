package progress

import (
	"os"

	"golang.org/x/term"
)

// Rewritable tells whether lines that are printed to the file can be rewritten in place: on a terminal that
// follows such orders (TERM is not dumb), for a user who wants them (NO_COLOR is empty or not set).
func Rewritable(file *os.File) bool {
	kind := os.Getenv("TERM")
	return term.IsTerminal(int(file.Fd())) && kind != "" && kind != "dumb" && os.Getenv("NO_COLOR") == ""
}
