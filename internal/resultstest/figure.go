package resultstest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Result is a result as sessions save it.
type Result interface {
	Results() (*results.Figure, error)
	Seed() uint64
}

// CheckResults saves the result, which checks its claims, checks the files against each other and against
// docs/results.schema.json, and returns the figure.
func CheckResults(t *testing.T, result Result) *results.Figure {
	t.Helper()
	figure, err := result.Results()
	if err != nil {
		t.Fatal(err)
	}
	figure.Provenance = results.NewProvenance(testbackend.Open(t), ".")
	figure.Provenance.Seed, figure.Provenance.Size = result.Seed(), results.Quick
	folder := t.TempDir()
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	CheckData(t, folder, figure.Figure)
	content, err := os.ReadFile(filepath.Join(folder, figure.Figure+".json"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(home(t), "docs", "results.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(instance); err != nil {
		t.Errorf("%s.json does not follow docs/results.schema.json: %v", figure.Figure, err)
	}
	return figure
}

// home returns the project's folder, above the one that the test runs in.
func home(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	for ; err == nil; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	t.Fatalf("there is no go.mod above the working folder, %v", err)
	return ""
}
