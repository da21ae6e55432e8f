package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// theoryUsage is printed by export theory --help, in front of the flags.
const theoryUsage = `Usage: scripts/export theory --net NET [flags] OUT.npz

Writes what gradients do in nets of infinite width, computed without drawing weights, as NumPy arrays: x (M),
G (M, M: the covariance of df/dx over draws of the weights), acf (its expected autocorrelation, lags 0 to 15),
coactivation (L: at each rectifier), and by the number of layers above the first, 0 to L - 1, C (L: C(i,i) of
Definition 1, mean over inputs) and R (L: R(i,j), mean over pairs of inputs at least 1 apart). Batch
statistics are held fixed.

NET is one of feedforward, residual, highway.

`

// theoryFlags are the flags of export theory.
type theoryFlags struct {
	netFlags
	config     meanfield.Config
	points     int
	activation string
	output     string
}

// runTheory is the subcommand export theory.
func runTheory(arguments []string) error {
	flags, err := parseTheory(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	display := newTrainDisplay(os.Stderr)
	result, err := meanfield.Run(progress.With(ctx, display), flags.config)
	display.clear()
	if err != nil {
		return err
	}
	return export.WriteTheory(flags.output, result)
}

// parseTheory reads the command line.
func parseTheory(arguments []string) (*theoryFlags, error) {
	f := new(theoryFlags)
	set := flag.NewFlagSet("export theory", flag.ContinueOnError)
	f.define(set, &f.config.Net)
	set.StringVar(&f.config.Net.Net, "net", "", "net: feedforward, residual, highway")
	set.IntVar(&f.points, "points", data.GridPoints, "number M of inputs, an even grid on [-2, 2]")
	set.StringVar(&f.activation, "activation", activations.ReLU.Name,
		"activation: "+activations.Registry.Choices())
	set.Usage = func() {
		fmt.Fprint(set.Output(), theoryUsage)
		set.PrintDefaults()
	}
	if err := set.Parse(arguments); err != nil {
		return nil, err
	}
	if f.config.Net.Net == "" || set.NArg() != 1 {
		return nil, errors.New("export theory takes a net, flags and the file to write: scripts/export " +
			"theory --net NET [flags] OUT.npz")
	}
	f.output = set.Arg(0)
	var err error
	if f.config.Net.Activation, err = activations.Registry.Get(f.activation); err != nil {
		return nil, err
	}
	if f.config.X, err = data.Grid(f.points, data.GridLow, data.GridHigh); err != nil {
		return nil, err
	}
	return f, f.check(set)
}
