package models_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// newStore returns a Store with the values of a draw.
func newStore(t *testing.T, net *models.Net, draw *models.Draw) *model.Store {
	t.Helper()
	store := model.NewStore()
	if err := net.Initialize(store.RootScope(), draw, dtypes.Float32); err != nil {
		t.Fatal(err)
	}
	return store
}

// must returns a value, or ends the test with the error.
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func flat(t *tensors.Tensor) []float32 { return tensors.MustCopyFlatData[float32](t) }
