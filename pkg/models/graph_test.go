package models_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
)

// Any model function of GoMLX is a net, whose weights its own initialisers draw.
func ExampleFromGraph() {
	net, err := models.FromGraph("three layers", []int{28, 28}, func(scope *model.Scope, x *Node) *Node {
		x = Reshape(x, x.Shape().Dim(0), -1)
		x = activation.Relu(layers.Dense(scope.In("hidden"), x, true, 64))
		return layers.Dense(scope.In("output"), x, true, 10)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net, "to", net.Output)
	for _, param := range net.Stages[0].Block.Params() {
		fmt.Println(param.Name, param.Dims)
	}
	// Output:
	// the net "three layers" to [10]
	// hidden/dense/weights [784 64]
	// hidden/dense/biases [64]
	// output/dense/weights [64 10]
	// output/dense/biases [10]
}

// small is a model function with a variable that has a value, one of integers, and two that are drawn.
func small(scope *model.Scope, x *Node) *Node {
	scale := scope.VariableWithValue("scale", []float32{2, 3}).NodeValue(x)
	order := scope.VariableWithValue("order", []int32{1, 0}).NodeValue(x)
	x = Mul(x, ExpandAxes(Gather(scale, ExpandAxes(order, -1)), 0))
	scope = scope.WithInitializer(initializer.RandomNormalFn(scope, 0.5))
	w := scope.In("a").VariableWithShape("w", shapes.Make(x.DType(), 2, 500)).NodeValue(x)
	v := scope.In("b").VariableWithShape("w", shapes.Make(x.DType(), 500, 1)).NodeValue(x)
	return Squeeze(MatMul(Tanh(MatMul(x, w)), v), -1)
}

// TestModelsInitialisersDraw: a draw of a model function's weights has the law of its initialisers and
// depends on the seed, the draw's number and the variable alone.
func TestModelsInitialisersDraw(t *testing.T) {
	net := must(models.FromGraph("small", []int{2}, small))(t)
	values := net.Draw(7, 3).Values(0)
	if len(values) != 3 || !slices.Equal(values[0], []float32{2, 3}) {
		t.Fatalf("%d variables, the first %v", len(values), values[0])
	}
	squares := 0.0
	for _, w := range values[1] {
		squares += float64(w) * float64(w)
	}
	// 1000 normals of variance 1/4: their mean square has a deviation of sqrt(2/1000)/4 = 0.011.
	if mean := squares / 1000; math.Abs(mean-0.25) > 0.05 {
		t.Errorf("weights have the mean square %g, want 0.25", mean)
	}
	if slices.Equal(values[1][:500], values[2]) {
		t.Error("two variables have the same values")
	}
	again := must(models.FromGraph("small", []int{2}, small))(t)
	if got := again.Draw(7, 3).Values(0); !slices.Equal(got[1], values[1]) ||
		!slices.Equal(got[2], values[2]) {
		t.Error("the same draw has other values")
	}
	for _, other := range []*models.Draw{net.Draw(7, 4), net.Draw(8, 3)} {
		if slices.Equal(other.Values(0)[1], values[1]) {
			t.Errorf("draw %d under seed %d has the values of another", other.Index, other.Seed)
		}
	}
}

// TestBuildIsTheModel: the model built on a draw's weights, in a graph of its own, is what GoMLX makes of the
// model function on a Store with these values.
func TestBuildIsTheModel(t *testing.T) {
	net := must(models.FromGraph("small", []int{2}, small))(t)
	store := newStore(t, net, net.Draw(1, 0))
	x := [][]float32{{1, 2}, {-1, 0.5}, {0, 3}}
	backend := gobackend.GetBackend()
	want, err := model.CallOnce(backend, store, small, x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.CallOnce(backend, store,
		func(scope *model.Scope, x *Node) *Node { return net.Build(scope, x) }, x)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(flat(got), flat(want)) {
		t.Errorf("the net gives %v, the model function %v", got, want)
	}
}

// TestHoldingACheckpoint: a net with the weights of a GoMLX checkpoint has them in every draw, and one that
// isn't its own is refused.
func TestHoldingACheckpoint(t *testing.T) {
	net := must(models.FromGraph("small", []int{2}, small))(t)
	trained := net.Draw(5, 6)
	store, folder := newStore(t, net, trained), t.TempDir()
	handler, err := checkpoint.Build(store).Dir(folder).Done()
	if err == nil {
		err = handler.Save()
	}
	if err != nil {
		t.Fatal(err)
	}
	loaded := model.NewStore()
	if _, err := checkpoint.Load(loaded).Dir(folder).Done(); err != nil {
		t.Fatal(err)
	}
	holding := must(net.Holding(loaded.RootScope()))(t)
	loaded.Finalize()
	again := must(models.New(holding.Config))(t)
	for _, draw := range []*models.Draw{holding.Draw(1, 1), again.Draw(2, 0)} {
		for p, values := range draw.Values(0) {
			if !slices.Equal(values, trained.Values(0)[p]) {
				t.Errorf("variable %d does not have the checkpoint's values", p)
			}
		}
	}
	if slices.Equal(net.Draw(1, 1).Values(0)[1], trained.Values(0)[1]) {
		t.Error("the net itself holds weights")
	}
	if _, err := net.Holding(model.NewStore().RootScope()); err == nil ||
		!strings.Contains(err.Error(), "no value for scale of the model") {
		t.Errorf("an empty store gives %v", err)
	}
	other := must(models.FromGraph("other", []int{2}, func(scope *model.Scope, x *Node) *Node {
		return MatMul(x, scope.In("a").VariableWithShape("w", shapes.Make(x.DType(), 2, 7)).NodeValue(x))
	}))(t)
	if _, err := other.Holding(store.RootScope()); err == nil ||
		!strings.Contains(err.Error(), "stored with shape [2 500], and the net has [2 7]") {
		t.Errorf("another net's store gives %v", err)
	}
}

// TestRedrawn: a variable is drawn by the initialiser that was chosen for it, and all others as before, held
// ones too.
func TestRedrawn(t *testing.T) {
	net := must(models.FromGraph("small", []int{2}, small))(t)
	before := net.Draw(1, 0)
	holding := must(net.Holding(newStore(t, net, before).RootScope()))(t)
	ones := func(_ models.Stage, param models.Param) *initializers.Initializer {
		if param.Name == "a/w" {
			return initializers.One
		}
		return nil
	}
	for _, redrawn := range []*models.Net{must(net.Redrawn(ones))(t), must(holding.Redrawn(ones))(t)} {
		again := must(models.New(redrawn.Config))(t)
		values := again.Draw(1, 0).Values(0)
		if values[1][0] != 1 || values[1][999] != 1 {
			t.Error("the chosen variable is not drawn by its initialiser")
		}
		if !slices.Equal(values[0], before.Values(0)[0]) || !slices.Equal(values[2], before.Values(0)[2]) {
			t.Error("other variables have changed")
		}
	}
	if _, err := net.Redrawn(func(models.Stage, models.Param) *initializers.Initializer {
		return &initializers.Initializer{Name: "empty"}
	}); err == nil {
		t.Error("an initialiser without Fill was taken")
	}
}

// TestBadModelFunctionsAreRefused: what can't be probed of a model function is a sentence.
func TestBadModelFunctionsAreRefused(t *testing.T) {
	for want, build := range map[string]models.ModelFunction{
		"there is no model function":            nil,
		"returns nil":                           func(*model.Scope, *Node) *Node { return nil },
		"can't be built on states of shape [2]": func(_ *model.Scope, x *Node) *Node { return MatMul(x, x) },
		"draws random numbers while it runs": func(scope *model.Scope, x *Node) *Node {
			return Add(x, scope.RandomNormal(x.Graph(), x.Shape()))
		},
		"outside of its scope": func(scope *model.Scope, x *Node) *Node {
			return Mul(x, scope.Store().RootScope().VariableWithValue("scale", float32(2)).NodeValue(x))
		},
		"of type Float64: let it use": func(scope *model.Scope, x *Node) *Node {
			return Mul(x, ConvertDType(scope.VariableWithValue("scale", 2.0).NodeValue(x), x.DType()))
		},
		"initialisers fail": func(scope *model.Scope, x *Node) *Node {
			failing := func(*Graph, shapes.Shape) *Node { panic(errors.New("no values today")) }
			return Mul(x, scope.WithInitializer(failing).VariableWithShape("w",
				shapes.Make(x.DType())).NodeValue(x))
		},
		"its first axis that": func(_ *model.Scope, x *Node) *Node { return ReduceAllSum(x) },
	} {
		if _, err := models.FromGraph("x", []int{2}, build); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is more than a sentence: %v", err)
		}
	}
}
