package main

import (
	"errors"
	"flag"

	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
	"github.com/shattered-gradients/shattered/pkg/report"
)

// runReport is the subcommand report.
func runReport(arguments []string) error {
	set := flag.NewFlagSet("report", flag.ContinueOnError)
	folder := set.String("results", lab.ResultsFolder(),
		"results folder to read, and to write index.html, claims.json, claims.csv and the CSV and npz "+
			"files that are missing into")
	readme := set.String("readme", "",
		"README whose table of claims to write anew, with that of docs/claims.md beside it and the "+
			"pictures that it shows")
	if err := set.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if err := report.Write(*folder, experiments.Names()...); err != nil {
		return err
	}
	if *readme == "" {
		return nil
	}
	return report.UpdateReadme(*folder, *readme, experiments.Names()...)
}
