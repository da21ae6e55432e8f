package export_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/export"
	"github.com/shattered-gradients/shattered/pkg/models"
)

func Example() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	draw, err := export.Run(context.Background(), engine.New(opened), export.Config{
		Net: models.Config{Net: "highway", Depth: 5, Width: 20}, Inputs: 32, Seed: 1, DType: dtypes.Float64,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	fmt.Println(draw.WriteNPZ(filepath.Join(folder, "draw.npz")))
	// Output: <nil>
}
