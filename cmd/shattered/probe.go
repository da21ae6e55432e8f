package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/shattered-gradients/shattered/pkg/answer"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// probeUsage is printed by probe --help, in front of the flags.
const probeUsage = `Usage: scripts/probe MODEL.onnx [--inputs a.npy | --images cifar10] [flags]
       scripts/probe NET [flags]

Says how fast the gradients of a model lose each other on the way from one input to another, in a sentence,
and writes a page with a picture, and its numbers as JSON, CSV and NumPy arrays.

MODEL.onnx is a model such as PyTorch's torch.onnx.export writes. NET is one of this project's, at random
weights: %s. --depth, --width, --norm, --alpha, --beta, --gamma2,
--branch-layers, --learnt-beta and --fixup describe it.

`

// probeFlags are the flags of probe.
type probeFlags struct {
	netFlags
	model                  string // a file, or the name of a net
	width                  int
	inputs, labels, images string
	input, output          string // of the file
	scalar, kind, weights  string
	pairs, points, batch   int
	pairsGiven             bool
	draws                  int
	seed                   uint64
	backend, results, name string
	config                 models.Config
}

// runProbe is the subcommand probe.
func runProbe(arguments []string) error {
	f, err := parseProbe(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	display := newTrainDisplay(os.Stderr)
	ctx = progress.With(ctx, display)
	started := time.Now()
	asked, err := f.ask(ctx)
	if err != nil {
		return err
	}
	opened, err := backend.Open(f.backend)
	if err != nil {
		return err
	}
	defer opened.Finalize()
	provenance := results.NewProvenance(opened, lab.Home())
	provenance.Seed, provenance.Backend, provenance.Size = f.seed, f.backend, "paper"
	provenance.Started = started.UTC()
	store, err := f.store(provenance)
	if err != nil {
		return err
	}
	e := engine.New(opened)
	defer e.Close()
	result, err := path.Run(checkpoint.With(ctx, store), e, asked.config)
	display.clear()
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted: what is done is kept, and the same command goes on from there")
	}
	if err != nil {
		return err
	}
	provenance.WallSeconds = time.Since(started).Seconds()
	found := answer.New(asked.model, result, provenance)
	page, err := found.Save(f.results)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n", found.Sentence(), filepath.Join(f.results, page))
	return store.Clear()
}

// store returns where paths that are done are kept until all are: for this program, and this backend.
func (f *probeFlags) store(p results.Provenance) (*checkpoint.Store, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	code, err := sumOf(program)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(f.results, ".parts-probe")
	checkpoint.Collect(folder, code)
	return checkpoint.NewStore(filepath.Join(folder, code), f.backend+" "+p.Plugin), nil
}

// parseProbe reads the command line.
func parseProbe(arguments []string) (*probeFlags, error) {
	f := new(probeFlags)
	set := flag.NewFlagSet("probe", flag.ContinueOnError)
	set.StringVar(&f.inputs, "inputs", "", "inputs to make pairs of: a .npy file, inputs x the shape of "+
		"one input")
	set.StringVar(&f.images, "images", "", "images to make pairs of: cifar10, fetched where they are missing")
	set.StringVar(&f.labels, "labels", "", "classes of the inputs, for --output loss: a .npy file of whole "+
		"numbers; without it, those that the model gives")
	set.StringVar(&f.scalar, "output", "sum", "number to differentiate: sum (of the outputs), loss, or the "+
		"number of an output, from 0 on")
	set.IntVar(&f.pairs, "pairs", defaultPairs, "number of pairs of inputs")
	set.IntVar(&f.points, "points", data.GridPoints, "number of points on the way between the inputs of "+
		"a pair")
	set.IntVar(&f.batch, "batch", 0, "number of points that run at a time; 0 means all")
	set.StringVar(&f.kind, "way", string(path.Line), "way between the inputs of a pair: line, arc (of a "+
		"circle around 0)")
	set.StringVar(&f.weights, "weights", string(onnx.AsTheyAre), "weights of the file: as they are, or "+
		"drawn anew: he, normal")
	set.IntVar(&f.draws, "draws", 0, "number of draws of the weights; 0 means 1, and 5 where they are drawn")
	set.Uint64Var(&f.seed, "seed", 1, "seed of pairs and draws")
	set.StringVar(&f.input, "input", "", "name of the file's input; empty means the only one")
	set.StringVar(&f.output, "output-name", "", "name of the file's output; empty means the only one")
	set.StringVar(&f.name, "name", "", "name for the sentence and the files; empty means the model's")
	set.StringVar(&f.results, "results", lab.ResultsFolder(), "folder to write into")
	set.StringVar(&f.backend, "backend", backend.Configured(), "backend: "+strings.Join(backend.Names, ", "))
	f.define(set, &f.config)
	set.IntVar(&f.width, "width", 0, "width N of a net of the paper; 0 means the paper's")
	set.Usage = func() {
		fmt.Fprintf(set.Output(), probeUsage, strings.Join(models.Architectures.Names(), ", "))
		set.PrintDefaults()
	}
	if len(arguments) > 0 && !strings.HasPrefix(arguments[0], "-") {
		f.model, arguments = arguments[0], arguments[1:]
	}
	if err := set.Parse(arguments); err != nil {
		return nil, err
	}
	if f.model == "" || set.NArg() > 0 {
		return nil, errors.New("probe takes a model and flags: scripts/probe MODEL.onnx [--inputs a.npy | " +
			"--images cifar10] [flags]")
	}
	set.Visit(func(given *flag.Flag) { f.pairsGiven = f.pairsGiven || given.Name == "pairs" })
	f.config.Net, f.config.Width = f.model, f.width
	f.weights = cmp.Or(f.weights, string(onnx.AsTheyAre))
	return f, f.checkFlags(set)
}

