package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/sbinet/npyio/npy"
	"github.com/shattered-gradients/shattered/internal/npyarray"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"google.golang.org/protobuf/proto"
)

// writeArray writes values as a .npy file and returns its path.
func writeArray[T float32 | float64 | int64 | int16](t *testing.T, name string, values []T,
	dims ...int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := npy.Write(file, npyarray.Shaped(values, dims)); err != nil {
		t.Fatal(err)
	}
	return path
}

// ramp returns n different numbers.
func ramp[T float32 | float64](n int) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = T(i*i%17) / 4
	}
	return values
}

// probeArguments are those of a probe that takes a moment, into a folder.
func probeArguments(folder, more string) []string {
	return slices.Concat([]string{"residual", "--depth", "3", "--width", "6", "--beta", "0.5", "--points",
		"12", "--draws", "2",
		"--backend", "go", "--results", folder}, strings.Fields(more))
}

// TestProbeOfANetOfThePaper does a whole command, twice: the second begins anew, as nothing unfinished is
// kept.
func TestProbeOfANetOfThePaper(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		if err := runProbe(probeArguments(folder, "--name mine")); err != nil {
			t.Fatal(err)
		}
	}
	resultstest.CheckData(t, folder, "probe-mine")
	for _, extension := range []string{".html", ".png", ".svg"} {
		if info, err := os.Stat(filepath.Join(folder, "probe-mine"+extension)); err != nil ||
			info.Size() < 1000 {
			t.Errorf("%s: %v", extension, err)
		}
	}
	kept, err := filepath.Glob(filepath.Join(folder, ".parts-probe", "*", "*"))
	if err != nil || len(kept) != 0 {
		t.Errorf("parts are left: %v, %v", kept, err)
	}
}

// TestProbeOfAFile does whole commands of models in files: as they are and drawn anew, of all kinds of
// outputs, and of images as PyTorch has them.
func TestProbeOfAFile(t *testing.T) {
	folder := t.TempDir()
	onnx := filepath.Join("..", "..", "pkg", "models", "onnx", "testdata")
	dense := writeArray(t, "dense.npy", ramp[float64](6*6), 6, 6)
	images := writeArray(t, "images.npy", ramp[float32](4*3*8*8), 4, 3, 8, 8)
	steps := writeArray(t, "steps.npy", ramp[float32](3*5*8), 3, 5, 8)
	labels := writeArray(t, "labels.npy", []int64{1, 0, 1, 1}, 4)
	for _, arguments := range []string{
		"dense.onnx --name plain --inputs " + dense,
		"dense.onnx --name drawn --weights he --draws 3 --output 1 --way arc --batch 5 --inputs " + dense,
		"resnet.onnx --name images --output loss --labels " + labels + " --inputs " + images,
		"transformer.onnx --name steps --pairs 3 --inputs " + steps,
	} {
		err := runProbe(append(strings.Fields(onnx+"/"+arguments), "--points", "9", "--backend", "go",
			"--results", folder))
		if err != nil {
			t.Errorf("%s: %v", arguments, err)
		}
	}
	for _, name := range []string{"plain", "drawn", "images", "steps"} {
		resultstest.CheckData(t, folder, "probe-"+name)
	}
	content, err := os.ReadFile(filepath.Join(folder, "probe-drawn.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"draws": 3`, `"output": "1"`, `"kind": "arc"`, `"weights": "drawn anew as He et al. 2015 do"`,
		`"given": 6`,
		`"pairs": 15`, `"shared": true`,
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the results lack %s", want)
		}
	}
}

