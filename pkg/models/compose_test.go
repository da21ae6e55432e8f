package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// A net of your own whose skips each span two layers: a + 0.1 W' rho(norm(W rho(norm(a)))).
func ExampleSkip() {
	rectify := models.Rectify{Features: 50, Norm: norms.Batch}
	layer := models.Layer{Rectify: rectify, Gain: 1}
	stages := []models.Stage{
		{Name: "stem", Block: models.Stem{Rectify: models.Rectify{Features: 50}}},
		{Name: "first", Block: models.Linear{In: 50, Out: 50}},
	}
	for l := range 10 {
		stages = append(stages,
			models.Stage{Name: fmt.Sprintf("skip_%d", l), Block: models.Skip(1, 0.1, layer, layer)})
	}
	stages = append(stages, models.Stage{Name: "readout", Block: models.LinearReadout{In: 50}})
	net, err := models.Compose("skips over two", []int{1}, stages...)
	if err != nil {
		fmt.Println(err)
		return
	}
	rectifiers, err := net.Rectifiers()
	fmt.Println(len(net.Stages), "stages,", len(rectifiers), "rectifiers,", err)
	for _, param := range net.Stages[2].Block.Params() {
		fmt.Println(param.Name, param.Dims)
	}
	// Output:
	// 13 stages, 21 rectifiers, <nil>
	// weights_1 [50 50]
	// weights_2 [50 50]
}

// gated is a block of your own without a rectifier: tanh(a U) sigmoid(a V), from [inputs, Units] to the
// same.
type gated struct{ Units int }

func (b gated) Params() []models.Param {
	dims := []int{b.Units, b.Units}
	return []models.Param{{Name: "u", Dims: dims, Init: initializers.LeCun},
		{Name: "v", Dims: dims, Init: initializers.LeCun}}
}

func (b gated) Build(weights []*Node, a *Node) models.Signals {
	return models.Signals{Out: Mul(Tanh(MatMul(a, weights[0])), Sigmoid(MatMul(a, weights[1])))}
}

// Blocks need no rectifier, and a type of your own is a block when it says which variables it has and what
// it builds.
func ExampleCompose() {
	stages := []models.Stage{{Name: "first", Block: models.Linear{In: 2, Out: 30, Init: initializers.LeCun}}}
	for l := range 5 {
		stages = append(stages,
			models.Stage{Name: fmt.Sprintf("gated_%d", l), Block: models.Skip(1, 1, gated{Units: 30})})
	}
	stages = append(stages,
		models.Stage{Name: "readout", Block: models.Linear{In: 30, Out: 3, Init: initializers.LeCun}})
	net, err := models.Compose("gated", []int{2}, stages...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net, "from", net.Input, "to", net.Output)
	_, err = models.Compose("gated", []int{3}, stages...)
	fmt.Println(strings.SplitN(err.Error(), ": ", 3)[1])
	// Output:
	// the net "gated" from [2] to [3]
	// stage first can't be built on states of shape [3]
}

// recurrent is a step of a recurrent net: h' = tanh(x_1 u + h W). The state is what is left to read, and h
// behind it, [inputs, Steps+Units]; the number that was read goes to the end, so that all steps are one
// block.
type recurrent struct{ Steps, Units int }

func (b recurrent) Params() []models.Param {
	return []models.Param{
		{Name: "u", Dims: []int{1, b.Units}, Init: initializers.StandardNormal},
		{Name: "w", Dims: []int{b.Units, b.Units}, Init: initializers.LeCun},
	}
}

func (b recurrent) Build(weights []*Node, state *Node) models.Signals {
	read := Slice(state, AxisRange(), AxisRange(0, 1))
	left := Slice(state, AxisRange(), AxisRange(1, b.Steps))
	h := Slice(state, AxisRange(), AxisRange(b.Steps))
	h = Tanh(Add(MatMul(read, weights[0]), MatMul(h, weights[1])))
	return models.Signals{Out: Concatenate([]*Node{left, read, h}, -1)}
}

// unread puts h = 0 after the numbers that a recurrent net is to read.
type unread struct{ Units int }

func (b unread) Params() []models.Param { return nil }

