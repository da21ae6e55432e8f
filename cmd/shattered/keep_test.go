package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
)

// keeping is an experiment of six parts that notes which it computes, and fails at one of them.
type keeping struct {
	archive  *jobs.Archive
	fails    int // its index, or -1
	mu       sync.Mutex
	computed []int
}

// keepingParts is how many parts a keeping has.
const keepingParts = 6

var errPower = errors.New("the power is gone")

// experiment returns the experiment.
func (k *keeping) experiment() experiments.Experiment {
	return experiments.Experiment{Name: "figure-0",
		Run: func(ctx context.Context, _ *engine.Engine, size string) (experiments.Result, error) {
			if size != "paper" {
				return nil, fmt.Errorf("it is run at the size %q", size)
			}
			plan := jobs.NewPlan("Figure 0", k.archive)
			for i := range keepingParts {
				jobs.Add(plan, jobs.Spec{Name: "part", Key: i, Weight: 1},
					func(context.Context, *engine.Engine) (int, error) {
						if i == k.fails {
							return 0, errPower
						}
						k.mu.Lock()
						defer k.mu.Unlock()
						k.computed = append(k.computed, i)
						return i * i, nil
					})
			}
			_, err := plan.Run(ctx, engine.New(nil))
			return nil, err
		}}
}

// readParts returns what a file of parts has.
func readParts(t *testing.T, file string) ([]byte, []jobs.Part) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := jobs.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return content, parts
}

// TestKeep stops the keeping of an experiment's parts halfway, and continues: no part is computed twice, and
// the file has all of them in their order.
func TestKeep(t *testing.T) {
	k := &keeping{fails: keepingParts / 2}
	folder := t.TempDir()
	t.Setenv("SHATTERED_RESULTS", folder)
	t.Setenv(lab.AnewVariable, "")
	output := filepath.Join(folder, "parts.jsonl.gz")
	if err := keep(k.experiment(), folder, output); !errors.Is(err, errPower) {
		t.Fatalf("the first run ends with %v", err)
	}
	if _, parts := readParts(t, output); len(parts) != len(k.computed) {
		t.Errorf("%d parts are in the file after %d were finished", len(parts), len(k.computed))
	}
	k.fails = -1
	if err := keep(k.experiment(), folder, output); err != nil {
		t.Fatal(err)
	}
	if len(k.computed) != keepingParts {
		t.Errorf("computed were %v: each part once", k.computed)
	}
	checkKeeping(t, output)
}

// TestKeepGoesOnFromTheCode: what is kept with the code is not computed again where the results folder has
// nothing, unless it is asked for.
func TestKeepGoesOnFromTheCode(t *testing.T) {
	k := &keeping{fails: keepingParts / 2}
	t.Setenv("SHATTERED_RESULTS", t.TempDir())
	t.Setenv(lab.AnewVariable, "")
	output := filepath.Join(t.TempDir(), "parts.jsonl.gz")
	if err := keep(k.experiment(), t.TempDir(), output); !errors.Is(err, errPower) {
		t.Fatalf("the first run ends with %v", err)
	}
	content, parts := readParts(t, output)
	k.archive, k.fails = jobs.NewArchive("Figure 0", content, 0), -1
	if err := keep(k.experiment(), t.TempDir(), output); err != nil {
		t.Fatal(err)
	}
	if len(k.computed) != keepingParts {
		t.Errorf("computed were %v: each part once", k.computed)
	}
	checkKeeping(t, output)

	t.Setenv(lab.AnewVariable, "1")
	k.computed = nil
	if err := keep(k.experiment(), t.TempDir(), output); err != nil || len(k.computed) != keepingParts {
		t.Errorf("beside %d kept parts %v are computed anew, %v", len(parts), k.computed, err)
	}
}

// checkKeeping checks that the file has all parts of a keeping in their order.
func checkKeeping(t *testing.T, file string) {
	t.Helper()
	_, parts := readParts(t, file)
	if len(parts) != keepingParts {
		t.Fatalf("%d parts are in the file", len(parts))
	}
	for i, part := range parts {
		if want := string(rune('0' + i)); string(part.Key) != want || part.Origin.Backend == "" ||
			part.Origin.Platform == "" {
			t.Errorf("part %d is %+v", i, part)
		}
	}
}

func TestKeepIsMisused(t *testing.T) {
	for want, arguments := range map[string][]string{
		"takes a figure": {}, "choose one of": {"figure-0"}, "nothing of figure-1 is kept": {"figure-1"},
	} {
		if err := runKeep(arguments); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("keep %v: %v, want %q", arguments, err, want)
		}
	}
}
