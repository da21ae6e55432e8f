package lab_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// The numbers of a saved figure for a spreadsheet, for NumPy and for anything else. In a notebook there are
// links to click on.
func ExampleDownload() {
	home, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(home)
	os.Setenv(lab.HomeVariable, home)
	defer os.Unsetenv(lab.HomeVariable)
	os.Setenv(lab.ResultsVariable, filepath.Join(home, "results"))
	defer os.Unsetenv(lab.ResultsVariable)

	figure := results.Figure{Figure: "toy", Title: "A toy",
		Series: []map[string]any{{"net": "residual", "mean": []float64{1, 0.5}}}}
	if err := figure.Save(lab.ResultsFolder()); err != nil {
		log.Fatal(err)
	}
	if err := lab.Download("toy"); err != nil {
		log.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(home, "results", "toy.csv"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(file))
	// Output:
	// A toy: results/toy.csv, results/toy.npz, results/toy.json
	// part,entry,net,i,mean
	// series,0,residual,0,1
	// series,0,residual,1,0.5
}

func TestDownloadNeedsAFigure(t *testing.T) {
	t.Setenv(lab.ResultsVariable, t.TempDir())
	if err := lab.Download("missing"); err == nil || !strings.Contains(err.Error(), "run the cell") {
		t.Errorf("a figure that was not made gives %v", err)
	}
}
