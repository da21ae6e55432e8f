package models_test

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// TestWeightsAreTheSameWhereverTheyAreDrawn compares values drawn into Go's memory and into the backend's, in
// both precisions.
func TestWeightsAreTheSameWhereverTheyAreDrawn(t *testing.T) {
	net, err := models.New(models.Config{Net: "residual", Depth: 3, Width: 20, Beta: 1})
	if err != nil {
		t.Fatal(err)
	}
	draw := net.Draw(7, 3)
	for i := range net.Stages {
		values := draw.Values(i)
		for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
			host, err := draw.Stage(nil, i, dtype)
			if err != nil {
				t.Fatal(err)
			}
			shared, err := draw.Stage(testbackend.Open(t), i, dtype)
			if err != nil {
				t.Fatal(err)
			}
			for p, want := range values {
				for where, weight := range map[string]*tensors.Tensor{"Go": host[p],
					"the backend": shared[p]} {
					if got := float32s(weight); !slices.Equal(got, want) {
						t.Errorf("stage %d, variable %d, %s in %s: %v, want %v", i, p, dtype, where, got[:3],
							want[:3])
					}
				}
				shared[p].MustFinalizeAll()
			}
		}
	}
}

// float32s returns the values of a tensor of float32 or float64, which here come from float32.
func float32s(t *tensors.Tensor) []float32 {
	if t.DType() == dtypes.Float32 {
		return tensors.MustCopyFlatData[float32](t)
	}
	var narrow []float32
	for _, value := range tensors.MustCopyFlatData[float64](t) {
		narrow = append(narrow, float32(value))
	}
	return narrow
}
