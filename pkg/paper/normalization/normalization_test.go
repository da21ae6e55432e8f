package normalization_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/normalization"
)

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	for _, backend := range []compute.Backend{testbackend.Go(t), testbackend.XLA(t)} {
		e := engine.New(backend)
		defer e.Close()
		table, _ := resumetest.Check(t, func(ctx context.Context) (*normalization.Result, error) {
			return normalization.Run(ctx, e, normalization.Quick())
		})
		resultstest.CheckResults(t, table)
		// Nets without normalisation have one row, others one a kind of statistics.
		if n := len(table.Rows); n != 4+2*8 {
			t.Errorf("%d rows", n)
		}
		lines := strings.Count(table.Table().Markdown(), "\n")
		if lines != len(table.Rows)+4 { // a caption, a header
			t.Errorf("the table has %d lines for %d rows", lines, len(table.Rows))
		}
		for _, row := range table.Rows {
			if (row.Norm == norms.None.Name) != (row.Statistics == "") {
				t.Errorf("%s, %s: statistics %q", row.Net, row.Norm, row.Statistics)
			}
			// The logarithm is concave: the typical size is below that of the mean.
			if row.LogVariance == nil || row.LogVariance.Value > math.Log10(row.Variance.Value) {
				t.Errorf("%s, %s: the mean logarithm is %v, that of the mean %g", row.Net, row.Norm,
					row.LogVariance, math.Log10(row.Variance.Value))
			}
		}
	}
}

// TestConstantGradientsHaveNoACF takes nets of two layers of one unit, f = w rho(W rho(x - b)): the
// gradient is 0 everywhere where W < 0, a step at b where W > 0 and b lies inside the grid, and constant
// where it lies outside.
func TestConstantGradientsHaveNoACF(t *testing.T) {
	config := normalization.Quick()
	net := &config.Nets[0]
	net.Depth, net.Width, config.Nets, config.Draws = 2, 1, config.Nets[:1], 20
	table, err := normalization.Run(t.Context(), engine.New(testbackend.Open(t)), config)
	if err != nil {
		t.Fatal(err)
	}
	defined, err := models.New(*net)
	if err != nil {
		t.Fatal(err)
	}
	constant := 0
	for i := range config.Draws {
		draw := defined.Draw(config.Seed, uint64(i))
		if b, w := draw.Values(0)[0][0], draw.Values(1)[0][0]; w < 0 || b < -2 || b >= 2 {
			constant++
		}
	}
	row := table.Rows[0]
	if row.Constant != constant || constant == 0 || constant == config.Draws {
		t.Errorf("%d of %d draws are said to have a constant gradient, want %d", row.Constant, config.Draws,
			constant)
	}
	text := table.Table().Markdown()
	if want := fmt.Sprintf("(%d of 20 draws constant)", constant); !strings.Contains(text, want) {
		t.Errorf("the table does not say %q:\n%s", want, text)
	}
}

// TestUsersNormsAreNotKept: a normalisation that is not the project's is known by its name alone, and may
// change under it.
func TestUsersNormsAreNotKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "parts")
	config := normalization.Quick()
	own := &norms.Norm{Name: "own", Apply: norms.Center.Apply}
	config.Nets = []models.Config{{Net: "feedforward", Depth: 3, Width: 8, Norm: own}}
	ctx := checkpoint.With(t.Context(), checkpoint.NewStore(folder, "test"))
	if _, err := normalization.Run(ctx, engine.New(testbackend.Open(t)), config); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("parts were kept: %v", err)
	}
}

func TestCostsAreChecked(t *testing.T) {
	config := normalization.Quick()
	config.Draws = 1 << 62
	_, err := normalization.Run(t.Context(), engine.New(testbackend.Open(t)), config)
	if err == nil || !strings.Contains(err.Error(), " would ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error %v is not a sentence with the cost", err)
	}
}
