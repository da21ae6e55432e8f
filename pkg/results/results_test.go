package results_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// figure returns a figure with one claim.
func figure(name string) *results.Figure {
	claim := claims.Claim{ID: name + ".claim", Source: "Figure 0", Statement: "s", Quantity: "q"}
	return &results.Figure{
		Figure: name, Title: "A figure", Config: map[string]int{"draws": 3}, Series: []int{1, 2},
		Claims: []claims.Claim{claim.Above(stats.Exact(2), 1)},
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
	if len(all) != 2 || all[0].Figure != "figure-1" || all[1].Claims[0].Verdict != claims.Holds ||
		all[1].Claims[0].Measured.Value != 2 {
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

// TestJSONIsTheLastFile: where the numbers beside it can't be written, the results that were there stay.
func TestJSONIsTheLastFile(t *testing.T) {
	f := figure("figure-1")
	folder := saved(t, f)
	if err := os.Remove(filepath.Join(folder, "figure-1.npz")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "figure-1.npz", "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	f.Series = []int{3, 4}
	if err := f.Save(folder); err == nil {
		t.Fatal("a folder takes the place of a file")
	}
	content, err := os.ReadFile(filepath.Join(folder, "figure-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	var left results.Figure
	if err := json.Unmarshal(content, &left); err != nil || !reflect.DeepEqual(left.Series, []any{1.0, 2.0}) {
		t.Errorf("what is left are the series %v, %v", left.Series, err)
	}
}

// TestClaimsAsCSV: a row a claim, with the verdict and what would decide it.
func TestClaimsAsCSV(t *testing.T) {
	folder := t.TempDir()
	one, open := figure("figure-1"), figure("figure-2")
	open.Claims[0] = open.Claims[0].Above(stats.Estimate{Value: 2, Low: 0, High: 4, Draws: 10}, 1)
	quick := figure("figure-3")
	quick.Provenance.Size = results.Quick
	if err := results.SaveClaims(folder, []*results.Figure{one, open, quick}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "claims.csv"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "part,entry,id,source,statement,quantity,relation,bound,verdict,more_draws," +
		"measured.value,measured.low,measured.high,measured.draws\n" +
		"claims,0,figure-1.claim,Figure 0,s,q,>,1,holds,,2,2,2,\n" +
		"claims,1,figure-2.claim,Figure 0,s,q,>,1,undecided,30,2,0,4,10\n"
	if string(content) != want {
		t.Errorf("claims.csv is\n%s, want\n%s", content, want)
	}
}

// TestNothingUndecidableIsSaved: a claim about what could not be measured, or whose verdict is another than
// its numbers give, stops the saving.
func TestNothingUndecidableIsSaved(t *testing.T) {
	for want, spoil := range map[string]func(*claims.Claim){
		"could not be measured": func(c *claims.Claim) { *c = c.Below(stats.Smallest(nil), 1) },
		`give "holds"`:          func(c *claims.Claim) { c.Verdict = claims.Undecided },
	} {
		spoilt := figure("figure-1")
		spoil(&spoilt.Claims[0])
		folder := t.TempDir()
		if err := spoilt.Save(folder); err == nil || strings.Contains(err.Error(), "\n") ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%v was saved, %v", left, err)
		}
	}
}

// TestCommittedResults: the claims of the results that lie with the notebooks pass the check that files read
// from disk must pass.
func TestCommittedResults(t *testing.T) {
	figure, err := results.Load(filepath.Join("..", "..", "notebooks", "data"), "early-training")
	if err != nil {
		t.Fatal(err)
	}
	if err := claims.CheckAll(figure.Claims); err != nil || len(figure.Claims) == 0 {
		t.Errorf("%d claims, %v", len(figure.Claims), err)
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
	unmarshalable, unmeasured := figure("figure-3"), figure("figure-3")
	unmarshalable.Series, unmeasured.Series = func() {}, []stats.Estimate{stats.None()}
	for want, err := range map[string]error{
		"not finite":            broken.Save(folder),
		"can't be written":      unmarshalable.Save(folder),
		"more draws":            unmeasured.Save(folder),
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
