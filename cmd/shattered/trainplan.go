package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/training"
)

// readPlan reads a plan: the grids of its lines. A line has the flags of train that choose runs, as on the
// command line, where what it does not say is as it is there; empty lines and those that begin with # are
// skipped.
func readPlan(path string) ([]training.Grid, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the plan can't be read: %w; name a file, such as scripts/plans/figure-6", err)
	}
	var grids []training.Grid
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		grid := training.SmallGrid()
		set := flag.NewFlagSet("plan", flag.ContinueOnError)
		set.SetOutput(io.Discard)
		finish := addGridFlags(set, &grid)
		err := set.Parse(strings.Fields(line))
		if err == nil && set.NArg() > 0 {
			err = fmt.Errorf("unknown argument %s", set.Arg(0))
		}
		if err == nil {
			err = finish()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the plan %s: %w", i+1, path, err)
		}
		grids = append(grids, grid)
	}
	if len(grids) == 0 {
		return nil, fmt.Errorf("the plan %s has no runs: write a line of flags, such as --family ll "+
			"--depth 10", path)
	}
	return grids, nil
}

// namesFlag is a flag of names, with commas or repeated: the first of it takes the place of the default.
type namesFlag struct {
	values *[]string
	given  bool
}

// String implements flag.Value.
func (f *namesFlag) String() string {
	if f.values == nil {
		return ""
	}
	return strings.Join(*f.values, ",")
}

// Set implements flag.Value.
func (f *namesFlag) Set(text string) error {
	if !f.given {
		f.given, *f.values = true, nil
	}
	*f.values = append(*f.values, strings.Split(text, ",")...)
	return nil
}

// numbersFlag is a namesFlag of numbers.
type numbersFlag struct {
	values *[]int
	given  bool
}

// String implements flag.Value.
func (f *numbersFlag) String() string {
	if f.values == nil {
		return ""
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(*f.values), " ", ","), "[]")
}

// Set implements flag.Value.
func (f *numbersFlag) Set(text string) error {
	if !f.given {
		f.given, *f.values = true, nil
	}
	for _, field := range strings.Split(text, ",") {
		number, err := strconv.Atoi(field)
		if err != nil {
			return errors.New("give whole numbers, with commas between them")
		}
		*f.values = append(*f.values, number)
	}
	return nil
}
