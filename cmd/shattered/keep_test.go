package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
)

// TestKeep stops the keeping of an experiment's parts halfway, and continues: no part is computed twice, and
// the file has all of them in their order.
func TestKeep(t *testing.T) {
	const n = 6
	var mu sync.Mutex
	var computed []int
	broken := errors.New("the power is gone")
	fails := true
	experiment := experiments.Experiment{Name: "figure-0",
		Run: func(ctx context.Context, _ *engine.Engine, size string) (experiments.Result, error) {
			if size != "paper" {
				t.Errorf("it is run at the size %q", size)
			}
			plan := jobs.NewPlan("Figure 0", nil)
			for i := range n {
				jobs.Add(plan, jobs.Spec{Name: "part", Key: i, Weight: 1},
					func(context.Context, *engine.Engine) (int, error) {
						if fails && i == n/2 {
							return 0, broken
						}
						mu.Lock()
						defer mu.Unlock()
						computed = append(computed, i)
						return i * i, nil
					})
			}
			_, err := plan.Run(ctx, engine.New(nil))
			return nil, err
		}}
	folder := t.TempDir()
	t.Setenv("SHATTERED_RESULTS", folder)
	output := filepath.Join(folder, "parts.jsonl.gz")
	if err := keep(experiment, folder, output); !errors.Is(err, broken) {
		t.Fatalf("the first run ends with %v", err)
	}
	if _, err := os.Stat(output); err == nil {
		t.Error("there is a file although parts are missing")
	}
	fails = false
	if err := keep(experiment, folder, output); err != nil {
		t.Fatal(err)
	}
	if len(computed) != n {
		t.Errorf("computed were %v: each part once", computed)
	}
	file, err := os.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parts, err := jobs.Read(file)
	if err != nil || len(parts) != n {
		t.Fatalf("%d parts are in the file, %v", len(parts), err)
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
