package norms_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestAgainstPyTorch compares the norms that normalise each input by itself with PyTorch's, values and
// derivatives, of dense nets and of images. Their gradients don't depend on how batch statistics are held.
func TestAgainstPyTorch(t *testing.T) {
	content, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Norm         string
		Dims         []int
		X, Y, Slopes []float64
	}
	if err := json.Unmarshal(content, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d references, %v", len(cases), err)
	}
	for _, c := range cases {
		norm, err := norms.Registry.Get(c.Norm)
		if err != nil {
			t.Fatal(err)
		}
		for _, statistics := range []norms.Statistics{norms.Frozen, norms.Coupled} {
			exec := MustNewExec(testbackend.Open(t), func(x *Node) (*Node, *Node) {
				y := norm.Apply(x, statistics.Hold())
				weights := Reshape(Sin(Iota(x.Graph(), Reshape(x, -1).Shape(), 0)), c.Dims...)
				return y, Gradient(ReduceAllSum(Mul(weights, y)), x)[0]
			})
			values, slopes, err := exec.Call2(tensors.FromFlatDataAndDimensions(c.X, c.Dims...))
			if err != nil {
				t.Fatal(err)
			}
			y, slope := tensors.MustCopyFlatData[float64](values), tensors.MustCopyFlatData[float64](slopes)
			for k := range c.Y {
				// Sums of up to 16 numbers of size 1 in another order: some roundings of 2e-16.
				if math.Abs(y[k]-c.Y[k]) > 1e-14 || math.Abs(slope[k]-c.Slopes[k]) > 1e-14 {
					t.Fatalf("%s of %v, value %d: %g of slope %g, PyTorch's %g of slope %g",
						c.Norm, c.Dims, k, y[k], slope[k], c.Y[k], c.Slopes[k])
				}
			}
		}
	}
}
