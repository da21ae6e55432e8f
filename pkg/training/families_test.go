package training_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/training"
)

var cifarShape = training.Shape{Height: 32, Width: 32, Channels: 3, Classes: 10}

func ExampleNet() {
	net, err := training.Net("resnet", 198, 0,
		training.Shape{Height: 32, Width: 32, Channels: 3, Classes: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	last := net.Stages[len(net.Stages)-1].Block.Params()[0]
	fmt.Println(net.Config.Net, net.Config.Width, training.Parameters(net))
	fmt.Println(last.Dims) // positions, filters, classes
	// Output:
	// conv-residual 8 2323672
	// [16 64 10]
}

// TestParametersMatch checks that nets of a depth have about as many parameters in every family. Depths from
// 10 on: in nets of fewer layers the fully connected one, which sees twice the filters of a CReLU net, weighs
// more.
func TestParametersMatch(t *testing.T) {
	for depth := 10; depth <= 198; depth++ {
		count := func(family string) float64 {
			net, err := training.Net(family, depth, 0, cifarShape)
			if err != nil {
				t.Fatal(err)
			}
			return float64(training.Parameters(net))
		}
		want := count("relu")
		for _, family := range families {
			if got := count(family); math.Abs(got/want-1) > 0.05 {
				t.Errorf("%s nets of %d layers have %g parameters, ReLU nets %g", family, depth, got, want)
			}
		}
	}
}

// TestFamiliesAreWhatTheySay checks what the figure's claims rest on.
func TestFamiliesAreWhatTheySay(t *testing.T) {
	for family, want := range map[string]string{
		"ll":      "conv-feedforward none crelu orthogonal true",
		"crelu":   "conv-feedforward none crelu he false",
		"resnet":  "conv-residual bn relu he false",
		"relu":    "conv-feedforward none relu he false",
		"linear":  "conv-feedforward none linear lecun false",
		"relu-bn": "conv-feedforward bn relu he false",
		"prelu":   "conv-feedforward none prelu orthogonal false",
	} {
		net, err := training.Net(family, 10, 0, cifarShape)
		if err != nil {
			t.Fatal(err)
		}
		c := net.Config
		if got := fmt.Sprint(c.Net, " ", c.Norm, " ", c.Activation, " ", c.Initializer, " ",
			c.LooksLinear); got != want {
			t.Errorf("%s: %s, want %s", family, got, want)
		}
		if c.Norm.Name == "bn" && c.Statistics != "coupled" {
			t.Errorf("%s: training does not go through the batch statistics", family)
		}
	}
	if got := len(training.PaperFamilies()); got != 5 {
		t.Errorf("%d families in the paper's figure", got)
	}
	for _, family := range training.PaperFamilies() {
		if _, err := training.Families.Get(family); err != nil {
			t.Error(err)
		}
	}
}
