package onnx

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// importer builds a file's model.
type importer struct {
	*file
	config Config
	mu     sync.Mutex // the library keeps notes in the model while it builds
}

// build is the model function of the file. It panics on errors, as GoMLX's do.
func (m *importer) build(scope *model.Scope, x *Node) *Node {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.config.ChannelsLast {
		x = TransposeAllAxes(x, 0, 3, 1, 2)
	}
	if len(m.graph.Initializer) > 0 &&
		scope.At(onnx.ModelScope).GetVariable(safe(m.graph.Initializer[0].Name)) == nil {
		if err := m.model.VariablesToScope(scope); err != nil {
			panic(err)
		}
	}
	inputs := map[string]*Node{m.config.Input: x}
	names, dims := m.model.Inputs()
	for name, value := range m.config.Others {
		node := Const(x.Graph(), value)
		if of := dims[slices.Index(names, name)]; of.Rank() == node.Rank()+1 && of.Dimensions[0] < 0 {
			node = BroadcastPrefix(node, x.Shape().Dim(0)) // the same for all of the batch
		}
		inputs[name] = node
	}
	wanted := append([]string{m.config.Output}, m.rectified(m.config.Output)...)
	outputs := m.model.CallGraph(scope, x.Graph(), inputs, wanted...)
	for _, argument := range outputs[1:] {
		if argument.Rank() > 0 && argument.Shape().Dim(0) == x.Shape().Dim(0) {
			models.Watch(scope, models.Rectifier{Preactivation: argument, Argument: argument})
		}
	}
	return outputs[0]
}

// rectified returns the names of what the rectifiers see that an output depends on, in the file's order,
// which is one from input to output.
func (f *file) rectified(output string) []string {
	var names []string
	needed := map[string]bool{output: true}
	for _, node := range slices.Backward(f.graph.Node) {
		if !slices.ContainsFunc(node.Output, func(name string) bool { return name != "" && needed[name] }) {
			continue // an empty name stands for a result that is left out
		}
		for _, name := range node.Input {
			needed[name] = true
		}
		if node.OpType == "Relu" && len(node.Input) == 1 {
			names = append(names, node.Input[0])
		}
	}
	slices.Reverse(names)
	return names
}

// safe returns the name that the importer gives the variable of a tensor.
func safe(name string) string { return strings.ReplaceAll(name, model.ScopeSeparator, "|") }

// path returns the path of the variable of a tensor in the scope of the model.
func path(name string) string { return fmt.Sprintf("%s/%s", onnx.ModelScope, safe(name)) }
