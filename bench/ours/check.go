package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// steps is the number of training steps whose losses are compared.
const steps = 3

// precisions of the comparison: in the first, rounding can't hide a difference; the second is what is timed.
var precisions = []dtypes.DType{dtypes.Float64, dtypes.Float32}

// check writes for every net, in both precisions, an archive <job>-<precision>.npz of its weights, its inputs
// and what comes of them.
func check(ctx context.Context, e *engine.Engine, folder string) error {
	for _, dtype := range precisions {
		for name, net := range map[string]models.Config{"feedforward": centred, "residual": rescaled} {
			if err := checkDense(ctx, e, net, dtype, file(folder, name, dtype)); err != nil {
				return err
			}
		}
		for name, net := range map[string]models.Config{"conv-feedforward": convFeedforward,
			"conv-residual": convResidual} {
			if err := checkImages(ctx, e, net, dtype, file(folder, name, dtype)); err != nil {
				return err
			}
		}
		if err := checkPath(ctx, e, dtype, file(folder, "path", dtype)); err != nil {
			return err
		}
		for _, family := range []string{"relu", "resnet"} {
			if err := checkStep(ctx, e, family, dtype, file(folder, "step-"+family, dtype)); err != nil {
				return err
			}
		}
	}
	return nil
}

func file(folder, name string, dtype dtypes.DType) string {
	bits := map[dtypes.DType]string{dtypes.Float64: "float64", dtypes.Float32: "float32"}
	return filepath.Join(folder, name+"-"+bits[dtype]+".npz")
}

// checkDense writes a draw of a dense net as scripts/export does.
func checkDense(ctx context.Context, e *engine.Engine, net models.Config, dtype dtypes.DType,
	path string) error {
	net.Depth = paperDepth
	draw, err := export.Run(ctx, e, export.Config{Net: net, Inputs: 256, Seed: seed, DType: dtype})
	if err != nil {
		return err
	}
	return draw.WriteNPZ(path)
}

// checkImages writes kernel_0, kernel_1, ..., readout, images, and the gradient with respect to these.
func checkImages(ctx context.Context, e *engine.Engine, config models.Config, dtype dtypes.DType,
	path string) error {
	config.Depth = paperDepth
	net, err := models.New(config)
	if err != nil {
		return err
	}
	const images = 8 // enough for statistics, and few enough for float64
	pixels, _, err := minibatch(images)
	if err != nil {
		return err
	}
	batch := convert(pixels, dtype, append([]int{images}, net.Input...))
	trace, err := e.Run(ctx,
		engine.Request{Net: net, Weights: net.Draw(seed, 0), Inputs: batch, Gradient: true})
	if err != nil {
		return err
	}
	out, err := weights(net, dtype)
	if err != nil {
		return err
	}
	return append(out, flat("images", batch),
		array{"gradient", trace.Gradient, batch.Shape().Dimensions}).write(path)
}

// weights returns the kernels of a net of images and its read-out, of draw 0.
func weights(net *models.Net, dtype dtypes.DType) (arrays, error) {
	var out arrays
	for i := range net.Stages {
		stage, err := net.Draw(seed, 0).Stage(nil, i, dtype)
		if err != nil {
			return nil, err
		}
		for _, weight := range stage {
			out = append(out, flat(fmt.Sprintf("kernel_%d", len(out)), weight))
		}
	}
	out[len(out)-1].name = "readout"
	return out, nil
}

// checkStep writes the weights, a batch, its loss, the gradient of the loss with respect to each of the
// weights, and in float32, in which nets are trained, the losses of the first steps on that batch.
func checkStep(ctx context.Context, e *engine.Engine, family string, dtype dtypes.DType, path string) error {
	net, err := training.Net(family, paperDepth, 0, shape)
	if err != nil {
		return err
	}
	pixels, labels, err := minibatch(trainingBatch)
	if err != nil {
		return err
	}
	batch := convert(pixels, dtype, []int{len(labels), shape.Height, shape.Width, shape.Channels})
	targets := tensors.FromFlatDataAndDimensions(labels, len(labels), 1)
	store := model.NewStore()
	if err := net.Initialize(store.RootScope(), net.Draw(seed, 0), dtype); err != nil {
		return err
	}
	exec, err := model.NewExec(e.Backend(), store,
		func(scope *model.Scope, images, labels *graph.Node) []*graph.Node {
			mean := graph.ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*graph.Node{labels},
				[]*graph.Node{net.Build(scope, images)}))
			outputs := []*graph.Node{mean}
			for _, stage := range net.Stages {
				for _, param := range stage.Block.Params() {
					variable := scope.At("%s", stage.Name).GetVariable(param.Name)
					outputs = append(outputs, variable.NodeValue(mean))
				}
			}
			return append([]*graph.Node{mean}, graph.Gradient(mean, outputs[1:]...)...)
		})
	if err != nil {
		return err
	}
	results, err := exec.Call(batch, targets)
	if err != nil {
		return err
	}
	out, err := weights(net, dtype)
	if err != nil {
		return err
	}
	for i, gradient := range results[1:] {
		out = append(out, flat(fmt.Sprintf("gradient_%d", i), gradient))
	}
	out = append(out, flat("images", batch), flat("labels", targets), flat("loss", results[0]))
	if dtype == dtypes.Float32 {
		losses, err := trainingLosses(ctx, e, family)
		if err != nil {
			return err
		}
		out = append(out, array{"losses", losses, []int{len(losses)}})
	}
	return out.write(path)
}

// trainingLosses returns the losses of the first training steps, from the job that is timed.
func trainingLosses(ctx context.Context, e *engine.Engine, family string) ([]float64, error) {
	do, err := stepJob(family)(e, size{})
	if err != nil {
		return nil, err
	}
	var losses []float64
	for round := range steps {
		result, err := do(ctx, uint64(round))
		if err != nil {
			return nil, err
		}
		losses = append(losses, result[0].values.([]float64)[0])
	}
	return losses, nil
}

// convert returns values as a tensor of the given precision.
func convert(values []float32, dtype dtypes.DType, dims []int) *tensors.Tensor {
	if dtype == dtypes.Float32 {
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	return tensors.FromFlatDataAndDimensions(numbers.Widen(values), dims...)
}

// flat returns a tensor's values and dimensions as an array.
func flat(name string, t *tensors.Tensor) array {
	a := array{name: name, dims: t.Shape().Dimensions}
	switch t.DType() {
	case dtypes.Float32:
		a.values = tensors.MustCopyFlatData[float32](t)
	case dtypes.Int32:
		a.values = tensors.MustCopyFlatData[int32](t)
	default:
		a.values = tensors.MustCopyFlatData[float64](t)
	}
	return a
}
