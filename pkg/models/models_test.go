package models_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

func ExampleNew() {
	net, err := models.New(models.Config{Net: "residual", Depth: 3, Norm: norms.Batch, Beta: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, stage := range net.Stages {
		fmt.Println(stage.Name)
	}
	// Output:
	// input
	// layer_0
	// layer_1
	// layer_2
	// readout
}

// An activation of your own is a value: nothing needs to be registered.
func ExampleConfig_activation() {
	absolute := &activations.Activation{Name: "abs", Apply: graph.Abs}
	net, err := models.New(models.Config{Net: "feedforward", Depth: 24, Activation: absolute})
	fmt.Println(net.Config.Activation.Name, err)
	// Output: abs <nil>
}

func ExampleConfig_errors() {
	for _, config := range []models.Config{
		{Net: "transformer", Depth: 2},
		{Net: "feedforward", Depth: 0},
		{Net: "residual", Depth: 2},
	} {
		_, err := models.New(config)
		fmt.Println(err)
	}
	// Output:
	// unknown net "transformer": choose one of conv-feedforward, conv-residual, densenet, feedforward, highway, mixer, post-residual, residual, transformer-post, transformer-pre
	// depth is 0: give the number of rectifiers from input to output, at least 1
	// beta is 0: give the scale of the residual branch, a finite number above 0 (1 for plain residual nets, 0.1 to 0.3 as recommended)
}

func TestBadConfigsAreRefused(t *testing.T) {
	for want, config := range map[string]models.Config{
		"depth is -1":            {Net: "feedforward", Depth: -1},
		"width is -3":            {Net: "feedforward", Depth: 2, Width: -3},
		"beta is NaN":            {Net: "residual", Depth: 2, Beta: math.NaN()},
		"beta is +Inf":           {Net: "residual", Depth: 2, Beta: math.Inf(1)},
		"beta is -1":             {Net: "residual", Depth: 2, Beta: -1},
		"alpha is NaN":           {Net: "residual", Depth: 2, Beta: 1, Alpha: math.NaN()},
		"gamma2 is 1.5":          {Net: "highway", Depth: 2, Gamma2: 1.5},
		"gamma2 is NaN":          {Net: "highway", Depth: 2, Gamma2: math.NaN()},
		"neither alpha nor beta": {Net: "feedforward", Depth: 2, Beta: 1},
		"has no gamma2":          {Net: "residual", Depth: 2, Beta: 1, Gamma2: 0.5},
		"unknown statistics":     {Net: "feedforward", Depth: 2, Statistics: "thawed"},
		"unknown net":            {Depth: 2},
		`"mine" has no Apply`:    {Net: "feedforward", Depth: 2, Norm: &norms.Norm{Name: "mine"}},
		`"own" has no Apply`: {Net: "feedforward", Depth: 2,
			Activation: &activations.Activation{Name: "own"}},
		`"empty" has no Fill`: {Net: "feedforward", Depth: 2,
			Initializer: &initializers.Initializer{Name: "empty"}},
		"depth is 0: give the nu": {Net: "highway"},
		"depth is 1: a conv-":     {Net: "conv-feedforward", Depth: 1},
		"height of images is -1":  {Net: "conv-feedforward", Depth: 2, Images: models.Images{Height: -1}},
		"doubled over 9": {Net: "conv-feedforward", Depth: 2, Width: 1 << 12,
			Images: models.Images{Resolutions: 9}},
		"filter_scale of images": {Net: "conv-feedforward", Depth: 2,
			Images: models.Images{FilterScale: math.NaN()}},
		"that leaves a filter": {Net: "conv-feedforward", Depth: 2, Width: 4,
			Images: models.Images{FilterScale: 0.2}},
		"takes numbers, not": {Net: "feedforward", Depth: 2, Images: models.Images{Height: 8}},
		"beta is 0":          {Net: "conv-residual", Depth: 2},
		"has no skips": {Net: "conv-feedforward", Depth: 2,
			Images: models.Images{Shortcut: models.Projection}},
		"either Init or Widen": {Net: "conv-residual", Depth: 2, Beta: 1,
			Images: models.Images{Shortcut: &models.Shortcut{Name: "own"}}},
		"layers of branch is -2": {Net: "residual", Beta: 1, Depth: 2, Branch: models.Branch{Layers: -2}},
		"beta is -0.5": {Net: "residual", Beta: -0.5, Depth: 2,
			Branch: models.Branch{Learnt: true}},
		"which all would be 0": {Net: "residual", Beta: 1, Depth: 2, Branch: models.Branch{Fixup: true}},
		"fixup has the initialiser": {Net: "residual", Beta: 1, Depth: 2, Initializer: initializers.LeCun,
			Branch: models.Branch{Layers: 2, Fixup: true}},
		"a feedforward net has no choice of branches (got skips over 2 layers)": {
			Net: "feedforward", Depth: 2, Branch: models.Branch{Layers: 2}},
		"a conv-residual net has no choice": {Net: "conv-residual", Beta: 1, Depth: 3,
			Branch: models.Branch{Layers: 2}},
		"the skips of a post-residual net add": {Net: "post-residual", Beta: 1, Depth: 3,
			Activation: activations.CReLU},
		"a densenet net has neither alpha": {Net: "densenet", Beta: 1, Depth: 3},
		"a mixer net has neither alpha":    {Net: "mixer", Beta: 1, Depth: 3},
		"a transformer-post net has no choice of branches": {Net: "transformer-post", Depth: 3,
			Branch: models.Branch{Layers: 2}},
		"looks-linear net": {Net: "feedforward", Depth: 2, LooksLinear: true},
		`"own" learns`: {Net: "feedforward", Depth: 2,
			Activation: &activations.Activation{Name: "own", Learnt: activations.PReLU.Learnt}},
	} {
		_, err := models.New(config)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v does not say %q", config, err, want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: the error is more than a sentence: %v", config, err)
		}
	}
}

