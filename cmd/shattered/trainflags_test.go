package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/training"
)

func TestTrainFlags(t *testing.T) {
	flags, err := parseTrain("train",
		strings.Fields("--depth 10 --full --family ll --family relu,prelu --depth 20,30 --steps 7 --images "+
			"100 --batch 5 --rate 0.1 --schedule drop --shortcut projection --probe 2"))
	if err != nil {
		t.Fatal(err)
	}
	want := training.PaperGrid()
	want.Families, want.Depths, want.Width = []string{"ll", "relu", "prelu"}, []int{10, 20, 30},
		training.PaperWidth
	want.Budget = training.Budget{Images: 100, Steps: 7, Batch: 5}
	want.Optimizer = training.Optimizer{LearningRate: 0.1, Schedule: "drop"}
	want.Shortcuts, want.Probe.Minibatches = []string{"projection"}, 2
	if !reflect.DeepEqual(flags.grids, []training.Grid{want}) {
		t.Errorf("flags give %+v, want %+v", flags.grids, want)
	}
}

// TestPlan reads a plan of two lines, which the command line changes, and those that are no plan.
func TestPlan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("# shallow ones first\n--family ll,relu --depth 10 --seeds 2 --images 0 --epochs 3\n\n  --family " +
		"resnet --depth 198 --steps 300 --rate 0.003\n")
	flags, err := parseTrain("list", strings.Fields("--plan "+path+" --seeds 1 --results elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range flags.configs() {
		got = append(got, fmt.Sprintf("%s: %d images, %d epochs, %d steps, rate %g", c, c.Budget.Images,
			c.Budget.Epochs, c.Budget.Steps, c.Optimizer.LearningRate))
	}
	want := []string{
		"ll, 10 layers, seed 1: 0 images, 3 epochs, 0 steps, rate 0",
		"relu, 10 layers, seed 1: 0 images, 3 epochs, 0 steps, rate 0",
		"resnet, 198 layers, seed 1: 10000 images, 0 epochs, 300 steps, rate 0.003",
	}
	if !slices.Equal(got, want) || flags.results != "elsewhere" {
		t.Errorf("the plan's runs, in %s, are\n%s\nwant\n%s", flags.results, strings.Join(got, "\n"),
			strings.Join(want, "\n"))
	}
	for want, content := range map[string]string{
		"has no runs":                "# nothing\n",
		"line 2 of the plan":         "--family ll\n--colour red",
		"unknown argument then":      "--family ll then relu",
		"unknown family":             "--family transformer",
		"defined: -results":          "--results elsewhere",
		"--epochs or --steps, not b": "--epochs 1 --steps 2",
	} {
		write(content)
		if _, err := parseTrain("train", []string{"--plan", path}); err == nil ||
			!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the plan %q: error %v is not one sentence with %q", content, err, want)
		}
	}
}

// TestCommittedPlans checks the plans that come with the code: every run is one that can be done, none is
// there twice, and the first ones are those from which a figure can be drawn soonest.
func TestCommittedPlans(t *testing.T) {
	for plan, runs := range map[string]int{"figure-6": 7*3*3 + 3*3, "figure-6-deep": 5 + 2} {
		flags, err := parseTrain("train",
			[]string{"--plan", filepath.Join("..", "..", "scripts", "plans", plan)})
		if err != nil {
			t.Fatal(err)
		}
		configs := flags.configs()
		if len(configs) != runs {
			t.Errorf("%s has %d runs, want %d", plan, len(configs), runs)
		}
		data, seen := noise(), make(map[string]bool)
		for _, c := range configs {
			if seen[c.String()] {
				t.Errorf("%s has %s twice", plan, c)
			}
			seen[c.String()] = true
			if progress, _, err := training.Look(t.TempDir(), c, data); err != nil ||
				progress != training.Missing {
				t.Errorf("%s: %s is %s (%v)", plan, c, progress, err)
			}
			if c.Budget.Images != 0 || c.Optimizer.Schedule != "drop" ||
				(c.Probe.Minibatches > 0) != (c.Seed == 1) {
				t.Errorf("%s: %s has the config %+v", plan, c, c)
			}
		}
		if first := configs[0].String(); !strings.HasSuffix(first, ", seed 1") {
			t.Errorf("%s begins with %s", plan, first)
		}
	}
}

// TestCommandWithShortcutsAndProbe trains nets with two shortcuts along a schedule, looks at them, lists them
// as two curves, and loads the nets, whose weights it keeps.
func TestCommandWithShortcutsAndProbe(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	folder := t.TempDir()
	const arguments = "--family ll,resnet --shortcut option-a,projection --depth 5 --seeds 1 --epochs 2 " +
		"--schedule drop --keep-weights"
	c, output := command(t, folder, arguments)
	if err := c.Run(); err != nil {
		t.Fatal(output)
	}
	c, output = command(t, folder, "list "+arguments)
	err := c.Run()
	for _, curve := range []string{"ll", "resnet", "resnet with projection"} {
		if err != nil || strings.Count(output.String(), " "+curve+"      5     1") != 1 {
			t.Errorf("list gives %v and no line of %s:\n%s", err, curve, output)
		}
	}
	all, err := training.LoadResults(folder)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d results (%v)", len(all), err)
	}
	for _, r := range all {
		if last := r.Curve[len(r.Curve)-1].LearningRate; math.Abs(last-1e-5) > 1e-12 {
			t.Errorf("%s ends at the learning rate %g", r.Config, last)
		}
		if _, err := training.Trained(folder, r.Config, noise()); err != nil {
			t.Error(err)
		}
	}
}
