package training_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// result returns a result as a run of that seed and number of steps could leave it, with a point of the curve
// for every step.
func result(seed uint64, steps int) training.Result {
	c := config("relu", 3, steps, seed)
	c.Optimizer.Plateau = training.Plateau{Window: 10, Patience: 5, MinFall: 0.01, Factor: 0.1}
	r := training.Result{
		ID: fmt.Sprintf("%064x", seed), Config: c, Net: json.RawMessage(`{"depth":3,"width":2}`),
		Parameters: 1, Status: training.Finished, Steps: steps,
		Provenance: results.Provenance{Seed: seed, Backend: "go", Started: time.Unix(1e9, 0).UTC(),
			Modules: map[string]string{}},
	}
	for i := range steps {
		r.Curve = append(r.Curve, training.Point{Step: i + 1, Epoch: float64(i+1) / 4, LearningRate: 0.01})
	}
	return r
}

// damages are changes of a result's JSON that no run can have come to, with what the error says of them.
var damages = []struct{ old, changed, want string }{
	{`"test_accuracy":0,"train_accuracy"`, `"test_accuracy":7,"train_accuracy"`, "test accuracy is 7"},
	{`"test_accuracy":0,"train_accuracy"`, `"test_accuracy":-1,"train_accuracy"`, "test accuracy is -1"},
	{`"test_accuracy":0,"train_accuracy"`, `"test_accuracy":0.5,"train_accuracy"`,
		"at the end of the curve 0"},
	{`"test_accuracy":0,"train_accuracy"`, `"train_accuracy"`, "has no test_accuracy"},
	{`"test_accuracy":0,"train_accuracy"`, `"test_accuracy":null,"train_accuracy"`, "test_accuracy is null"},
	{`"train_loss":0,"curve"`, `"train_loss":0.1,"curve"`, "the loss 0.1"},
	{`"train_loss":0,"train_accuracy":0,"test_loss"`, `"train_loss":-1,"train_accuracy":0,"test_loss"`,
		"losses -1"},
	{`"test_loss":0,"test_accuracy":0`, `"test_loss":0,"test_accuracy":1.5`, "accuracies 0 and 1.5"},
	{`"depth":3,"width":2,"seed"`, `"depth":-5,"width":2,"seed"`, "depth -5"},
	{`"depth":3,"width":2,"seed"`, `"depth":50,"width":2,"seed"`, "depth 50, and that of the net 3"},
	{`"seed":1,"budget"`, `"seed":2,"budget"`, "seed 1"},
	{`"family":"relu"`, `"family":""`, `family is ""`},
	{`"status":"finished"`, `"status":"done"`, `status is "done"`},
	{`"status":"finished"`, `"status":"diverged"`, `for the reason ""`},
	{`"steps":2,"test_accuracy"`, `"steps":200,"test_accuracy"`, "200 steps"},
	{`"step":2,`, `"step":1,`, "point 2"},
	{`"learning_rate":0.01,"plateau"`, `"learning_rate":-1,"plateau"`, "learning rate is -1"},
	{`"batch":8,`, `"batch":0,`, "lacks its defaults"},
	{`"parameters":1`, `"parameters":0`, "0 parameters"},
	{`"backend":"go"`, `"backend":""`, `backend ""`},
	{`"wall_seconds":0`, `"seconds":0`, "unknown field"},
	{`"id":"0`, `"id":"x`, "not a hash"},
}

// line returns the JSON of a result.
func line(t *testing.T, r training.Result) string {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWrongLines collects runs and damages one line of the file: the others are still found, and a file with
// such a line is not written over.
func TestWrongLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	good := line(t, result(1, 2))
	lines := []string{"null", "{}", "[]", `"text"`, good[:len(good)/2], good + good, ""}
	wants := []string{"is null", "has no", "cannot unmarshal", "cannot unmarshal", "EOF", "behind its end",
		"is empty"}
	for _, d := range damages {
		changed := strings.Replace(good, d.old, d.changed, 1)
		if changed == good {
			t.Fatalf("%s is not in %s", d.old, good)
		}
		lines, wants = append(lines, changed), append(wants, d.want)
	}
	for i, damaged := range lines {
		faulttest.Inputs(t, 1)
		content := line(t, result(2, 2)) + "\n" + damaged + "\n" + line(t, result(3, 2)) + "\n"
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		all, err := training.LoadResults(file)
		var wrong *results.Unusable
		if !errors.As(err, &wrong) || len(wrong.Files) != 1 ||
			!strings.Contains(err.Error(), "line 2 of "+file) || !strings.Contains(err.Error(), wants[i]) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("the line %s gives %v, want %q", damaged, err, wants[i])
		}
		if len(all) != 2 {
			t.Errorf("with the line %s found are %d runs, want 2", damaged, len(all))
		}
		if _, err := training.Collect(file, []training.Result{result(4, 2)}); !errors.As(err, &wrong) {
			t.Errorf("collecting behind the line %s gives %v", damaged, err)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != content {
			t.Errorf("collecting behind the line %s made it %s, %v", damaged, now, err)
		}
	}
}

// TestWrongResults damages the result of one of two runs in a results folder, whose name looks like a
// pattern.
func TestWrongResults(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "[a-b]*?{x}\\'\"#%ä日")
	put := func(seed uint64, content string) string {
		t.Helper()
		path := filepath.Join(folder, training.RunsFolder, fmt.Sprintf("relu-3-%d-00000000", seed),
			"result.json")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777),
			os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put(2, line(t, result(2, 2)))
	if err := os.WriteFile(filepath.Join(folder, training.RunsFolder, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "null", "{}", line(t, result(3, 2)),
		strings.Replace(line(t, result(1, 2)), `"test_accuracy":0`, `"test_accuracy":7`, 1)} {
		path := put(1, content)
		all, err := training.LoadResults(folder)
		var wrong *results.Unusable
		if !errors.As(err, &wrong) || len(wrong.Files) != 1 || !strings.Contains(err.Error(), path) ||
			len(all) != 1 || all[0].Config.Seed != 2 {
			t.Errorf("the result %q gives %+v, %v", content, all, err)
		}
	}
	put(1, line(t, result(1, 2)))
	if all, err := training.LoadResults(folder); err != nil || len(all) != 2 {
		t.Errorf("two good results give %d, %v", len(all), err)
	}
}

// TestCollectAtOnce lets many collect into one file at the same time: none loses what another has collected.
func TestCollectAtOnce(t *testing.T) {
	faulttest.Faults(t, 1)
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	var group sync.WaitGroup
	for seed := range uint64(20) {
		group.Go(func() {
			if _, err := training.Collect(file, []training.Result{result(seed+1, 2)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if all, err := training.LoadResults(file); err != nil || len(all) != 20 {
		t.Errorf("%d of 20 runs are there, %v", len(all), err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
}
