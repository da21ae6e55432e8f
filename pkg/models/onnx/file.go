package onnx

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/onnx-gomlx/onnx"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
	"github.com/shattered-gradients/shattered/internal/regular"
	"google.golang.org/protobuf/proto"
)

// file is an ONNX file.
type file struct {
	model onnx.Model
	graph *protos.GraphProto
}

// read reads a file.
func read(path string) (*file, error) {
	content, err := regular.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the model can't be read: %w", err)
	}
	var whole protos.ModelProto
	if err := proto.Unmarshal(content, &whole); err != nil || whole.Graph == nil ||
		len(whole.Graph.Node) == 0 {
		return nil, fmt.Errorf("%s is not an ONNX model: give a file such as torch.onnx.export writes", path)
	}
	if err := check(whole.Graph); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w: export the model again", path, err)
	}
	for _, node := range whole.Graph.Node {
		adapt(node)
	}
	// Early versions of the format list weights among the inputs.
	whole.Graph.Input = slices.DeleteFunc(whole.Graph.Input, func(input *protos.ValueInfoProto) bool {
		return slices.ContainsFunc(whole.Graph.Initializer,
			func(w *protos.TensorProto) bool { return w.Name == input.Name })
	})
	if content, err = proto.Marshal(&whole); err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	model, err := parser.Parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, plain(err))
	}
	// Fused operators of the importer have no gradients on all backends.
	model.WithBaseDir(filepath.Dir(path)).DisableFusion()
	model.FreeUnusedVariables()
	return &file{model: model, graph: whole.Graph}, nil
}

// check returns an error where a file says of itself what the importer would not survive, or we: it follows
// operators that take their own results without end, and makes lists as long as an axis is large.
func check(graph *protos.GraphProto) error {
	known := make(map[string]bool)
	for _, input := range graph.Input {
		known[input.Name] = true
	}
	for _, weights := range graph.Initializer {
		known[weights.Name] = true
	}
	for _, node := range graph.Node {
		for _, name := range node.Input {
			if name != "" && !known[name] { // an empty name stands for an input that is left out
				return fmt.Errorf("the operator %s takes %q, which nothing before it makes", node.OpType,
					name)
			}
		}
		for _, name := range node.Output {
			if name != "" && known[name] {
				return fmt.Errorf("the operator %s makes %q, which is there before it", node.OpType, name)
			}
			known[name] = true
		}
		if err := checkNumbers(node); err != nil {
			return err
		}
	}
	return nil
}

// largestNumber bounds the whole numbers that say what an operator does: its axis, its kernel's size.
const largestNumber = 1 << 20

// checkNumbers returns an error where an operator's attribute is a whole number that no operator has.
// Constants and the ends of a slice may be any number.
func checkNumbers(node *protos.NodeProto) error {
	for _, attribute := range node.Attribute {
		if node.OpType == "Constant" || attribute.Name == "starts" || attribute.Name == "ends" {
			continue
		}
		for _, number := range append(slices.Clone(attribute.Ints), attribute.I) {
			if number < -largestNumber || number > largestNumber {
				return fmt.Errorf("the operator %s says %s = %d, beyond %d", node.OpType, attribute.Name,
					number, largestNumber)
			}
		}
	}
	return nil
}

// adapt says in other words what the importer leaves out of an operator, or stumbles over.
func adapt(node *protos.NodeProto) {
	switch node.OpType {
	case "Gelu": // it takes all for exact ones
		for _, attribute := range node.Attribute {
			if attribute.Name == "approximate" && string(attribute.S) == "tanh" {
				node.OpType = "FastGelu"
			}
		}
	case "BatchNormalization": // it refuses most momenta, which only training uses
		momentum := func(a *protos.AttributeProto) bool { return a.Name == "momentum" }
		node.Attribute = slices.DeleteFunc(node.Attribute, momentum)
	}
}

// choose fills in the names of input and output and returns the shape of one input.
func (f *file) choose(config *Config) ([]int, error) {
	names, dims := f.model.Inputs()
	input, err := chosen(config.Input, names, "input", "Input, and values for all others as Others")
	if err != nil {
		return nil, err
	}
	config.Input = names[input]
	for i, name := range names {
		if i != input && config.Others[name] == nil {
			return nil, fmt.Errorf("the input %q has no value: give one, of shape %v, as Others",
				name, dims[i].Dimensions)
		}
	}
	for name := range config.Others {
		if !slices.Contains(names, name) || name == config.Input {
			return nil, fmt.Errorf("a value is given for %q, which is none of the other inputs: the inputs "+
				"are %s", name, list(names))
		}
	}
	outputs, _ := f.model.Outputs()
	output, err := chosen(config.Output, outputs, "output", "Output")
	if err != nil {
		return nil, err
	}
	config.Output = outputs[output]
	return config.shape(dims[input])
}

// chosen returns the number of the name among those that there are.
func chosen(name string, names []string, what, how string) (int, error) {
	switch i := slices.Index(names, name); {
	case i >= 0:
		return i, nil
	case name != "":
		return 0, fmt.Errorf("there is no %s %q: choose one of %s", what, name, list(names))
	case len(names) == 0:
		return 0, fmt.Errorf("the model has no %s", what)
	case len(names) > 1:
		return 0, fmt.Errorf("the model has several %ss, %s: choose one as %s", what, list(names), how)
	}
	return 0, nil
}

// list writes names.
func list(names []string) string { return strings.Join(names, ", ") }

// shape returns the shape of one input, where the file says that of a batch.
func (c Config) shape(file shapes.Shape) ([]int, error) {
	dims := file.Dimensions
	switch {
	case file.DType != dtypes.Float32:
		return nil, fmt.Errorf("the input %q is of type %s, and gradients are taken with respect to "+
			"float32: choose another input, or export the model in float32",
			c.Input, strings.ToLower(file.DType.String()))
	case len(dims) == 0:
		return nil, fmt.Errorf("the input %q is a single number: export a model that takes a batch of "+
			"inputs", c.Input)
	case dims[0] >= 0:
		return nil, fmt.Errorf("the input %q takes batches of %d alone, and probes choose the size of a "+
			"batch: export the model with an open batch axis, "+
			"in PyTorch by dynamic_shapes", c.Input, dims[0])
	}
	own := dims[1:]
	if c.Shape == nil {
		if slices.ContainsFunc(own, func(dim int) bool { return dim < 1 }) {
			return nil, fmt.Errorf("the input %q has the shape %s, of which not all is given: give the "+
				"shape of one input as Shape", c.Input, written(own))
		}
		c.Shape = own
	}
	fits := len(c.Shape) == len(own)
	for i := 0; fits && i < len(own); i++ {
		fits = c.Shape[i] >= 1 && (own[i] < 1 || own[i] == c.Shape[i])
	}
	if !fits {
		return nil, fmt.Errorf("the input %q has the shape %s, not %v: give one that fits",
			c.Input, written(own), c.Shape)
	}
	if c.ChannelsLast && len(own) != 3 {
		return nil, errors.New("its inputs are no images: leave ChannelsLast out, which is for shapes of " +
			"channels, height and width")
	}
	return c.Shape, nil
}

// written writes a shape, with a question mark for each size that is open.
func written(dims []int) string {
	sizes := make([]string, len(dims))
	for i, dim := range dims {
		if sizes[i] = fmt.Sprint(dim); dim < 1 {
			sizes[i] = "?"
		}
	}
	return "[" + strings.Join(sizes, " ") + "]"
}
