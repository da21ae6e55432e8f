// Command resultsdoc describes the files of results: it writes docs/results.schema.json and the tables of
// docs/results.md anew, from the Go types that are saved and from their comments. Run it in the project's
// folder:
//
//	go run ./cmd/resultsdoc
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "resultsdoc:", err)
		os.Exit(1)
	}
}