func (b unread) Build(_ []*Node, x *Node) models.Signals {
	return models.Signals{Out: Pad(x, ScalarZero(x.Graph(), x.DType()), PadAxis{}, PadAxis{End: b.Units})}
}

// recurrentNet reads a number in each of its steps, all of which share the weights of the first.
func recurrentNet(steps, units int) (*models.Net, error) {
	stages := []models.Stage{{Name: "unread", Block: unread{units}},
		{Name: "step_1", Block: recurrent{steps, units}}}
	for t := 2; t <= steps; t++ {
		stages = append(stages,
			models.Stage{Name: fmt.Sprintf("step_%d", t), Block: recurrent{steps, units}, Weights: "step_1"})
	}
	stages = append(stages, models.Stage{Name: "readout", Block: models.LinearReadout{In: steps + units}})
	return models.Compose("recurrent", []int{steps}, stages...)
}

// A recurrent net has one set of weights, which all of its steps use: they name the stage that has them.
func ExampleStage() {
	net, err := recurrentNet(20, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(net.Stages), "stages; the weights of the last step are those of stage",
		net.Stages[net.Owner(20)].Name)
	// Output: 22 stages; the weights of the last step are those of stage step_1
}

// TestOwnConfigStandsForTheNet: New gives the net of its config, with other statistics where these were
// changed, and refuses any other change.
func TestOwnConfigStandsForTheNet(t *testing.T) {
	layer := models.Layer{Rectify: models.Rectify{Features: 4, Norm: norms.Batch}, Gain: 1}
	net, err := models.Compose("own", []int{4},
		models.Stage{Name: "a", Block: models.Skip(1, 1, layer, layer)})
	if err != nil {
		t.Fatal(err)
	}
	again, err := models.New(net.Config)
	if err != nil || !slices.Equal(again.Stages, net.Stages) {
		t.Errorf("New of its config: %v, %v", again, err)
	}
	config := net.Config
	config.Statistics = norms.Coupled
	coupled, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	layer.Rectify.Statistics = norms.Coupled
	if want := models.Skip(1, 1, layer, layer); coupled.Stages[0].Block != want ||
		coupled.Config.Statistics != norms.Coupled {
		t.Errorf("coupled: %+v", coupled)
	}
	if net.Stages[0].Block == coupled.Stages[0].Block {
		t.Error("the net itself was changed")
	}
	config.Depth = 3
	if _, err := models.New(config); err == nil ||
		!strings.Contains(err.Error(), "change nothing but its statistics") {
		t.Errorf("another depth: %v", err)
	}
	config = net.Config
	config.Statistics = "thawed"
	if _, err := models.New(config); err == nil || !strings.Contains(err.Error(), "unknown statistics") {
		t.Errorf("unknown statistics: %v", err)
	}
	if net.Config.Registered() || !net.Config.IsOwn() {
		t.Error("the name of a net of one's own determines it")
	}
	if title := net.Config.Title(); title != "own" {
		t.Errorf("title %q", title)
	}
}

// TestSharedWeightsAreOne: all steps of a recurrent net have the weights of the first, which are counted,
// drawn and stored once.
func TestSharedWeightsAreOne(t *testing.T) {
	net, err := recurrentNet(4, 3)
	if err != nil {
		t.Fatal(err)
	}
	draw := net.Draw(1, 2)
	for stage := 2; stage <= 4; stage++ {
		for p, values := range draw.Values(stage) {
			if !slices.Equal(values, draw.Values(1)[p]) {
				t.Errorf("stage %d has weights of its own", stage)
			}
		}
	}
	if slices.Equal(draw.Values(1)[0], net.Draw(1, 3).Values(1)[0]) {
		t.Error("two draws have the same weights")
	}
	store := newStore(t, net, draw)
	if n := store.NumVariables(); n != 3 {
		t.Errorf("%d variables are stored, want u, w and the read-out", n)
	}
	weights, err := net.Stored(store.RootScope()).Stage(nil, 4, dtypes.Float32)
	if err != nil || !slices.Equal(flat(weights[1]), draw.Values(1)[1]) {
		t.Errorf("stored weights of step 4: %v, %v", weights, err)
	}
}
