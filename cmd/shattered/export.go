package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// exportUsage is printed by export --help, in front of the flags.
const exportUsage = `Usage: scripts/export NET [flags] OUT.npz

Writes one draw of a net as NumPy arrays: x (M), bias (N), weights (matrices, N, N; used as h @ weights[l]),
readout (N), preactivations (L, M, N: the rectifiers' arguments before normalisation), output (M), gradient
(M). Nets that have other variables than these have them by their names, such as layer_1_2.weights_1, and
preactivations_1, preactivations_2 and so on (M, units), one a rectifier.

NET is one of %s.

The law that nets of infinite width obey instead of a draw: scripts/export theory --help.

`

// exportFlags are the flags of export.
type exportFlags struct {
	netFlags
	config  export.Config
	backend string
	output  string
}

// runExport is the subcommand export.
func runExport(arguments []string) error {
	if len(arguments) > 0 && arguments[0] == "theory" {
		return runTheory(arguments[1:])
	}
	flags, err := parseExport(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	opened, err := backend.OpenTuned(flags.backend)
	if err != nil {
		return err
	}
	defer opened.Finalize()
	draw, err := export.Run(ctx, engine.New(opened), flags.config)
	if err != nil {
		return err
	}
	return draw.WriteNPZ(flags.output)
}

// parseExport reads the command line.
func parseExport(arguments []string) (*exportFlags, error) {
	f := &exportFlags{config: export.Config{DType: dtypes.Float64}}
	set := flag.NewFlagSet("export", flag.ContinueOnError)
	net := &f.config.Net
	f.define(set, net)
	set.IntVar(&net.Width, "width", models.PaperWidth, "width N, the number of units of a layer")
	set.IntVar(&f.config.Inputs, "inputs", data.GridPoints, "number M of inputs, an even grid on [-2, 2]")
	set.StringVar((*string)(&net.Statistics), "statistics", string(norms.Frozen),
		"gradient through batch statistics: frozen, coupled")
	set.Uint64Var(&f.config.Seed, "seed", 1, "seed of the weights")
	set.Uint64Var(&f.config.Draw, "draw", 0, "number of the draw under the seed")
	set.Var((*precision)(&f.config.DType), "precision", "float64, or float32 as the probes run")
	set.StringVar(&f.backend, "backend", backend.Configured(), "backend: "+strings.Join(backend.Names, ", "))
	set.Usage = func() {
		fmt.Fprintf(set.Output(), exportUsage, strings.Join(denseNets(), ", "))
		set.PrintDefaults()
	}
	if len(arguments) > 0 && !strings.HasPrefix(arguments[0], "-") {
		net.Net, arguments = arguments[0], arguments[1:]
	}
	if err := set.Parse(arguments); err != nil {
		return nil, err
	}
	if net.Net == "" || set.NArg() != 1 {
		return nil, errors.New("export takes a net, flags and the file to write: scripts/export NET " +
			"[flags] OUT.npz")
	}
	f.output = set.Arg(0)
	if net.Width < 1 {
		return nil, fmt.Errorf("width is %d: give the number of units of a layer, at least 1", net.Width)
	}
	return f, f.check(set)
}

// denseNets returns the names of the nets that take the points of a grid, and no images.
func denseNets() []string {
	return slices.DeleteFunc(models.Architectures.Names(),
		func(name string) bool { return strings.HasPrefix(name, "conv-") })
}

// precision is a flag value that names a data type.
type precision dtypes.DType

// String implements flag.Value.
func (p *precision) String() string { return strings.ToLower(dtypes.DType(*p).String()) }

// Set implements flag.Value.
func (p *precision) Set(name string) error {
	switch name {
	case "float32":
		*p = precision(dtypes.Float32)
	case "float64":
		*p = precision(dtypes.Float64)
	default:
		return errors.New("choose float64 or float32")
	}
	return nil
}
