package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
)

// runList is the subcommand list.
func runList(arguments []string) error {
	if len(arguments) > 0 {
		return errors.New("list takes no arguments")
	}
	for _, e := range experiments.All {
		fmt.Printf("%s: %s\n    %s.\n", e.Name, e.Title, e.Shows)
		if len(e.Figures) > 0 {
			fmt.Printf("    pictures: %s\n", strings.Join(e.Figures, ", "))
		}
		fmt.Printf("    notebooks/%s.ipynb; takes %s\n", e.Notebook, e.Cost)
	}
	return nil
}