func TestWeightsHaveTheirVariances(t *testing.T) {
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3})
	if err != nil {
		t.Fatal(err)
	}
	draw := net.Draw(7, 0)
	for i, want := range []float64{1, 2.0 / 200, 2.0 / 200, 1.0 / 200} { // biases, W_0, W_1, read-out
		values := draw.Values(i)[0]
		n, sum, squares := float64(len(values)), 0.0, 0.0
		for _, value := range values {
			sum += float64(value)
			squares += float64(value) * float64(value)
		}
		// The mean of n normals has deviation sqrt(want/n), their mean square want*sqrt(2/n); 4 deviations
		// are passed by one in 16 000 seeds, and this seed is fixed.
		if mean := sum / n; math.Abs(mean) > 4*math.Sqrt(want/n) {
			t.Errorf("%s: mean %g", net.Stages[i].Name, mean)
		}
		if variance := squares / n; math.Abs(variance/want-1) > 4*math.Sqrt(2/n) {
			t.Errorf("%s: variance %g, want %g", net.Stages[i].Name, variance, want)
		}
	}
}

func TestDrawsAreDeterminedByTheirSeed(t *testing.T) {
	net, err := models.New(models.Config{Net: "feedforward", Depth: 3, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	first := func(seed, index uint64, stage int) float32 { return net.Draw(seed, index).Values(stage)[0][0] }
	if first(1, 0, 2) != first(1, 0, 2) {
		t.Error("the same draw gives two values")
	}
	seen := make(map[float32]string)
	for _, draw := range []struct {
		seed, index uint64
		stage       int
	}{{1, 0, 1}, {1, 0, 2}, {1, 1, 1}, {2, 0, 1}, {0, 1, 1}} {
		value, label := first(draw.seed, draw.index, draw.stage), fmt.Sprint(draw)
		if other, found := seen[value]; found {
			t.Errorf("draws %s and %s start with the same number", label, other)
		}
		seen[value] = label
	}
	if _, err := net.Draw(1, 0).Stage(nil, 0, dtypes.Int32); err == nil {
		t.Error("weights drawn as int32 give no error")
	}
}

func TestConfigAsJSON(t *testing.T) {
	net, err := models.New(models.Config{Net: "residual", Depth: 2, Beta: 0.1, Norm: norms.Batch})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(net.Config)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"net":"residual","depth":2,"width":200,"norm":"bn","statistics":"frozen","alpha":1,"beta":0.1,"activation":"relu","initializer":"he"}`
	if string(got) != want {
		t.Errorf("config as JSON:\n got %s\nwant %s", got, want)
	}
}

// TestShortcutsInConfigs: option A, whether it is named or not, is what a config's JSON does not speak of, so
// that it is the net that it was before there were others; and the others leave the convolutions' weights as
// they are, and add their matrices after them.
func TestShortcutsInConfigs(t *testing.T) {
	build := func(shortcut *models.Shortcut) (net *models.Net, text string) {
		net, err := models.New(models.Config{
			Net: "conv-residual", Depth: 7, Width: 2, Beta: 1, Images: models.Images{Shortcut: shortcut},
		})
		if err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(net.Config)
		if err != nil {
			t.Fatal(err)
		}
		return net, string(content)
	}
	want := `{"net":"conv-residual","depth":7,"width":2,"norm":"none","statistics":"frozen","alpha":1,"beta":1,"activation":"relu","initializer":"he",` +
		`"images":{"height":32,"width":32,"channels":3,"resolutions":3,"outputs":10}}`
	plain, text := build(nil)
	if text != want {
		t.Errorf("config as JSON:\n got %s\nwant %s", text, want)
	}
	if _, named := build(models.OptionA); named != want {
		t.Errorf("config of a net with option A by name:\n got %s\nwant %s", named, want)
	}
	for _, shortcut := range []*models.Shortcut{models.Projection, models.Preactivated, models.ChannelCopy} {
		net, text := build(shortcut)
		if !strings.HasSuffix(text, `"outputs":10,"shortcut":"`+shortcut.Name+`"}}`) {
			t.Errorf("config as JSON: %s", text)
		}
		var matrices [][]int
		for i := range net.Stages {
			weights, plain := net.Draw(1, 0).Values(i), plain.Draw(1, 0).Values(i)
			if !slices.EqualFunc(weights[:len(plain)], plain, slices.Equal[[]float32]) {
				t.Errorf("%s: the weights of %s are not those of a net with option A", shortcut,
					net.Stages[i].Name)
			}
			for _, param := range net.Stages[i].Block.Params()[len(plain):] {
				matrices = append(matrices, param.Dims)
			}
		}
		want := "[[2 4] [4 8]]"
		if shortcut == models.ChannelCopy {
			want = "[]"
		}
		if fmt.Sprint(matrices) != want {
			t.Errorf("%s: matrices %v, want %s", shortcut, matrices, want)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	net, err := models.New(models.Config{Net: "feedforward", Depth: 50})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for i := range net.Stages {
			net.Draw(1, 0).Values(i)
		}
	}
}

func TestRegistered(t *testing.T) {
	own := &norms.Norm{Name: "bn", Apply: norms.Batch.Apply}
	for _, test := range []struct {
		config models.Config
		want   bool
	}{
		{models.Config{}, true},
		{models.Config{Norm: norms.Batch, Activation: activations.ReLU, Initializer: initializers.He}, true},
		{models.Config{Norm: own}, false}, // of the same name, but another
		{models.Config{Activation: &activations.Activation{Name: "mine"}}, false},
		{models.Config{Initializer: &initializers.Initializer{Name: "he"}}, false},
		{models.Config{Activation: activations.Leaky(0.25),
			Initializer: initializers.Scaled(initializers.He, 0.7)}, true}, // their names have the parameters
		{models.Config{Activation: &activations.Activation{Name: "leaky-0.25"}}, false},
		{models.Config{Initializer: initializers.Scaled(&initializers.Initializer{Name: "he"}, 0.7)}, false},
		{models.Config{Images: models.Images{Shortcut: models.ChannelCopy}}, true},
		{models.Config{Images: models.Images{Shortcut: &models.Shortcut{Name: "copy"}}}, false},
	} {
		if got := test.config.Registered(); got != test.want {
			t.Errorf("%+v: registered is %t", test.config, got)
		}
	}
}
