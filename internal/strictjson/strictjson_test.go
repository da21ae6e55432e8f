package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/strictjson"
)

type inner struct {
	A int  `json:"a"`
	B *int `json:"b"`
}

type outer struct {
	Name  string  `json:"name"`
	Empty int     `json:"empty,omitempty"`
	One   inner   `json:"one"`
	Many  []inner `json:"many"`
	Any   any     `json:"any"`
}

func TestDecode(t *testing.T) {
	for _, good := range []string{
		`{"name": "x", "one": {"a": 1, "b": null}, "many": null, "any": null}`,
		`{"any": {"x": [1, {"y": 2}]}, "many": [{"a": 1, "b": 2}, {"b": 2, "a": 0}], "empty": 3, "one": {"a": 1, "b": 2}, "name": ""}` + "\n",
	} {
		var value outer
		if err := strictjson.Decode([]byte(good), &value); err != nil {
			t.Errorf("%s gives %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		``:     "it is empty",
		`null`: "it is null",
		`{}`:   "it has no any",
		`[]`:   "cannot unmarshal",
		`{"name": "x", "one": {"a": 1, "b": null}, "many": null, "any": nu`:                            "unexpected EOF",
		`{"name": "x", "one": {"a": 1, "b": null}, "many": null, "any": null} 7`:                       "behind its end",
		`{"name": "x", "one": {"a": 1, "b": null}, "many": null, "any": null, "more": 1}`:              `unknown field "more"`,
		`{"name": "x", "one": {"a": 1}, "many": null, "any": null}`:                                    "one has no b",
		`{"name": "x", "one": null, "many": null, "any": null}`:                                        "one is null",
		`{"name": "x", "one": {"a": 1, "b": null}, "many": [{"a": 1, "b": 1}, {"a": 1}], "any": null}`: "many 2 has no b",
		`{"name": null, "one": {"a": 1, "b": null}, "many": null, "any": null}`:                        "name is null",
		`{"Name": "x", "one": {"a": 1, "b": null}, "many": null, "any": null}`:                         "it has no name",
		`{"name": "x", "one": {"a": 99999999999999999999, "b": null}, "many": null, "any": null}`:      "cannot unmarshal number",
	} {
		var value outer
		if err := strictjson.Decode([]byte(bad), &value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %q", bad, err, want)
		}
	}
}

// TestNumbersBeyondTheRange reads a number that no float64 is, in a field that is kept as it stands.
func TestNumbersBeyondTheRange(t *testing.T) {
	var value struct {
		Raw json.RawMessage `json:"raw"`
	}
	err := strictjson.Decode([]byte(`{"raw": [1, 1e400]}`), &value)
	if err == nil || !strings.Contains(err.Error(), "1e400") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error %v is not one line about the number", err)
	}
}
