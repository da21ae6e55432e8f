package training_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// onBoth does a test on both backends, or on the one that is there.
func onBoth(t *testing.T, test func(t *testing.T, backend compute.Backend)) {
	t.Run("go", func(t *testing.T) { test(t, testbackend.Go(t)) })
	t.Run("xla", func(t *testing.T) { test(t, testbackend.XLA(t)) })
}

// weights makes the runner note a hash of all variables after a step: weights, moments, counters, learning
// rate. GoMLX's moving averages, which begin anew with every loop and are for show, are left out.
func weights(r *training.Runner, step int, note *string) {
	attach := r.Attach
	r.Attach = func(loop *train.Loop) {
		if attach != nil {
			attach(loop)
		}
		loop.OnStep("weights", -2, func(loop *train.Loop, _ []*tensors.Tensor) error {
			if loop.LoopStep+1 != step {
				return nil
			}
			sum, variables := sha256.New(), 0
			for v := range loop.Trainer.Store().IterVariables() {
				if strings.HasPrefix(v.Path(), "/metrics/") {
					continue
				}
				variables++
				fmt.Fprintln(sum, v.Path(), v.Shape())
				if err := v.MustValue().ConstBytes(func(content []byte) { sum.Write(content) }); err != nil {
					return err
				}
			}
			*note = fmt.Sprintf("%d variables, %x", variables, sum.Sum(nil))
			return nil
		})
	}
}

// stopAfter makes the runner's context end in the steps of those numbers, one a loop.
func stopAfter(r *training.Runner, stop func(), steps ...int) {
	r.Attach = func(loop *train.Loop) {
		loop.OnStep("stop", -1, func(loop *train.Loop, _ []*tensors.Tensor) error {
			if len(steps) > 0 && loop.LoopStep+1 == steps[0] {
				stop()
				steps = steps[1:]
			}
			return nil
		})
	}
}

// withoutTimes returns a result's JSON but for what no two runs share.
func withoutTimes(t *testing.T, result *training.Result) string {
	t.Helper()
	r := *result
	r.Provenance.WallSeconds, r.Provenance.Started = 0, r.Provenance.Started.Truncate(1<<62)
	r.Curve = append([]training.Point(nil), r.Curve...)
	for i := range r.Curve {
		r.Curve[i].Seconds = 0
	}
	r.Looks = append([]training.ProbeLook(nil), r.Looks...)
	for i := range r.Looks {
		r.Looks[i].Seconds = 0
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestResumedRunsAreTheSame compares a run with one that is stopped, saved and taken up again in the middle
// of an epoch, at the end of one, where a point of the curve or a look at the net is due, and after its last
// step: all variables to the last bit, and the result. The plateau rule, or a schedule, drops the learning
// rate on the way, before and after the stops.
func TestResumedRunsAreTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	onBoth(t, func(t *testing.T, backend compute.Backend) {
		stops, looks := []int{3, 8, 14, 20}, []int{4, 12, 20}
		if strings.HasSuffix(t.Name(), "/xla") {
			// it compiles for a second or more what comes after a stop
			stops, looks = []int{3, 14}, []int{12}
		}
		for _, family := range []string{"ll", "resnet"} {
			c := config(family, 3, 20, 1)
			c.Optimizer.Plateau = training.Plateau{Window: 1, Patience: 1, MinFall: 0.99, Factor: 0.5}
			// at the ends of epochs 2 and 4
			t.Run(family, func(t *testing.T) { testResumed(t, backend, c, 0.01/4, stops) })
		}
		c := config("resnet", 4, 20, 1)
		c.Optimizer.Schedule, c.Shortcut, c.Probe = "drop", "projection",
			training.Probe{Minibatches: 2, Images: 5}
		t.Run("drop", func(t *testing.T) { testResumed(t, backend, c, 0.01/100, looks) })
	})
}

func testResumed(t *testing.T, backend compute.Backend, c training.Config, rate float64, stops []int) {
	var want, again, got string
	whole := &training.Runner{Backend: backend, Data: small, Folder: t.TempDir()}
	weights(whole, 20, &want)
	wanted, err := whole.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if last := wanted.Curve[len(wanted.Curve)-1].LearningRate; math.Abs(last/rate-1) > 1e-12 {
		t.Errorf("the learning rate ends at %g, want %g", last, rate)
	}

	twice := &training.Runner{Backend: backend, Data: small}
	weights(twice, 20, &again)
	if _, err := twice.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if again != want {
		t.Fatalf("two runs that nothing interrupts differ: %s is not deterministic", backend.Name())
	}

	ctx, stop := context.WithCancel(t.Context())
	parts := &training.Runner{Backend: backend, Data: small, Folder: t.TempDir()}
	stopAfter(parts, func() { stop() }, stops...)
	weights(parts, 20, &got)
	for range stops {
		if _, err := parts.Run(ctx, c); !training.Stopped(err) {
			t.Fatalf("a run whose context ended gives %v", err)
		}
		ctx, stop = context.WithCancel(t.Context())
	}
	resumed, err := parts.Run(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if got != want {
		t.Errorf("the weights are not those of the run that was not interrupted:\n got %s\nwant %s", got,
			want)
	}
	if got, want := withoutTimes(t, resumed), withoutTimes(t, wanted); got != want {
		t.Errorf("result:\n got %s\nwant %s", got, want)
	}
}

// TestRunLearns trains every family on images that a linear net can tell apart, and looks at what a run
// leaves.
func TestRunLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			folder := t.TempDir()
			r := &training.Runner{Backend: testbackend.Open(t), Data: small, Folder: folder}
			var seen []training.Point
			r.Observe = func(of training.Config, p training.Point) { seen = append(seen, p) }
			c := config(family, 3, 0, 1)
			c.Width = 4
			c.Budget.Epochs, c.Budget.EvalEvery = 10, 0
			result, err := r.Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			// Guessing is right in half of the cases, in 24 images in more than 20 of them with probability
			// 1e-4.
			if result.Status != training.Finished || result.TestAccuracy < 20.0/24 {
				t.Errorf("%s with an accuracy of %g after %d steps", result.Status, result.TestAccuracy,
					result.Steps)
			}
			if result.Steps != 40 || len(result.Curve) != 10 || !reflect.DeepEqual(seen, result.Curve) {
				t.Errorf("%d steps and the curve %+v, seen was %+v", result.Steps, result.Curve, seen)
			}
			for i, p := range result.Curve {
				if p.Step != 4*(i+1) || p.Epoch != float64(i+1) || p.LearningRate != 0.01 ||
					!(p.TrainLoss >= 0) || !(p.TestLoss >= 0) {
					t.Errorf("point %d is %+v", i, p)
				}
			}
			logged, err := os.ReadFile(filepath.Join(only(t, folder), "log.jsonl"))
			if lines := bytes.Count(logged, []byte("\n")); err != nil || lines != 10 {
				t.Errorf("the log has %d lines (%v)", lines, err)
			}
			if left, _ := filepath.Glob(filepath.Join(only(t, folder), "*")); len(left) != 3 {
				t.Errorf("a finished run leaves %v, want log, result and lock", left)
			}
			r.Attach = func(*train.Loop) { t.Error("a finished run is done again") }
			again, err := r.Run(t.Context(), c)
			if err != nil || withoutTimes(t, again) != withoutTimes(t, result) {
				t.Errorf("the finished run gives %+v, %v", again, err)
			}
		})
	}
}

