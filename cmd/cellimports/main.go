// Cellimports is the kernel's goimports: it gives a notebook's cell the imports that it lacks (see
// internal/cellimports).
//
//	goimports -w FILE
//
// The variable SHATTERED_HOME names the project's folder. Beside the program lies imports.txt, the packages
// that the set-up has compiled. For whatever these don't know the program makes way for the goimports that
// comes after it in PATH.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/shattered-gradients/shattered/internal/behind"
	"github.com/shattered-gradients/shattered/internal/cellimports"
)

// module is the project's import path.
const module = "github.com/shattered-gradients/shattered"

func main() {
	if len(os.Args) == 3 && os.Args[1] == "-w" {
		known, err := fix(os.Args[2])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if known {
			return
		}
	}
	path, err := behind.Path("goimports")
	if err == nil {
		err = behind.Exec(path)
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

// fix gives the file its imports, or returns false where that takes more than the set-up's packages.
func fix(path string) (known bool, err error) {
	program, err := os.Executable()
	if err != nil {
		return false, err
	}
	list, err := os.ReadFile(filepath.Join(filepath.Dir(program), "imports.txt"))
	if err != nil {
		return false, err
	}
	code, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	fixed, known, err := cellimports.ReadIndex(string(list), module, os.Getenv("SHATTERED_HOME")).Fix(path,
		code)
	if err != nil || !known {
		return false, err
	}
	return true, os.WriteFile(path, fixed, 0o666)
}
