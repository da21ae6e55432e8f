package onnx_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
	"google.golang.org/protobuf/proto"
)

// fixtures are files that can be loaded as they are.
var fixtures = []string{"dense", "resnet", "transformer", "opset18"}

// TestFilesDamagedEverywhere damages files: each is refused in one sentence that names it, or its net runs or
// says in a sentence why not. Most bits of a file are weights, which may be anything.
func TestFilesDamagedEverywhere(t *testing.T) {
	e := engine.New(testbackend.Go(t))
	path := filepath.Join(t.TempDir(), "model.onnx")
	for _, fixture := range fixtures {
		whole, err := os.ReadFile("testdata/" + fixture + ".onnx")
		if err != nil {
			t.Fatal(err)
		}
		refused, tried := 0, 0
		for how := range faulttest.Damage(t, path, whole) {
			tried++
			net, err := onnx.Load(path, onnx.Config{})
			if err != nil {
				refused++
				if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: %s it gives %q", fixture, how, err)
				}
				continue
			}
			inputs := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{1}, net.Input...)...))
			if _, err := e.Run(t.Context(), engine.Request{Net: net, Weights: net.Draw(0, 0),
				Output: true, Gradient: true, Inputs: inputs}); err != nil &&
				strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %s its net gives %q", fixture, how, err)
			}
		}
		if refused < tried/3 { // every second damage cuts the file off
			t.Errorf("%s: of %d damages %d were seen", fixture, tried, refused)
		}
	}
}

// FuzzLoad loads what is no ONNX file, or says of itself what it is not.
func FuzzLoad(f *testing.F) {
	for _, fixture := range append(fixtures, "two_inputs", "unsupported") {
		whole, err := os.ReadFile("testdata/" + fixture + ".onnx")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
	}
	path := filepath.Join(f.TempDir(), "model.onnx")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		faulttest.Bounded(t, len(content), func() { _, _ = onnx.Load(path, onnx.Config{}) })
		faulttest.Bounded(t, len(content), func() { _, _ = onnx.Load(path, onnx.Config{Weights: onnx.He}) })
	})
}

// changed writes a file like that one but for a change, and returns its path.
func changed(t *testing.T, content []byte, change func(*protos.GraphProto)) string {
	t.Helper()
	var whole protos.ModelProto
	if err := proto.Unmarshal(content, &whole); err != nil {
		t.Fatal(err)
	}
	change(whole.Graph)
	content, err := proto.Marshal(&whole)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "changed.onnx")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRectifiersAreThoseOfTheOutput: a rectifier whose result the output does not depend on is not looked at.
func TestRectifiersAreThoseOfTheOutput(t *testing.T) {
	content, err := os.ReadFile("testdata/resnet.onnx")
	if err != nil {
		t.Fatal(err)
	}
	want, err := load(t, "resnet", onnx.Config{}).Rectifiers()
	if err != nil || len(want) == 0 {
		t.Fatalf("%d rectifiers, %v", len(want), err)
	}
	path := changed(t, content, func(g *protos.GraphProto) {
		g.Node = append(g.Node, &protos.NodeProto{OpType: "Relu", Input: g.Node[0].Output,
			Output: []string{"for nobody"}})
	})
	net, err := onnx.Load(path, onnx.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := net.Rectifiers(); err != nil || !slices.Equal(got, want) {
		t.Errorf("with another one the rectifiers are %v, %v, want %v", got, err, want)
	}
}

// TestFilesThatTheImporterWouldNotSurvive changes what a file says of itself: an operator takes its own
// result, and an axis is 2^40.
func TestFilesThatTheImporterWouldNotSurvive(t *testing.T) {
	content, err := os.ReadFile("testdata/transformer.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*protos.GraphProto){
		"which nothing before it makes": func(g *protos.GraphProto) {
			g.Node[0].Input[0] = g.Node[0].Output[0]
		},
		"which is there before it": func(g *protos.GraphProto) {
			weights := g.Initializer[0].Name
			g.Node = slices.Insert(g.Node, 0, &protos.NodeProto{OpType: "Identity", Input: []string{weights},
				Output: []string{weights}})
		},
		"says axis = 1099511627776": func(g *protos.GraphProto) {
			for _, node := range g.Node {
				for _, attribute := range node.Attribute {
					if attribute.Name == "axis" {
						attribute.I = 1 << 40
					}
				}
			}
		},
	} {
		faulttest.Inputs(t, 1)
		_, err := onnx.Load(changed(t, content, change), onnx.Config{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is no sentence that says %q", err, want)
		}
	}
}