// Defaults: the number of pairs where there are inputs for as many, and that of draws where weights are
// drawn.
const (
	defaultPairs = 20
	defaultDraws = 5
)

// checkFlags returns an error for values that mean nothing, before anything is opened.
func (f *probeFlags) checkFlags(set *flag.FlagSet) error {
	switch {
	case f.pairs < 1:
		return fmt.Errorf("--pairs is %d: give the number of pairs of inputs, at least 1", f.pairs)
	case f.points < 2:
		return fmt.Errorf("--points is %d: give the number of points on a way, at least 2", f.points)
	case f.draws < 0:
		return fmt.Errorf("--draws is %d: give the number of draws of the weights, or 0", f.draws)
	case f.inputs != "" && f.images != "":
		return errors.New("--inputs and --images say the same thing twice: give one of them")
	case f.images != "" && f.images != "cifar10":
		return fmt.Errorf("--images is %q: the images there are are cifar10; give others as an array, by "+
			"--inputs", f.images)
	case f.labels != "" && f.inputs == "":
		return errors.New("--labels are those of --inputs: give these too")
	}
	if _, err := subject.ParseScalar(f.scalar); err != nil {
		return fmt.Errorf("--%w", err)
	}
	if _, err := os.Stat(f.model); err != nil && f.isFile() && !strings.HasSuffix(f.model, ".onnx") {
		return fmt.Errorf("there is no file %s and no net of that name: give an ONNX file, or one of %s",
			f.model, strings.Join(models.Architectures.Names(), ", "))
	}
	if err := f.checkBelonging(set); err != nil {
		return err
	}
	if f.isFile() {
		if f.weights == string(onnx.AsTheyAre) && f.draws > 1 {
			return fmt.Errorf("--draws is %d, and all draws of a file's own weights are one net: leave it "+
				"out, or give --weights he or normal", f.draws)
		}
		return nil
	}
	return f.check(set)
}

// checkBelonging returns an error for flags that say something of the other kind of model.
func (f *probeFlags) checkBelonging(set *flag.FlagSet) error {
	ofFiles := []string{"weights", "input", "output-name"}
	ofNets := flag.NewFlagSet("", flag.ContinueOnError)
	new(netFlags).define(ofNets, new(models.Config))
	var wrong error
	set.Visit(func(given *flag.Flag) {
		ofNet := given.Name == "width" || ofNets.Lookup(given.Name) != nil
		switch {
		case f.isFile() && ofNet:
			wrong = fmt.Errorf("--%s is for nets of the paper, and %s is a file, whose net is in it: leave "+
				"it out", given.Name, f.model)
		case !f.isFile() && slices.Contains(ofFiles, given.Name):
			wrong = fmt.Errorf("--%s is for ONNX files, and %s is a net of the paper: leave it out",
				given.Name, f.model)
		}
	})
	return wrong
}

// isFile says whether the model is a file, and no net of the paper.
func (f *probeFlags) isFile() bool {
	_, err := models.Architectures.Get(f.model)
	return err != nil
}