// TestPartsOfOneOutputAreNotThoseOfAnother: what an interrupted probe keeps of a file's output is not taken
// for another output of the file.
func TestPartsOfOneOutputAreNotThoseOfAnother(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "pkg", "models", "onnx", "testdata", "dense.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	var model protos.ModelProto
	if err := proto.Unmarshal(content, &model); err != nil {
		t.Fatal(err)
	}
	inner := model.Graph.Node[0].Output[0]
	model.Graph.Output = append(model.Graph.Output, &protos.ValueInfoProto{Name: inner,
		Type: model.Graph.Output[0].Type})
	if content, err = proto.Marshal(&model); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "two.onnx")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	inputs := writeArray(t, "dense.npy", ramp[float64](6*6), 6, 6)
	keys := make(map[string]bool)
	for _, output := range []string{inner, model.Graph.Output[0].Name} {
		f, err := parseProbe([]string{path, "--inputs", inputs, "--output-name", output})
		if err != nil {
			t.Fatal(err)
		}
		asked, err := f.ask(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		keys[asked.config.Key] = true
	}
	if len(keys) != 2 {
		t.Errorf("two outputs have the key %v", keys)
	}
}

// TestProbePairs makes pairs of the inputs of a file: of different ones where there are enough, and never a
// pair twice.
func TestProbePairs(t *testing.T) {
	g := &given{values: ramp[float64](10), shape: []int{1}, labels: []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}
	for i := range g.values {
		g.values[i] = float64(i)
	}
	for _, test := range []struct {
		wanted, got int
		asked       bool
		shared      bool
	}{{5, 5, true, false}, {6, 6, true, true}, {45, 45, true, true}, {46, 45, false, true}} {
		pairs, shared, err := (&probeFlags{pairs: test.wanted, pairsGiven: test.asked, seed: 3}).makePairs(g)
		if err != nil || len(pairs) != test.got || shared != test.shared {
			t.Fatalf("%d pairs, shared %t, %v, want %+v", len(pairs), shared, err, test)
		}
		seen, of := make(map[string]bool), make(map[float64]int)
		for _, pair := range pairs {
			from, to := pair.From[0], pair.To[0]
			key := fmt.Sprint(min(from, to), max(from, to))
			if seen[key] || from == to || pair.Label != 9-int(from) {
				t.Errorf("pair %v of label %d", key, pair.Label)
			}
			seen[key] = true
			of[from]++
			of[to]++
		}
		for input, count := range of {
			if !test.shared && count > 1 {
				t.Errorf("input %g is in %d pairs", input, count)
			}
		}
	}
}

