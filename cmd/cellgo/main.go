// Cellgo is the kernel's go: it builds a notebook's cell faster (see internal/cellbuild).
//
//	go build -o FILE
//
// For whatever else it is asked the program makes way for the go that comes after it in PATH.
package main

import (
	"fmt"
	"os"

	"github.com/shattered-gradients/shattered/internal/behind"
	"github.com/shattered-gradients/shattered/internal/cellbuild"
)

func main() {
	path, err := behind.Path("go")
	if err == nil {
		if status, done := cellbuild.Run(path); done {
			os.Exit(status)
		}
		err = behind.Exec(path)
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}
