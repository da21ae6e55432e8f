package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
)

// sumOf returns the SHA-256 of files, one after the other, in hexadecimal.
func sumOf(paths ...string) (string, error) {
	hash := sha256.New()
	for _, path := range paths {
		file, err := regular.Open(path)
		if err == nil {
			_, err = io.Copy(hash, file)
			file.Close()
		}
		if err != nil {
			return "", fmt.Errorf("can't read %s: %w", path, regular.Cause(err))
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// sumOfModel is sumOf for a model, with its weights where PyTorch has put these into a file of their own.
func sumOfModel(path string) (string, error) {
	paths := []string{path}
	if _, err := os.Stat(path + ".data"); err == nil {
		paths = append(paths, path+".data")
	}
	return sumOf(paths...)
}

// load reads the model's file. Images are those of CIFAR-10, which a file takes as channels, height and
// width, as PyTorch has them, or as height, width and channels.
func (f *probeFlags) load(inputs *given) (*models.Net, error) {
	config := onnx.Config{Input: f.input, Output: f.output, Weights: onnx.Weights(f.weights)}
	if inputs == nil {
		return f.loaded(config)
	}
	config.Shape = inputs.shape
	if f.images == "" {
		return f.loaded(config)
	}
	config.Shape, config.ChannelsLast = []int{images.Channels, images.Side, images.Side}, true
	net, err := f.loaded(config)
	if err != nil {
		config.Shape, config.ChannelsLast = inputs.shape, false
		if last, lastErr := f.loaded(config); lastErr == nil {
			return last, nil
		}
	}
	return net, err
}

// inCommand says in the command's words what a caller of the package would set.
var inCommand = strings.NewReplacer(
	"choose one as Input, and values for all others as "+
		"Others", "choose one by --input, and export a model that holds the others fixed",
	"give one, of shape", "it has the shape", " as Others", "; export a model that holds it fixed",
	"choose one as Output", "choose one by --output-name", "give the shape of one input "+
		"as Shape", "give inputs of one shape, by --inputs FILE.npy",
)

// loaded is onnx.Load, with errors in the words of the command.
func (f *probeFlags) loaded(config onnx.Config) (*models.Net, error) {
	net, err := onnx.Load(f.model, config)
	if err != nil {
		return nil, errors.New(inCommand.Replace(err.Error()))
	}
	return net, nil
}