// only returns the folder of the only run.
func only(t *testing.T, results string) string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(results, training.RunsFolder, "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("there are runs in %v (%v), want one", folders, err)
	}
	return folders[0]
}

// TestDivergedRuns checks that what is no number ends a run with a result: the first loss of pixels that
// overflow, and weights that a learning rate beyond the range of float32 makes infinite.
func TestDivergedRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains nets")
	}
	for name, test := range map[string]struct {
		data   stripes
		rate   float64
		reason string
	}{
		"loss": {stripes{size: 8, train: 32, test: 24, value: math.MaxFloat32}, 0.01,
			"the loss is NaN or infinite at step 1"},
		"weights": {small, 1e38, "is NaN or infinite at step"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, backend compute.Backend) {
				folder := t.TempDir()
				c := config("relu", 3, 6, 1)
				c.Optimizer.LearningRate = test.rate
				result, err := (&training.Runner{Backend: backend, Data: test.data,
					Folder: folder}).Run(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if result.Status != training.Diverged || !strings.Contains(result.Reason, test.reason) ||
					result.TestAccuracy != 0.5 {
					t.Errorf("%+v", result)
				}
				if all, err := training.LoadResults(folder); err != nil || len(all) != 1 ||
					all[0].Status != training.Diverged {
					t.Errorf("found %+v, %v", all, err)
				}
			})
		})
	}
}

func TestRunRefusesBadInput(t *testing.T) {
	good := func() training.Config { return config("relu", 3, 6, 1) }
	for want, change := range map[string]func(*training.Config){
		"unknown family":       func(c *training.Config) { c.Family = "transformer" },
		"depth is 1":           func(c *training.Config) { c.Depth = 1 },
		"width is -1":          func(c *training.Config) { c.Width = -1 },
		"number of images is":  func(c *training.Config) { c.Budget.Images = -1 },
		"3 epochs and 6 steps": func(c *training.Config) { c.Budget.Epochs = 3 },
		"0 epochs and 0 steps": func(c *training.Config) { c.Budget.Steps = 0 },
		"learning rate is -1":  func(c *training.Config) { c.Optimizer.LearningRate = -1 },
		"learning rate is NaN": func(c *training.Config) { c.Optimizer.LearningRate = math.NaN() },
		"a window of -1":       func(c *training.Config) { c.Optimizer.Plateau.Window = -1 },
		"unknown schedule":     func(c *training.Config) { c.Optimizer.Schedule = "railway" },
		"give one of the two": func(c *training.Config) {
			c.Optimizer.Schedule,
				c.Optimizer.Plateau.Window = "drop", 3
		},
		"unknown shortcut": func(c *training.Config) { c.Shortcut = "detour" },
		"has no skips":     func(c *training.Config) { c.Shortcut = "projection" },
		"minibatches of 1 ima": func(c *training.Config) {
			c.Probe = training.Probe{Minibatches: 1,
				Images: 1}
		},
	} {
		c := good()
		change(&c)
		if _, err := runner(t, t.TempDir()).Run(t.Context(), c); err == nil ||
			!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := runner(t, file).Run(t.Context(), good()); err == nil ||
		!strings.Contains(err.Error(), "choose a results folder") {
		t.Errorf("results in a file give %v", err)
	}
}
