package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// trainUsage is printed by train --help, in front of the flags.
const trainUsage = `Usage: scripts/train [flags]              do the runs that are neither finished nor being done
       scripts/train list [flags]         say what has become of them
       scripts/train collect [flags] FILE write all finished runs into one file
       scripts/train start [flags]        do the runs in the background: a process on each processor, at the
                                          lowest priority
       scripts/train stop                 stop those processes after a checkpoint

Trains the nets of Figure 6 on CIFAR-10: every family at every depth from every seed is a run of its own.
Ctrl-C stops after a checkpoint, and the same command goes on from there. Any number of these commands can
work side by side on one results folder.

`

// loadData loads the images to train on. Tests have others.
var loadData = func(ctx context.Context) (training.Data, error) {
	data, err := cifar.Load(ctx)
	if err != nil {
		return nil, err
	}
	return training.CIFAR10(data), nil
}

// trainFlags are the flags of train.
type trainFlags struct {
	grids   []training.Grid // one, or those of the lines of a plan
	plan    string
	backend string
	results string
	weights bool   // to be kept
	output  string // of collect
}

// statusStopped is the exit status of a command that a signal has ended, as shells have it for Ctrl-C.
const statusStopped = 130

// runTrain is the subcommand train.
func runTrain(arguments []string) error {
	what := "train"
	if len(arguments) > 0 && (arguments[0] == "list" || arguments[0] == "collect") {
		what, arguments = arguments[0], arguments[1:]
	}
	flags, err := parseTrain(what, arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if what == "collect" {
		return collect(flags)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	display := newTrainDisplay(os.Stderr)
	ctx = progress.With(ctx, display)
	data, err := loadData(ctx)
	display.clear()
	if err != nil {
		return err
	}
	if what == "list" {
		return list(flags, data)
	}
	err = trainAll(ctx, flags, data, display)
	if training.Stopped(err) {
		// Not by way of the backend's Finalize: a step may still be running on it.
		fmt.Fprintln(os.Stderr, "stopped; the same command goes on from here")
		os.Exit(statusStopped)
	}
	return err
}

// trainAll does the runs.
func trainAll(ctx context.Context, flags *trainFlags, data training.Data, display *trainDisplay) error {
	for _, grid := range flags.grids {
		if err := grid.CheckNets(data); err != nil {
			return err
		}
	}
	opened, err := backend.OpenTuned(flags.backend)
	if err != nil {
		return err
	}
	provenance := results.NewProvenance(opened, lab.Home())
	provenance.Backend = flags.backend
	runner := &training.Runner{Backend: opened, Data: data, Folder: flags.results, KeepWeights: flags.weights,
		Observe: display.point, Provenance: provenance}
	err = runner.RunAll(ctx, flags.configs(), display.ended)
	display.clear()
	if !training.Stopped(err) {
		opened.Finalize()
	}
	return err
}

// collect adds all finished runs to a file.
func collect(flags *trainFlags) error {
	all, err := training.LoadResults(flags.results)
	wrong := new(results.Unusable)
	if !wrong.Add(err) {
		return err
	}
	if len(all) == 0 && wrong.Err() == nil {
		return fmt.Errorf("there are no finished runs in %s: train some first, or name another folder by "+
			"--results", flags.results)
	}
	if len(all) > 0 {
		count, err := training.Collect(flags.output, all)
		if err != nil {
			return err
		}
		fmt.Printf("%d runs in %s\n", count, flags.output)
	}
	return wrong.Err()
}

// configs lists the runs, those of a plan line after line, each once.
func (f *trainFlags) configs() []training.Config {
	var configs []training.Config
	for _, grid := range f.grids {
		for _, config := range grid.Configs() {
			if !slices.Contains(configs, config) {
				configs = append(configs, config)
			}
		}
	}
	return configs
}

// parseTrain reads the command line. The flags change the values of each line of a plan.
func parseTrain(what string, arguments []string) (*trainFlags, error) {
	grid := training.SmallGrid()
	for _, argument := range arguments {
		// the other flags change its values, wherever they stand
		if argument == "--full" || argument == "-full" {
			grid = training.PaperGrid()
		}
	}
	f := new(trainFlags)
	grid, err := f.parse(what, arguments, grid)
	if err != nil {
		return nil, err
	}
	if f.grids = []training.Grid{grid}; f.plan == "" {
		return f, nil
	}
	lines, err := readPlan(f.plan)
	if err != nil {
		return nil, err
	}
	f.grids = nil
	for _, line := range lines {
		grid, err := f.parse(what, arguments, line)
		if err != nil {
			return nil, err
		}
		f.grids = append(f.grids, grid)
	}
	return f, nil
}

// parse reads the command line into the flags and returns the grid with the values that it changes.
func (f *trainFlags) parse(what string, arguments []string, g training.Grid) (training.Grid, error) {
	set := flag.NewFlagSet("train", flag.ContinueOnError)
	finish := addGridFlags(set, &g)
	set.Bool("full", false, "the paper's size: all images, depths up to 198, ten seeds (for a GPU)")
	set.StringVar(&f.plan, "plan", "",
		"file of runs to do, a line of the flags above for each group; flags on the command line change "+
			"all of them")
	set.StringVar(&f.backend, "backend", backend.Configured(), "backend: "+strings.Join(backend.Names, ", "))
	set.StringVar(&f.results, "results", lab.ResultsFolder(), "results folder")
	set.BoolVar(&f.weights, "keep-weights", false,
		"keep the weights of each net at the end of its training, for probes")
	set.Usage = func() {
		fmt.Fprint(set.Output(), trainUsage)
		set.PrintDefaults()
	}
	if err := set.Parse(arguments); err != nil {
		return g, err
	}
	if err := finish(); err != nil {
		return g, err
	}
	return g, f.check(what, set)
}

// addGridFlags adds the flags that choose runs to the set, with the grid's values as defaults. What it
// returns is to be called when they are parsed: it completes the grid, and checks what the runs themselves
// don't.
func addGridFlags(set *flag.FlagSet, g *training.Grid) (finish func() error) {
	set.Var(&namesFlag{values: &g.Families}, "family",
		"families, with commas between them: "+strings.Join(training.Families.Names(), ", "))
	set.Var(&numbersFlag{values: &g.Depths}, "depth",
		"depths, with commas between them: the number of convolutions, at least 2")
	set.IntVar(&g.Seeds, "seeds", g.Seeds,
		"number of nets for each family and depth: those of the seeds from 1 on")
	set.IntVar(&g.Width, "width", cmp.Or(g.Width, training.PaperWidth),
		"number of filters at the input, which doubles at each of three halvings of the image")
	set.Var(&namesFlag{values: &g.Shortcuts}, "shortcut",
		"shortcuts of the nets that have skips, with commas between them: "+
			strings.Join(models.Shortcuts.Names(), ", ")+"; none means option-a")
	set.IntVar(&g.Budget.Images, "images", g.Budget.Images, "number of training images; 0 means all")
	epochs := set.Int("epochs", g.Budget.Epochs, "number of passes over the training images")
	steps := set.Int("steps", g.Budget.Steps, "number of batches, instead of --epochs")
	set.IntVar(&g.Budget.Batch, "batch", g.Budget.Batch, "number of images in a batch; 0 means 100")
	set.IntVar(&g.Budget.EvalEvery, "eval-every", g.Budget.EvalEvery,
		"steps between points of the learning curve; 0 means an epoch")
	set.IntVar(&g.Budget.TestImages, "test-images", g.Budget.TestImages,
		"test images for a point of the learning curve; 0 means all, as at the end")
	set.Float64Var(&g.Optimizer.LearningRate, "rate", g.Optimizer.LearningRate,
		"learning rate to begin with; 0 means 0.001")
	set.StringVar(&g.Optimizer.Schedule, "schedule", cmp.Or(g.Optimizer.Schedule, training.PlateauSchedule),
		"course of the learning rate: "+strings.Join(training.Schedules.Names(), ", "))
	set.IntVar(&g.Probe.Minibatches, "probe", g.Probe.Minibatches,
		"minibatches of 256 test images that the nets of seed 1 are looked at with while they train; 0 "+
			"means none")
	return func() error {
		given := make(map[string]bool)
		set.Visit(func(f *flag.Flag) { given[f.Name] = true })
		if given["steps"] && given["epochs"] {
			return errors.New("give --epochs or --steps, not both")
		}
		switch {
		case given["steps"]:
			g.Budget.Epochs, g.Budget.Steps = 0, *steps
		case given["epochs"]:
			g.Budget.Epochs, g.Budget.Steps = *epochs, 0
		}
		return checkGrid(*g)
	}
}

// checkGrid checks what the runs themselves don't, or would only when their turn comes.
func checkGrid(g training.Grid) error {
	if err := g.Check(); err != nil {
		return err
	}
	for _, family := range g.Families {
		if _, err := training.Families.Get(family); err != nil {
			return err
		}
	}
	for _, shortcut := range g.Shortcuts {
		if _, err := models.Shortcuts.Get(shortcut); err != nil {
			return err
		}
	}
	_, err := training.Schedules.Get(g.Optimizer.Schedule)
	return err
}

// check checks what stands behind the flags.
func (f *trainFlags) check(what string, set *flag.FlagSet) error {
	switch {
	case what == "collect" && set.NArg() == 1:
		f.output = set.Arg(0)
	case what == "collect":
		return errors.New("collect takes the file to write: scripts/train collect [flags] FILE")
	case set.NArg() > 0:
		return fmt.Errorf("unknown argument %s: see scripts/train --help", set.Arg(0))
	}
	return nil
}
