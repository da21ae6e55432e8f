package early_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testimages"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/early"
	"github.com/shattered-gradients/shattered/pkg/probes/look"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// budget returns a budget that takes a moment.
func budget(net models.Config) early.Budget {
	net.Depth, net.Width = 5, 12
	return early.Budget{Net: net, Steps: 30, Rates: []float64{1e-3, 1e-2}, Draws: 2, First: 7, Seed: 3}
}

// TestTrainingsDoNotDependOnEachOther: what a training leaves in the compiled step's store is nothing to the
// next one. Each comes out alone to the bit as it does among others.
func TestTrainingsDoNotDependOnEachOther(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	all := budget(batchResidual)
	together, err := early.GridBudget(t.Context(), e, all, 24)
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range all.Rates {
		for draw := range all.Draws {
			one := all
			one.Rates, one.Draws, one.First = []float64{rate}, 1, all.First+uint64(draw)
			alone, err := early.GridBudget(t.Context(), e, one, 24)
			if err != nil {
				t.Fatal(err)
			}
			losses := together[i][draw]
			if !reflect.DeepEqual(alone[0][0], losses) {
				t.Errorf("rate %g, draw %d: alone the losses are %v, among others %v", rate, draw,
					alone[0][0], losses)
			}
			if last := losses[all.Steps]; len(losses) != all.Steps+1 || !(last < losses[0]/2) {
				t.Errorf("rate %g, draw %d: the losses %v", rate, draw, losses)
			}
		}
	}
	if together[0][0][0] != together[1][0][0] || together[0][0][1] == together[1][0][1] ||
		together[0][0][0] == together[0][1][0] {
		t.Error("rates share the loss at the start of a draw, and nothing else")
	}
}

// TestBudgetStartsAtTheTarget compares the first loss with the net run stage by stage, and RunGrid's.
func TestBudgetStartsAtTheTarget(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	b := budget(models.Config{Net: "feedforward", Norm: norms.Layer})
	trained, err := early.GridBudget(t.Context(), e, b, 16)
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(b.Net)
	if err != nil {
		t.Fatal(err)
	}
	x, err := data.Grid(16, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := engine.Column(x, engine.DType)
	if err != nil {
		t.Fatal(err)
	}
	defer inputs.MustFinalizeAll()
	trace, err := look.Run(t.Context(), e, engine.Request{Net: net, Weights: net.Draw(b.Seed, b.First),
		Inputs: inputs, Output: true})
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for i, y := range trace.Output {
		want += math.Pow(y-math.Sin(3*x[i])-x[i]/2, 2) / 16
	}
	// float32 in another order of operations.
	if got := trained[0][0][0]; math.Abs(got/want-1) > 1e-5 {
		t.Errorf("the loss at the start is %g, want %g", got, want)
	}
}

// TestDivergenceIsAResult: losses end before the first that is not finite, and trainings after it go on.
func TestDivergenceIsAResult(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	b := budget(models.Config{Net: "feedforward"})
	b.Rates = []float64{1e9, 1e-3}
	trained, err := early.GridBudget(t.Context(), e, b, 16)
	if err != nil {
		t.Fatal(err)
	}
	if wild := len(trained[0][1]); wild < 1 || wild > b.Steps {
		t.Errorf("with a rate of 1e9 there are %d losses", wild)
	}
	b.Rates = b.Rates[1:]
	alone, err := early.GridBudget(t.Context(), e, b, 16)
	if err != nil || !reflect.DeepEqual(trained[1], alone[0]) {
		t.Errorf("after trainings that diverge the losses are %v, want %v, %v", trained[1], alone[0], err)
	}
}

func TestImageBudget(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	family, err := training.Families.Get("relu-bn")
	if err != nil {
		t.Fatal(err)
	}
	b := budget(family.Net)
	b.Net.Width, b.Steps, b.First, b.Draws = 2, 2, 0, 2
	data := training.CIFAR10(&images.Data{Train: testimages.Noise(20, 1), Test: testimages.Noise(16, 2)})
	trained, err := early.ImageBudget(t.Context(), e, b, data, 12, 4)
	if err != nil {
		t.Fatal(err)
	}
	// Of all images the first draw is what RunImages trains from under that seed.
	whole, err := early.ImageBudget(t.Context(), e, b, data, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	run, err := early.RunImages(t.Context(), e, early.ImagesConfig{Net: b.Net, Batch: 4, Images: 6,
		Steps: []int{0, 3}, LearningRate: b.Rates[1], Seed: b.Seed}, data)
	if err != nil || !reflect.DeepEqual(run.Losses, whole[1][0]) {
		t.Errorf("the losses are %v, and RunImages has %v, %v", whole[1][0], run.Losses, err)
	}
	if len(trained[1][1]) != 3 || trained[1][0][0] == whole[1][0][0] {
		t.Errorf("of 12 images the losses are %v, of all %v", trained, whole)
	}
}

func TestBudgetsAreChecked(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	for words, change := range map[string]func(*early.Budget){
		"give at least one of each": func(b *early.Budget) { b.Rates = nil },
		"the learning rate is -1":   func(b *early.Budget) { b.Rates[1] = -1 },
		" would ":                   func(b *early.Budget) { b.Steps = 1 << 60 },
		"takes images, not":         func(b *early.Budget) { b.Net.Net, b.Net.Depth = "conv-feedforward", 6 },
		"depth is 0":                func(b *early.Budget) { b.Net.Depth = 0 },
	} {
		b := budget(models.Config{Net: "feedforward"})
		change(&b)
		_, err := early.GridBudget(t.Context(), e, b, 16)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v is not a sentence with %q", err, words)
		}
	}
	_, err := early.ImageBudget(t.Context(), e, budget(models.Config{Net: "feedforward"}), nil, 0, 4)
	if err == nil || !strings.Contains(err.Error(), "does not take images") {
		t.Errorf("a dense net on images: %v", err)
	}
}
