package training_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// noteKernel makes the runner note the values of the first convolution after every step.
func noteKernel(r *training.Runner, kernel *[]float32) {
	attach := r.Attach
	r.Attach = func(loop *train.Loop) {
		if attach != nil {
			attach(loop)
		}
		loop.OnStep("kernel", -3, func(loop *train.Loop, _ []*tensors.Tensor) error {
			variable := loop.Trainer.Store().GetVariable("/net/conv_1/kernel")
			*kernel = tensors.MustCopyFlatData[float32](variable.MustValue())
			return nil
		})
	}
}

// TestTrainedNets: the net of a run has the weights that the run ended with, or stopped with, in every draw
// and under any statistics.
func TestTrainedNets(t *testing.T) {
	folder := t.TempDir()
	var kernel []float32
	check := func(config training.Config) {
		t.Helper()
		net, err := training.Trained(folder, config, runner(t, folder).Data)
		if err != nil {
			t.Fatal(err)
		}
		own := net.Config
		own.Statistics = norms.Frozen
		frozen, err := models.New(own)
		if err != nil {
			t.Fatal(err)
		}
		for _, draw := range []*models.Draw{net.Draw(1, 0), frozen.Draw(2, 1)} {
			if got := draw.Values(0)[0]; !slices.Equal(got, kernel) {
				t.Errorf("%s: the first convolution is %v, want %v", config, got[:3], kernel[:3])
			}
		}
	}
	kept := runner(t, folder)
	kept.KeepWeights = true
	noteKernel(kept, &kernel)
	finished := config("resnet", 3, 4, 1)
	if _, err := kept.Run(t.Context(), finished); err != nil {
		t.Fatal(err)
	}
	check(finished)

	ctx, cancel := context.WithCancel(t.Context())
	stopped := runner(t, folder)
	stopAfter(stopped, cancel, 2)
	noteKernel(stopped, &kernel)
	interrupted := config("resnet", 3, 4, 2)
	if _, err := stopped.Run(ctx, interrupted); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	check(interrupted)

	wanted := func(config training.Config, want string) {
		t.Helper()
		_, err := training.Trained(folder, config, kept.Data)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v does not say %q in a sentence", err, want)
		}
	}
	wanted(config("resnet", 3, 4, 3), "there are no weights of resnet, 3 layers, seed 3")
	forgotten := config("resnet", 3, 4, 4)
	if _, err := runner(t, folder).Run(t.Context(), forgotten); err != nil {
		t.Fatal(err)
	}
	wanted(forgotten, "move that elsewhere first")
	all, err := filepath.Glob(filepath.Join(folder, training.RunsFolder, "*", "weights"))
	if err != nil || len(all) != 1 {
		t.Fatalf("weights in %v, %v", all, err)
	}
	content, err := os.ReadFile(all[0])
	if err == nil {
		err = os.WriteFile(all[0], bytes.Replace(content, []byte("net"), []byte("nut"), 1), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	wanted(finished, "is damaged: it is not what was written")
}
