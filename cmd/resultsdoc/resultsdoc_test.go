package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// home is the project's folder.
var home = filepath.Join("..", "..")

// TestFilesAreOfTheCode: the committed schema and page are what the code gives.
func TestFilesAreOfTheCode(t *testing.T) {
	files, err := files(home)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(home, path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types of the results and their comments give: run "+
				"go run ./cmd/resultsdoc", path)
		}
	}
}

// dialFile is a file of results of the dial.
const dialFile = `{"figure": "beta-dial", "title": "t", "config": {},
	"claims": [{"id": "i", "source": "s", "statement": "s", "why": "w", "quantity": "q", "bound": 0,
		"measured": {"value": 1, "low": 0, "high": 2}, "relation": ">", "verdict": "undecided"}],
	"provenance": {"seed": 0, "backend": "go", "plugin": "", "platform": "", "go": "", "modules": {},
		"commit": "", "size": "quick", "started": "2020-01-02T03:04:05Z", "wall_seconds": 1},
	"series": [{"net": "residual", "depth": 2, "statistics": "frozen", "draws": 2, "beta": [0.1],
		"lag_1": [{"value": 1, "low": 0, "high": 2}], "lag_5": [], "length": [], "brownness": [],
		"brown_length": 1, "white_length": 1}]}`

// TestSchemaRefuses checks what the committed schema lets through, by a file and changes to it.
func TestSchemaRefuses(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(home, schemaPath))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]struct {
		old, new string
		refused  bool
	}{
		"nothing":                    {"", "", false},
		"a field too few":            {`"net": "residual", `, "", true},
		"a field too many":           {`"depth": 2`, `"depth": 2, "layers": 2`, true},
		"a text for a number":        {`"depth": 2`, `"depth": "2"`, true},
		"null for a list":            {`"lag_5": []`, `"lag_5": null`, true},
		"an estimate without an end": {`, "high": 2`, "", true},
		"a negative error":           {`"low": 0`, `"low": 0, "stderr": -1`, true},
		"series of another figure":   {"beta-dial", "figure-3", true},
		"tests that it has not":      {`"config": {}`, `"config": {}, "tests": []`, true},
		"a size that there is not":   {"quick", "large", true},
		"a claim without fields":     {`"claims": [`, `"claims": [{}, `, true},
		"a claim of another verdict": {"undecided", "unknown", true},
		"an empty field":             {`"why": "w"`, `"why": ""`, true},
		"a field left out":           {`"why": "w", `, "", false},
		"one draw":                   {`"draws": 2`, `"draws": 1`, true},
		"statistics of no kind":      {"frozen", "thawed", true},
		"a config that is no object": {`"config": {}`, `"config": 1`, true},
		"a figure of other numbers":  {"beta-dial", "mine", false},
	} {
		content := strings.Replace(dialFile, change.old, change.new, 1)
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err != nil) != change.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaTakesKeptResults: the results that are kept with the code are as the schema says.
func TestSchemaTakesKeptResults(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(home, schemaPath))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(home, "notebooks", "data", "*.json"))
	if err != nil || len(kept) == 0 {
		t.Fatalf("there are no results in notebooks/data, %v", err)
	}
	for _, path := range kept {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// described has two fields that a comment names, and one that none does.
type described struct {
	First  int `json:"first"`
	Second int `json:"second"`
	Third  int `json:"third"`
}

// TestFieldsNeedComments: a comment describes the fields that it names, by their names in JSON.
func TestFieldsNeedComments(t *testing.T) {
	const name = module + "/cmd/resultsdoc.described"
	said := comments{
		name: "described is a test's.", name + ".First": "First is one, and Second (nil) another.",
	}
	fields := fieldsOf(reflect.TypeFor[described]())
	const both = "`first` is one, and `second` (null) another."
	for i, want := range []string{both, both, ""} {
		if text, err := said.ofField(fields[i]); text != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", fields[i].Name, text, err)
		}
	}
}

// TestPageNeedsItsParts: a type without a part, and a part without a type, are said by their names.
func TestPageNeedsItsParts(t *testing.T) {
	old, err := os.ReadFile(filepath.Join(home, pagePath))
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{
		"stats.Curve":     strings.Replace(string(old), "s of stats.Curve,", "s of no stats.Curve,", 1),
		"figure3.Unknown": strings.Replace(string(old), "s of stats.Curve,", "s of figure3.Unknown,", 1),
	} {
		if _, err := renewPage(home, page); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
