package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// commandVariable makes the test's own program be the command, on made-up images.
const commandVariable = "SHATTERED_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) == "" {
		os.Exit(m.Run())
	}
	loadData = func(context.Context) (training.Data, error) { return noise(), nil }
	main()
}

// noise are a few images of noise, of ten classes, in the form of CIFAR-10.
func noise() training.Data {
	return training.CIFAR10(&images.Data{Train: testimages.Noise(24, 1, 0), Test: testimages.Noise(16, 1, 1)})
}

// command returns the command as a process of its own, on small nets of few images, on the pure-Go backend.
func command(t *testing.T, results string, arguments string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	all := append(strings.Fields(arguments), "--results", results, "--width", "2", "--batch", "4", "--images",
		"12", "--test-images", "8", "--backend", "go")
	c := exec.CommandContext(t.Context(), os.Args[0], append([]string{"train"}, all...)...)
	c.Env = append(os.Environ(), commandVariable+"=1")
	output := new(bytes.Buffer)
	c.Stdout, c.Stderr = output, output
	return c, output
}

// results returns the results in a folder by the names of their runs, without the times.
func resultsIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	all, err := training.LoadResults(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, r := range all {
		for i := range r.Curve {
			r.Curve[i].Seconds = 0
		}
		text, err := json.Marshal([]any{r.ID, r.Status, r.Steps, r.TestAccuracy, r.Curve})
		if err != nil {
			t.Fatal(err)
		}
		found[r.Config.String()] = string(text)
	}
	return found
}

// TestProcessesShareAFolder lets three processes do the same runs at the same time: each run is done once,
// and none by two.
func TestProcessesShareAFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	folder := t.TempDir()
	const arguments = "--family ll,relu --depth 3,4 --seeds 2 --epochs 2"
	var outputs []*bytes.Buffer
	var processes []*exec.Cmd
	for range 3 {
		c, output := command(t, folder, arguments)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		processes, outputs = append(processes, c), append(outputs, output)
	}
	said := ""
	for i, c := range processes {
		if err := c.Wait(); err != nil {
			t.Fatalf("%v: %s", err, outputs[i])
		}
		said += outputs[i].String()
	}
	found := resultsIn(t, folder)
	if len(found) != 8 {
		t.Errorf("%d runs are finished, want 8", len(found))
	}
	for run := range found {
		if n := strings.Count(said, run+": step 6,"); n != 1 { // the last of 2 epochs of 3 batches
			t.Errorf("%s was trained %d times", run, n)
		}
	}

	c, output := command(t, folder, "list "+arguments)
	if err := c.Run(); err != nil || strings.Count(output.String(), "  2         0        0        0") != 4 {
		t.Errorf("list gives %v and\n%s", err, output)
	}
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	c, output = command(t, folder, "collect")
	c.Args = append(c.Args, file)
	if err := c.Run(); err != nil || !strings.HasPrefix(output.String(), "8 runs in ") {
		t.Errorf("collect gives %v and\n%s", err, output)
	}
	if got := resultsIn(t, file); fmt.Sprint(got) != fmt.Sprint(found) {
		t.Errorf("collected are\n%v\nwant\n%v", got, found)
	}
}

// TestWrongResultIsNamed damages the result of one of two runs: list and collect say which file to remove,
// and do their work for the other.
func TestWrongResultIsNamed(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	folder := filepath.Join(t.TempDir(), "[a-b]*")
	const arguments = "--family ll --depth 3 --seeds 2 --steps 2"
	if c, output := command(t, folder, arguments); c.Run() != nil {
		t.Fatal(output)
	}
	runs, err := os.ReadDir(filepath.Join(folder, "training"))
	if err != nil || len(runs) != 2 {
		t.Fatalf("there are the runs %v, %v", runs, err)
	}
	path := filepath.Join(folder, "training", runs[0].Name(), "result.json")
	if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	for what, want := range map[string]string{"list": "  1         0        0        1  ",
		"collect": "1 runs in " + file + "\n"} {
		c, output := command(t, folder, what+" "+arguments)
		if what == "collect" {
			c.Args = append(c.Args, file)
		}
		if err := c.Run(); err == nil || !strings.Contains(output.String(), want) ||
			strings.Count(output.String(), "error: "+path) != 1 {
			t.Errorf("%s gives %v and\n%s", what, err, output)
		}
	}
	if got := resultsIn(t, file); len(got) != 1 {
		t.Errorf("collected are %v", got)
	}
}

