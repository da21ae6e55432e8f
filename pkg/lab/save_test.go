package lab_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/lab"
)

// TestSave saves numbers of one's own in each format; what they become is tested in internal/datafile.
func TestSave(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	t.Setenv(lab.ResultsVariable, folder)
	t.Setenv("SHATTERED_BACKEND", "go")
	s, err := lab.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	numbers := map[string][]float64{"x": {1, 2}}
	for name, begins := range map[string]string{"a.json": "{", "b.csv": "x\n1\n2\n", "c.npz": "PK"} {
		shown := printed(t, func() error { return s.Save(name, numbers) })
		path := filepath.Join(folder, "mine", name)
		if want := "saved " + path + "\n"; shown != want {
			t.Errorf("saving %s shows %q, not %q", name, shown, want)
		}
		if content, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(content), begins) {
			t.Errorf("%s holds %q, %v", name, content, err)
		}
	}
	for _, name := range []string{"numbers", "numbers.txt", "../numbers.csv", ".csv", ""} {
		if err := s.Save(name, numbers); err == nil ||
			!strings.Contains(err.Error(), "ends with .json, .csv or .npz") {
			t.Errorf("saving %q gives %v", name, err)
		}
	}
	if err := s.Save("a.csv", map[string]any{"x": []int{1}, "y": []int{1, 2}}); err == nil ||
		!strings.Contains(err.Error(), "a.csv can't be written: x has 1 rows and y 2") {
		t.Errorf("saving no table gives %v", err)
	}
}
