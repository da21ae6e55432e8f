package results_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// figure returns a figure with one claim.
func figure(name string) *results.Figure {
	claim := claims.Claim{ID: name + ".claim", Source: "Figure 0", Statement: "s", Quantity: "q"}
	return &results.Figure{
		Figure: name, Title: "A figure", Config: map[string]int{"draws": 3}, Series: []int{1, 2},
		Claims: []claims.Claim{claim.Above(claims.Exact(2), 1)},
	}
}

func TestSaveAndLoad(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "when", "missing")
	for _, name := range []string{"figure-1", "figure-2"} {
		if err := figure(name).Save(folder); err != nil {
			t.Fatal(err)
		}
	}
	if err := results.WriteFile(folder, "other.json", []byte(`{"of": "another program"}`)); err != nil {
		t.Fatal(err)
	}
	all, err := results.LoadAll(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Figure != "figure-1" || !all[1].Claims[0].Holds || all[1].Claims[0].Measured.Value != 2 {
		t.Errorf("loaded %+v", all)
	}
	if err := results.SaveClaims(folder, all); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "claims.json"))
	if err != nil || !strings.Contains(string(content), `"id": "figure-2.claim"`) {
		t.Errorf("claims.json: %s, %v", content, err)
	}
	left, err := filepath.Glob(filepath.Join(folder, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

func TestErrorsAreSentences(t *testing.T) {
	folder := t.TempDir()
	broken := figure("figure-1")
	broken.Claims[0].Measured.Value = math.NaN()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("not a folder"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "torn.json"), []byte(`{"figure": "to`), 0o644); err != nil {
		t.Fatal(err)
	}
	unmarshalable := figure("figure-3")
	unmarshalable.Series = math.Inf(1)
	for want, err := range map[string]error{
		"not finite":            broken.Save(folder),
		"can't be written":      unmarshalable.Save(folder),
		"can't write figure-1":  figure("figure-1").Save(file),
		"run the cell":          second(results.Load(folder, "figure-9")),
		"is not a results file": second(results.Load(folder, "torn")),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v is not one sentence with %q", err, want)
		}
	}
}

func second(_ any, err error) error { return err }

func TestProvenance(t *testing.T) {
	p := results.NewProvenance(testbackend.Open(t), "../..")
	if p.Backend == "" || p.Plugin == "" || p.Go == "" || p.Started.IsZero() {
		t.Errorf("incomplete: %+v", p)
	}
	if strings.Contains(p.Plugin, "/") {
		t.Errorf("the plugin's description names a folder of this machine: %s", p.Plugin)
	}
	if nowhere := results.NewProvenance(testbackend.Open(t), t.TempDir()); nowhere.Commit != "" {
		t.Errorf("a folder without git has commit %q", nowhere.Commit)
	}
}
