package browsertest

import (
	"encoding/json"
	"os"
	"testing"
)

// TestStart runs 00_start from first cell to last.
func TestStart(t *testing.T) {
	browser := startBrowser(t)
	lab := startLab(t, "00_start.ipynb")
	n := lab.open(t, browser, "00_start.ipynb")
	n.command("notebook:run-all-cells")
	pictures := 0
	for _, c := range n.cells() {
		c = n.awaitCell(c.Index, 0)
		for _, output := range c.Outputs {
			if output.Type == "error" || output.Name == "stderr" {
				t.Errorf("cell %d failed: %v", c.Index, output.Text)
			}
			if _, found := output.Data["image/png"]; found {
				pictures++
			}
		}
	}
	if want := savedPictures(t, repository(t, "notebooks", "00_start.ipynb")); pictures != want || want == 0 {
		t.Errorf("the notebook shows %d pictures, and was saved with %d", pictures, want)
	}
	n.wait("a picture on the screen",
		`() => [...document.querySelectorAll(".jp-OutputArea img")].some((i) => i.naturalWidth > 500)`)
	n.screenshot("start")
}

// savedPictures counts the pictures in a notebook.
func savedPictures(t *testing.T, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var saved struct{ Cells []struct{ Outputs []output } }
	if err := json.Unmarshal(content, &saved); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, c := range saved.Cells {
		for _, o := range c.Outputs {
			if _, found := o.Data["image/png"]; found {
				count++
			}
		}
	}
	return count
}
