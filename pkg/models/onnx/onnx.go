// Package onnx makes a net of an ONNX file, such as PyTorch's torch.onnx.export writes, so that every probe
// can be pointed at it.
//
//	net, err := onnx.Load("model.onnx", onnx.Config{})
//	result, err := gradients.Run(ctx, engine, gradients.Config{Net: net.Config, Draws: 20})
//
// The file is read by github.com/gomlx/onnx-gomlx. Its batch axis, the first of input and output, must be
// open (dynamic), because probes choose the size of a batch. Weights are as they are in the file, in every
// draw, or drawn anew: see [Weights].
//
// What rectifiers of the file, its operators Relu, see is seen by probes of activations.
package onnx

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/caught"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Config says what to make of a file. The zero value takes the file as it is, where it has one input and one
// output.
type Config struct {
	// Name names the net in results; empty means the file's name without .onnx.
	Name string

	// Input is the name of the input that gradients are taken with respect to; empty means the only one.
	Input string

	// Others are the values of all other inputs, by their names. One whose batch axis is open has the value
	// for one input, without that axis, and is the same for all inputs.
	Others map[string]*tensors.Tensor

	// Output is the name of the output; empty means the only one.
	Output string

	// Shape is the shape of one input, without the batch; nil means the file's. Where the file leaves sizes
	// open, say the number of steps of a sequence, it gives them. Of images it is the file's own shape,
	// whatever ChannelsLast says.
	Shape []int

	// ChannelsLast says that the net takes images as this project has them, [height, width, channels], and
	// hands them to the file as [channels, height, width], as PyTorch has them.
	ChannelsLast bool

	// Weights says what the weights are in a draw; empty means AsTheyAre.
	Weights Weights
}

// Weights says what the weights of a file are in a draw.
type Weights string

const (
	// AsTheyAre are the weights of the file, in every draw.
	AsTheyAre Weights = "as they are"

	// He draws all matrices and kernels anew from Normal(0, 2/fan-in), as He et al. 2015 do, and sets the
	// biases after them to 0. Matrices and kernels are what the operators MatMul, Gemm and Conv multiply by.
	// All else stays as it is in the file: scales, shifts and statistics of normalisations, embeddings, what
	// recurrent operators have.
	He Weights = "he"

	// Normal draws the matrices and kernels, and the biases after them, from Normal(0, s²), where s is the
	// deviation of each tensor's own values from their mean. All else stays as it is in the file.
	Normal Weights = "normal"
)

// Load returns the net of an ONNX file. The error is one sentence that says what can't be read or imported,
// with the name of the operator where it is one.
func Load(path string, config Config) (*models.Net, error) {
	if config.Name == "" {
		config.Name = strings.TrimSuffix(filepath.Base(path), ".onnx")
	}
	switch config.Weights {
	case "", AsTheyAre, He, Normal:
	default:
		return nil, fmt.Errorf("unknown weights %q: choose one of %q, %q, %q",
			string(config.Weights), AsTheyAre, He, Normal)
	}
	var net *models.Net
	var err error
	// The importer takes much of a file on trust, and panics where it should not have.
	if panicked := caught.Panic(func() { net, err = load(path, config) }); panicked != nil {
		return nil, fmt.Errorf("%s can't be imported: %w", path, plain(panicked))
	}
	return net, err
}

// load is Load for a config that is checked and names the net.
func load(path string, config Config) (*models.Net, error) {
	f, err := read(path)
	if err != nil {
		return nil, err
	}
	shape, err := f.choose(&config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if config.ChannelsLast {
		shape = []int{shape[1], shape[2], shape[0]}
	}
	net, err := models.FromGraph(config.Name, shape, (&importer{file: f, config: config}).build)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, plain(err))
	}
	if config.Weights == He || config.Weights == Normal {
		return f.redraw(net, config.Weights)
	}
	return net, nil
}

// unimplemented matches what the importer says of an operator that it doesn't know.
var unimplemented = regexp.MustCompile(`unimplemented ONNX op "([^"]*)"`)

// plain returns the error of an import as a sentence.
func plain(err error) error {
	if match := unimplemented.FindStringSubmatch(err.Error()); match != nil {
		return fmt.Errorf("the operator %s can't be imported: build that part of the model of other "+
			"operators, and export it again", match[1])
	}
	first, _, more := strings.Cut(err.Error(), "\n")
	if more {
		return fmt.Errorf("%s", first)
	}
	return err
}