// TestInterruptedProcess stops a process by a signal: it ends by itself and soon, and another process that
// continues from its checkpoint comes to the same result as one that was not stopped.
func TestInterruptedProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	const arguments = "--family resnet --depth 4 --seeds 1 --steps 400 --eval-every 20"
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			folder := t.TempDir()
			c, output := command(t, folder, arguments)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, "a point of the learning curve", func() bool {
				logs, _ := filepath.Glob(filepath.Join(folder, "training", "*", "log.jsonl"))
				content, _ := os.ReadFile(slices.Concat(logs, []string{""})[0])
				return len(content) > 0
			})
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			select {
			case err := <-ended:
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != statusStopped ||
					!strings.HasSuffix(output.String(), "stopped; the same command goes on from here\n") {
					t.Errorf("a process that was stopped ends with %v and\n%s", err, output)
				}
			case <-time.After(20 * time.Minute): // five seconds on a machine that has nothing else to do
				t.Fatal("a process that was stopped goes on")
			}
			if kept, _ := filepath.Glob(filepath.Join(folder, "training", "*",
				"checkpoint-*")); len(kept) != 1 {
				t.Errorf("a process that was stopped leaves the checkpoints %v", kept)
			}
			whole := t.TempDir()
			for _, results := range []string{folder, whole} {
				if c, output := command(t, results, arguments); c.Run() != nil {
					t.Fatal(output)
				}
			}
			got, want := resultsIn(t, folder), resultsIn(t, whole)
			if fmt.Sprint(got) != fmt.Sprint(want) || len(got) != 1 {
				t.Errorf("the run that was stopped gives\n%v\nwant\n%v", got, want)
			}
		})
	}
}

// await waits until a condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("there is no %s", what)
		}
	}
}

func TestTrainRefusesBadInput(t *testing.T) {
	silence(t)
	folder := t.TempDir()
	for want, arguments := range map[string]string{
		"unknown family":          "--family transformer",
		"give whole numbers":      "--depth ten",
		"0 seeds":                 "--seeds 0",
		"not both":                "--epochs 2 --steps 2",
		"unknown argument":        "everything",
		"not defined":             "--colour red",
		"takes the file to write": "collect",
		"no finished runs":        "collect out.jsonl",
		"unknown backend":         "--backend abacus",
		"depth is 1":              "--depth 1 --backend go",
		"unknown shortcut":        "--shortcut detour",
		"unknown schedule":        "--schedule railway",
		"name a file":             "--plan nowhere",
		"6.1e+18 steps":           "--epochs 6148914691236517206 --backend go",
		"9.2e+18 steps":           "--epochs 9223372036854775807 --backend go",
		"take 9.2e+18 steps":      "--steps 9223372036854775807 --backend go",
		"would take 3000000000":   "--seeds 1000000000 --backend go",
		"GiB of weights; give":    "--depth 1000000000 --backend go",
		"EiB of weights, and":     "--width 1000000000 --backend go",
		"9223372036854775807 inp": "--batch 9223372036854775807 --backend go",
		"807 images can't be":     "--images 9223372036854775807 --backend go",
		"not within the set":      "--images 12 --batch 4 --test-images 9223372036854775807 --backend go",
	} {
		previous := loadData
		loadData = func(context.Context) (training.Data, error) { return noise(), nil }
		command, rest := "", strings.Fields(arguments)
		if len(rest) > 0 && rest[0] == "collect" {
			command, rest = rest[0], rest[1:]
		}
		all := append([]string{"--results", folder, "--seeds", "1", "--family", "relu"}, rest...)
		if command != "" {
			all = append([]string{command}, all...)
		}
		err := runTrain(all)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("train %s: error %v is not one sentence with %q", arguments, err, want)
		}
		if (strings.HasPrefix(arguments, "--depth 1") || strings.HasPrefix(arguments, "--width")) &&
			err != nil && strings.Contains(err.Error(), "runs failed") {
			t.Errorf("train %s says it for each run: %v", arguments, err)
		}
		loadData = previous
	}
}
