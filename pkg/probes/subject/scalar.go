package subject

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Scalar says which number is made of the outputs f of a net on one input, whose gradient is looked at:
// [Sum], an output chosen by [Output], or [Loss]. The zero value is Sum.
type Scalar struct {
	loss  bool
	index int // of an output, from 1 on; 0 for none
}

var (
	// Sum is the sum of the outputs, as in the paper.
	Sum = Scalar{}

	// Loss is the cross-entropy -log softmax(f)_y with the label y of the input.
	Loss = Scalar{loss: true}
)

// Output is output number k, from 0 on, in row-major order where outputs have several axes.
func Output(k int) Scalar { return Scalar{index: k + 1} }

// ParseScalar returns the Scalar that a text names: "sum", "loss", or the number of an output.
func ParseScalar(text string) (Scalar, error) {
	switch text {
	case "", "sum":
		return Sum, nil
	case "loss":
		return Loss, nil
	}
	k, err := strconv.Atoi(text)
	if err != nil || k < 0 {
		return Scalar{}, fmt.Errorf("output is %q: give sum, loss, or the number of an output, "+
			"from 0 on", text)
	}
	return Output(k), nil
}

// String returns the text that ParseScalar takes.
func (s Scalar) String() string {
	switch {
	case s.loss:
		return "loss"
	case s.index > 0:
		return strconv.Itoa(s.index - 1)
	}
	return "sum"
}

// MarshalText writes the scalar as its text, for results in JSON.
func (s Scalar) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Check returns an error when a net has no such number.
func (s Scalar) Check(net *models.Net) error {
	outputs := size(net.Output)
	if s.index > outputs {
		return fmt.Errorf("output is %s, and %v has %d: give a number from "+
			"0 to %d", s, net, outputs, outputs-1)
	}
	if s.loss && outputs < 2 {
		return fmt.Errorf("output is loss, and %v has a single output: a cross-entropy is over classes, so "+
			"give sum", net)
	}
	return nil
}

// Cotangent returns the gradient of the scalar with respect to the outputs f of the net, [inputs,
// Net.Output...] in row-major order: ones for Sum, a one for an output, and softmax(f) less a one at the
// label for Loss. What the engine pulls of it is the scalar's gradient with respect to the inputs. Labels
// count for Loss alone, one an input; a negative one, or none at all, stands for the class that the net
// itself gives. Those that were used are returned too.
func (s Scalar) Cotangent(net *engine.Linear, labels []int) (cotangent []float64, used []int, err error) {
	_, dims := net.Dims(net.Last())
	rows, outputs := dims[0], size(dims[1:])
	cotangent = make([]float64, rows*outputs)
	if s.loss {
		f, err := net.Output()
		if err != nil {
			return nil, nil, err
		}
		return lossCotangent(f, rows, labels)
	}
	for i := range cotangent {
		if s.index == 0 || i%outputs == s.index-1 {
			cotangent[i] = 1
		}
	}
	return cotangent, labels, nil
}

// lossCotangent returns softmax(f) less a one at the label, for the outputs f of each row.
func lossCotangent(f []float64, rows int, labels []int) (cotangent []float64, used []int, err error) {
	outputs := len(f) / rows
	for row := range rows {
		of := f[row*outputs:][:outputs]
		if slices.ContainsFunc(of, func(x float64) bool { return !numbers.Finite(x) }) {
			return nil, nil, fmt.Errorf("the net's outputs are not finite (%g), and have no loss: choose "+
				"smaller weights, or a net of fewer layers", of)
		}
		largest, label := slices.Max(of), -1
		if row < len(labels) {
			label = labels[row]
		}
		if label < 0 {
			label = slices.Index(of, largest)
		}
		if label >= outputs {
			return nil, nil, fmt.Errorf("a label is %d, and the net has %d outputs: give classes from "+
				"0 to %d", label, outputs, outputs-1)
		}
		sum := 0.0
		for _, x := range of {
			sum += math.Exp(x - largest)
		}
		for k, x := range of {
			share := math.Exp(x-largest) / sum
			if k == label {
				share--
			}
			cotangent = append(cotangent, share)
		}
		used = append(used, label)
	}
	return cotangent, used, nil
}

// size returns the product of dimensions.
func size(dims []int) int {
	size := 1
	for _, dim := range dims {
		size *= dim
	}
	return size
}