// TestProbeRefusesBadInput: a sentence each, before anything is written.
func TestProbeRefusesBadInput(t *testing.T) {
	silence(t)
	t.Setenv("CIFAR10_DIR", t.TempDir())
	folder := filepath.Join(t.TempDir(), "results")
	good := writeArray(t, "good.npy", ramp[float32](8), 8, 1)
	text := filepath.Join(t.TempDir(), "text.npy")
	if err := os.WriteFile(text, []byte("1, 2, 3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.npy")
	if err := os.WriteFile(cut, whole[:len(whole)-5], 0o644); err != nil {
		t.Fatal(err)
	}
	nan := ramp[float64](4)
	nan[2] = nan[2] / 0 * 0
	for want, more := range map[string]string{
		"--pairs is 0":                      "--pairs 0",
		"--points is 1":                     "--points 1",
		"--draws is -1":                     "--draws -1",
		"batch is 13":                       "--batch 13",
		`--output is "logit"`:               "--output logit",
		"output is 4, and":                  "--output 4",
		"a single output":                   "--output loss",
		"unknown kind of path":              "--way spiral",
		"say the same thing twice":          "--images cifar10 --inputs " + good,
		`--images is "imagenet"`:            "--images imagenet",
		"--labels are those of --inputs":    "--labels " + good,
		"takes a model and flags":           "more",
		"not defined":                       "--speed 3",
		"no such file":                      "--inputs nowhere.npy",
		"is a folder":                       "--inputs " + t.TempDir(),
		"it is not a whole array of NumPy":  "--inputs " + text,
		"cut.npy: it is not a whole array":  "--inputs " + cut,
		`NumPy's type "<i2"`:                "--inputs " + writeArray(t, "short.npy", []int16{1, 2}, 2, 1),
		"give at least two inputs":          "--inputs " + writeArray(t, "one.npy", []float32{1}, 1, 1),
		"give an array of shape [inputs 1]": "--inputs " + writeArray(t, "wide.npy", ramp[float32](8), 4, 2),
		"input 2 of":                        "--inputs " + writeArray(t, "nan.npy", nan, 4, 1),
		"8 inputs make 28 pairs":            "--pairs 29 --inputs " + good,
		"one class for each of the 8 " +
			"inputs": "--inputs " + good + " --labels " + writeArray(t, "few.npy", []int64{1, 2}, 2),
		"give whole numbers " +
			"from 0 on": "--inputs " + good + " --labels " +
			writeArray(t, "half.npy", []float32{0, 1, 2, 3, 4, 5, 6, 0.5}, 8),
		"CIFAR10_DIR":          "--images cifar10",
		"unknown backend":      "--backend tpu",
		"no name for a figure": "--name a/b",
	} {
		err := runProbe(probeArguments(folder, more))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("probe %s: error %v is not one sentence with %q", more, err, want)
		}
	}
	for want, arguments := range map[string]string{
		"takes a model and flags":                "",
		"there are no inputs of shape [32 32 3]": "conv-feedforward --depth 2",
		"depth is 0":                             "feedforward --depth 0",
		"beta is 0":                              "residual --beta 0",
		"nowhere.onnx":                           "nowhere.onnx",
		"there is no file feedforwrd and no net": "feedforwrd --depth 3",
		"--weights is for ONNX files":            "feedforward --weights he",
		"--input is for ONNX files":              "feedforward --input x",
	} {
		err := runProbe(append(strings.Fields(arguments), "--results", folder, "--backend", "go"))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("probe %s: error %v is not one sentence with %q", arguments, err, want)
		}
	}
	onnx := filepath.Join("..", "..", "pkg", "models", "onnx", "testdata")
	six := writeArray(t, "six.npy", ramp[float32](12), 2, 6)
	images := writeArray(t, "images.npy", ramp[float32](2*3*9*9), 2, 3, 9, 9)
	empty := filepath.Join(t.TempDir(), "empty.onnx")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, arguments := range map[string]string{
		"there are no inputs of shape [6]":          onnx + "/dense.onnx",
		`"x" has the shape [6], not [1]`:            onnx + "/dense.onnx --inputs " + good,
		`"x" has the shape [3 8 8], not [3 9 9]`:    onnx + "/resnet.onnx --inputs " + images,
		"choose one by --input, and export a model": onnx + "/two_inputs.onnx --inputs " + six,
		"takes batches of 1 alone":                  onnx + "/fixed_batch.onnx --inputs " + six,
		"the operator LeakyRelu can't be imported":  onnx + "/unsupported.onnx --inputs " + six,
		`there is no input "z"`:                     onnx + "/dense.onnx --input z --inputs " + six,
		`there is no output "z"`:                    onnx + "/dense.onnx --output-name z --inputs " + six,
		`unknown weights "glorot"`:                  onnx + "/dense.onnx --weights glorot --inputs " + six,
		"--depth is for nets of the paper":          onnx + "/dense.onnx --depth 3 --inputs " + six,
		"--width is for nets of the paper":          onnx + "/dense.onnx --width 3 --inputs " + six,
		"all draws of a file's own weights":         onnx + "/dense.onnx --draws 2 --inputs " + six,
		"is not an ONNX model":                      empty + " --inputs " + six,
		"fixtures.py is not an ONNX model":          onnx + "/fixtures.py --inputs " + six,
		"the model can't be read":                   t.TempDir() + " --inputs " + six,
		"output is 99, and":                         onnx + "/dense.onnx --output 99 --inputs " + six,
	} {
		err := runProbe(append(strings.Fields(arguments), "--results", folder, "--backend", "go"))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("probe %s: error %v is not one sentence with %q", arguments, err, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "probe-*")); len(left) > 0 {
		t.Errorf("bad input left %v", left)
	}
	if err := runProbe([]string{"--help"}); err != nil {
		t.Errorf("--help gives %v", err)
	}
}
