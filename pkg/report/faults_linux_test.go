package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/report"
)

// reporting is the work of writing the page of a results folder, and the README and the table of claims
// beside it.
func reporting() faulttest.Work {
	const shows = "![a figure](docs/figure-1.png)\n"
	return faulttest.Work{
		Prepare: func(t *testing.T, folder string) {
			if err := os.CopyFS(filepath.Join(folder, "results"),
				os.DirFS(resultsFolder(t, "paper"))); err != nil {
				t.Fatal(err)
			}
			readme, _ := checkout(t, shows+readmePlace, place)
			if err := os.CopyFS(folder, os.DirFS(filepath.Dir(readme))); err != nil {
				t.Fatal(err)
			}
		},
		Do: func(t *testing.T, folder string) {
			from := filepath.Join(folder, "results")
			err := report.Write(from)
			if err == nil {
				err = report.UpdateReadme(from, filepath.Join(folder, "README.md"))
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		Kept: func(t *testing.T, folder string) {
			for _, name := range []string{"README.md", "docs/claims.md"} {
				if got := holds(t, filepath.Join(folder, name)); !strings.HasSuffix(got,
					"<!-- end of claims -->\n") {
					t.Errorf("%s is\n%s", name, got)
				}
			}
		},
		Check: func(t *testing.T, folder string) {
			for _, name := range []string{
				"README.md", "docs/claims.md", "results/index.html", "docs/figure-1.png",
				"results/claims.json", "results/claims.csv",
			} {
				if strings.Contains(holds(t, filepath.Join(folder, name)), "OLD ") {
					t.Errorf("%s is as it was", name)
				}
			}
			for _, pattern := range []string{".*", "docs/.*", "results/.*"} {
				if left, err := filepath.Glob(filepath.Join(folder, pattern)); err != nil || len(left) > 0 {
					t.Errorf("left are %v, %v", left, err)
				}
			}
		},
	}
}

// TestFaultsInReporting writes the page of results and the README with a fault at each call.
func TestFaultsInReporting(t *testing.T) { reporting().Test(t, 10) }

// TestFullDiskInReporting writes them on a disk on which there is less and less room.
func TestFullDiskInReporting(t *testing.T) {
	faulttest.Everything(t)
	reporting().OnFullDisk(t, 100)
}
