package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
)

// keepUsage is printed by keep --help, in front of the flags.
const keepUsage = `Usage: shattered keep FIGURE [flags], or scripts/reproduce --keep FIGURE

Computes the parts of a figure at the paper's size that are not kept with the code yet, with --anew all of
them, and writes the file that is kept with the code. Ctrl-C stops; the file has what is finished then, and the
same command continues after it: also with newer code, as long as that does not raise a version.

`

// keptFolder is the folder, within that for results, of the parts of figures to be kept with the code.
const keptFolder = "kept"

// runKeep is the subcommand keep.
func runKeep(arguments []string) error {
	set := flag.NewFlagSet("keep", flag.ContinueOnError)
	folder := set.String("results", lab.ResultsFolder(),
		"results folder, where finished parts are until all are there")
	output := set.String("output", "", "file to write, by default that in the project's folder")
	set.Usage = func() {
		fmt.Fprint(set.Output(), keepUsage)
		set.PrintDefaults()
	}
	name := ""
	if len(arguments) > 0 && arguments[0] != "" && arguments[0][0] != '-' {
		name, arguments = arguments[0], arguments[1:]
	}
	if err := set.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if name == "" || set.NArg() > 0 {
		return errors.New("keep takes a figure: shattered keep figure-5 [flags]")
	}
	experiment, err := experiments.Get(name)
	if err != nil {
		return err
	}
	if experiment.Kept == "" {
		return fmt.Errorf("nothing of %s is kept with the code: it is computed in every run", name)
	}
	if *output == "" {
		*output = filepath.Join(lab.Home(), experiment.Kept)
	}
	err = keep(experiment, *folder, *output)
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "stopped; the same command goes on from here")
		os.Exit(statusStopped)
	}
	return err
}

// keep computes what is not there yet of an experiment's parts, neither with the code, unless the environment
// wants all anew, nor in the folder, and writes them all into a file; where it is stopped, those that are
// finished.
func keep(experiment experiments.Experiment, folder, output string) error {
	s, err := lab.Open()
	if err != nil {
		return err
	}
	defer s.Close()
	// Unlike an interrupted cell's parts, these are those of any code with the same versions.
	origin := s.Origin()
	folder = filepath.Join(folder, keptFolder, experiment.Name)
	ctx := checkpoint.With(s.Context, checkpoint.NewStore(folder, "kept "+origin.Backend+" "+origin.Plugin))
	var parts []jobs.Part
	ctx = jobs.With(ctx, jobs.Setting{UseKept: os.Getenv(lab.AnewVariable) == "", Unchecked: true,
		Origin: origin, Record: func(there []jobs.Part) { parts = there }})
	_, failed := experiment.Run(ctx, s.Engine, "paper")
	if len(parts) == 0 {
		return failed
	}
	var content bytes.Buffer
	if err := jobs.Write(&content, parts); err != nil {
		return err
	}
	size := content.Len()
	err = atomicfile.Write(output, func(w io.Writer) error { _, err := content.WriteTo(w); return err })
	if err != nil {
		return err
	}
	fmt.Printf("%d parts of %s in %s (%d bytes)\n", len(parts), experiment.Name, output, size)
	return failed
}
