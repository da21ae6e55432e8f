package figure1_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure1"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

func ExampleRun() {
	opened, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Finalize()
	result, err := figure1.Run(context.Background(), engine.New(opened), figure1.Quick())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, column := range result.Select(norms.Frozen) {
		fmt.Printf("%s, depth %d: nearer to brown noise than to white: %t\n", column.Net, column.Depth,
			column.Brownness.Value > 0.5)
	}
	// Output:
	// feedforward, depth 1: nearer to brown noise than to white: true
	// feedforward, depth 24: nearer to brown noise than to white: false
	// residual, depth 50: nearer to brown noise than to white: true
	// brown, depth 0: nearer to brown noise than to white: true
	// white, depth 0: nearer to brown noise than to white: false
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure1.Quick()
	result, _ := resumetest.Check(t, func(ctx context.Context) (*figure1.Result, error) {
		return figure1.Run(ctx, e, config)
	})
	resultstest.CheckResults(t, result)
	for _, statistics := range paper.AllStatistics {
		columns := result.Select(statistics)
		var nets []string
		for _, column := range columns {
			nets = append(nets, column.Net)
			if len(column.X) != config.Inputs || len(column.Values) != config.Inputs ||
				column.Covariance.SymmetricDim() != config.Inputs {
				t.Errorf("%s, %s: %d inputs, %d values, covariance of %d", column.Net, statistics,
					len(column.X), len(column.Values), column.Covariance.SymmetricDim())
			}
		}
		want := []string{"feedforward", "feedforward", "residual", "brown", "white"}
		if !slices.Equal(nets, want) {
			t.Errorf("columns for %s statistics: %v, want %v", statistics, nets, want)
		}
	}
	// One layer has no normalisation: its gradients are the same for both kinds of statistics.
	frozen, coupled := result.Select(norms.Frozen)[0].Values, result.Select(norms.Coupled)[0].Values
	if !slices.Equal(frozen, coupled) {
		t.Error("the gradients of one layer differ between frozen and coupled statistics")
	}
}

// TestResultsSayWhatANetIs tells nets of a user's from the paper's, in files that follow the schema.
func TestResultsSayWhatANetIs(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure1.Quick()
	config.Draws, config.Deep.Depth, config.Residual.Depth = 2, 3, 3
	config.Deep.Norm, config.Residual.Initializer = norms.Batch, initializers.Orthogonal
	result, err := figure1.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	resultstest.CheckResults(t, result)
	for i, want := range map[int]string{1: "batch norm", 2: "orthogonal weights"} {
		if result.Columns[i].Also != want {
			t.Errorf("column %d is told apart from the paper's by %q, want %q", i, result.Columns[i].Also,
				want)
		}
	}
}

// TestEqualNets: the nets share their draws, so that two of them that are one differ by exactly 0.
func TestEqualNets(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := figure1.Quick()
	config.Deep.Width, config.Deep.Depth = 16, 6
	config.Residual, config.Inputs = config.Deep, 64
	result, err := figure1.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range result.Claims() {
		if !strings.HasPrefix(c.ID, "figure-1.browner.") {
			continue
		}
		found++
		if c.Measured != (stats.Estimate{Draws: config.Draws}) || c.Verdict != claims.Contradicted {
			t.Errorf("%s: %+v, %s", c.ID, c.Measured, c.Verdict)
		}
	}
	if found != 2 {
		t.Errorf("%d claims that one net is browner, want 2", found)
	}
}

// TestPaper holds the config to the numbers the paper gives.
func TestPaper(t *testing.T) {
	c := figure1.Paper()
	if c.Shallow.Depth != 1 || c.Deep.Depth != 24 || c.Residual.Depth != 50 || c.Residual.Beta != 0.1 ||
		c.Inputs != 256 || c.Shallow.Width != 200 || c.Deep.Width != 200 || c.Residual.Width != 200 {
		t.Errorf("%+v", c)
	}
}

// TestCostsAreChecked asks for more than can be paid: it says so before it computes anything.
func TestCostsAreChecked(t *testing.T) {
	config := figure1.Quick()
	config.Inputs = 1 << 62
	_, err := figure1.Run(t.Context(), engine.New(testbackend.Open(t)), config)
	if err == nil || !strings.Contains(err.Error(), " would ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error %v is not a sentence with the cost", err)
	}
}
