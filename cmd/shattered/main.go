// Command shattered is the part of the project's scripts that is written in Go.
//
//	shattered export NET [flags] OUT.npz      one draw of a net as NumPy arrays
//	shattered report [flags]                  claims.json and index.html of a results folder
package main

import (
	"fmt"
	"os"
)

// commands maps the subcommands' names to what they do with their arguments.
var commands = map[string]func(arguments []string) error{
	"export": runExport,
	"report": runReport,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: shattered export NET [flags] OUT.npz | shattered report [flags]")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}
