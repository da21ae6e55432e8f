// Command ours is this project's side of scripts/bench: the jobs that it times, done with the project's
// packages as any user's program does them. The peers in bench/peers do the same jobs under the same names.
//
//	ours cold JOB [flags] OUT.npz     does the job once and writes its numbers
//	ours warm JOB [flags]             does it anew for every line of standard input, and answers each with a
//	                                  line of JSON; a line is the round's number, and "fresh" after it if all
//	                                  is to be compiled anew
//	ours check FOLDER                 writes weights, inputs and what comes of them, for the peers to compare
//	                                  their own numbers with
//	ours version                      says what runs, and on how many threads, in a line of JSON
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/internal/processors"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/results"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// run does what the command line says.
func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("say what to do: cold, warm, check or version")
	}
	opened, err := backend.OpenTuned(backend.Configured())
	if err != nil {
		return err
	}
	defer opened.Finalize()
	e := engine.New(opened)
	defer e.Close()
	command, rest := arguments[0], arguments[1:]
	switch {
	case command == "version":
		p := results.NewProvenance(opened, "")
		return json.NewEncoder(os.Stdout).Encode(about{
			Version: fmt.Sprintf("GoMLX %s, %s, %s, numbers drawn by the form %s",
				p.Modules["github.com/gomlx/gomlx"], p.Go, p.Plugin, random.Form()),
			Threads: processors.Count(),
		})
	case command == "check" && len(rest) == 1:
		return check(ctx, e, rest[0])
	case command == "cold" || command == "warm":
		return work(ctx, e, command, rest)
	}
	return fmt.Errorf("unknown command %q: say cold, warm, check or version", strings.Join(arguments, " "))
}

// about is what a program says of itself.
type about struct {
	Version string `json:"version"`
	Threads int    `json:"threads"` // how many it computes with
}

// size is how large a job is. Its zero values stand for the job's own.
type size struct{ depth, draws, inputs int }

// job does a piece of work with the random numbers of that round, 0 or more, and returns what comes of it.
type job func(ctx context.Context, round uint64) (arrays, error)

// jobs makes the jobs known by name.
var jobs = map[string]func(*engine.Engine, size) (job, error){
	"feedforward":      gradientsJob(centred),
	"residual":         gradientsJob(rescaled),
	"drawing":          drawingJob,
	"figure2":          figure2Job,
	"figure3":          figure3Job,
	"conv-feedforward": imageGradientsJob(convFeedforward),
	"conv-residual":    imageGradientsJob(convResidual),
	"path":             pathJob,
	"step-relu":        stepJob("relu"),
	"step-resnet":      stepJob("resnet"),
}

// work does a job, once or as often as it is asked.
func work(ctx context.Context, e *engine.Engine, command string, arguments []string) error {
	if len(arguments) == 0 || jobs[arguments[0]] == nil {
		return fmt.Errorf("unknown job: choose one of %s", strings.Join(slices.Sorted(maps.Keys(jobs)), ", "))
	}
	var s size
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.IntVar(&s.depth, "depth", 0, "number of layers; 0 means the job's own")
	set.IntVar(&s.draws, "draws", 0, "number of draws of the weights; 0 means the job's own")
	set.IntVar(&s.inputs, "inputs", 0, "number of inputs; 0 means the job's own")
	if err := set.Parse(arguments[1:]); err != nil {
		return err
	}
	do, err := jobs[arguments[0]](e, s)
	if err != nil {
		return err
	}
	if command == "warm" {
		return serve(ctx, e, do)
	}
	if set.NArg() != 1 {
		return errors.New("give the file to write: ours cold JOB [flags] OUT.npz")
	}
	result, err := do(ctx, 0)
	if err != nil {
		return err
	}
	return result.write(set.Arg(0))
}

// answer is what a warm job says of each round.
type answer struct {
	Seconds  float64 `json:"seconds"`
	PeakMiB  float64 `json:"peak_mib"`
	Checksum float64 `json:"checksum"` // something of every number, so that none can be left out
}

// serve does the job for every line of standard input.
func serve(ctx context.Context, e *engine.Engine, do job) error {
	answers := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		number, fresh := strings.CutSuffix(lines.Text(), " fresh")
		round, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return fmt.Errorf("the round is %q: give a number", lines.Text())
		}
		if fresh {
			e.Close()
		}
		began := time.Now()
		result, err := do(ctx, round)
		if err != nil {
			return err
		}
		a := answer{Seconds: time.Since(began).Seconds(), Checksum: result.sum()}
		if a.PeakMiB, err = peakMiB(); err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}
