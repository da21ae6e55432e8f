// Command shattered is the part of the project's scripts that is written in Go.
//
//	shattered export NET [flags] OUT.npz      one draw of a net as NumPy arrays
//	shattered export theory [flags] OUT.npz   the theory of nets of infinite width as NumPy arrays
//	shattered list                            the experiments: what they show and cost
//	shattered keep FIGURE [flags]             the parts of a figure that are kept with the code
//	shattered probe MODEL [flags]             how fast the gradients of a model lose each other: a page
//	shattered report [flags]                  claims.json, claims.csv and index.html of a results folder
//	shattered train [list|collect] [flags]    the runs of Figure 6: doing them, their state, all in one file
package main

import (
	"fmt"
	"os"
)

// commands maps the subcommands' names to what they do with their arguments.
var commands = map[string]func(arguments []string) error{
	"export": runExport,
	"keep":   runKeep,
	"list":   runList,
	"probe":  runProbe,
	"report": runReport,
	"train":  runTrain,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr,
			"usage: shattered export NET [flags] OUT.npz | shattered list | shattered keep FIGURE [flags] "+
				"| shattered probe MODEL [flags] | shattered report [flags] | shattered train "+
				"[list|collect] [flags]")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}
