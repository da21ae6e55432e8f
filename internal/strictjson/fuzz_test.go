package strictjson

import (
	"encoding/json"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzDecode reads JSON into a value with all kinds of fields. What is read is read again from what it is
// written as.
func FuzzDecode(f *testing.F) {
	type value struct {
		Text   string            `json:"text"`
		Number float64           `json:"number"`
		Count  int               `json:"count"`
		List   []map[string]bool `json:"list"`
		Raw    json.RawMessage   `json:"raw"`
		Left   *int              `json:"left,omitempty"`
	}
	const whole = `{"text":"a","number":1.5,"count":3,"list":[{"b":true}],"raw":[1,{"c":null}]}`
	for _, seed := range []string{whole, whole[:40], whole + whole, "", "null", "[]", `{"text":null}`,
		`{"text":"a","TEXT":"b"}`, "\xff", `{"raw":` + "[[[[[[[["} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var first, second value
		var err error
		faulttest.Bounded(t, len(content), func() { err = Decode(content, &first) })
		if err != nil {
			return
		}
		again, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := Decode(again, &second); err != nil {
			t.Errorf("%s is read, and as it is written, %s, is not: %v", content, again, err)
		}
	})
}
