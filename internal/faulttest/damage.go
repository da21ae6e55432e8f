package faulttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"
)

// Damaged returns a file's content as accidents and hands leave it, each with a name: emptied, cut off, with
// a bit flipped at each of many places, with bytes after its end; and JSON with each of its fields left out,
// null, of another type, and with numbers that are negative, huge or not whole. Tests that are not to try
// everything get one of ten.
func Damaged(content []byte) iter.Seq2[string, []byte] {
	return func(each func(string, []byte) bool) {
		number := 0
		yield := func(name string, damaged []byte) bool {
			number++
			return !All() && number%10 != 1 || each(name, damaged)
		}
		const places = 40
		if !yield("emptied", nil) ||
			!yield("with more behind its end", append(slices.Clone(content), "{}"...)) {
			return
		}
		for i := range places {
			at := len(content) * i / places
			if !yield(fmt.Sprintf("cut off at byte %d", at), slices.Clone(content[:at])) {
				return
			}
			flipped := slices.Clone(content)
			flipped[at] ^= 1 << (i % 8)
			if !yield(fmt.Sprintf("with bit %d of byte %d flipped", i%8, at), flipped) {
				return
			}
		}
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) == nil {
			edit(value, "", func(any) {}, func(name string) bool {
				text, err := json.Marshal(value)
				return err != nil || yield(name, text)
			})
		}
	}
}

// Damage writes a file at the path as [Damaged] returns its content, once for each, which counts as an input,
// and returns their names.
func Damage(t testing.TB, path string, content []byte) iter.Seq[string] {
	return func(each func(string) bool) {
		t.Helper()
		for how, damaged := range Damaged(content) {
			Inputs(t, 1)
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			if !each(how) {
				return
			}
		}
	}
}

// edits are what a hand may write in the place of a value.
var edits = []any{
	nil, true, "text", []any{}, map[string]any{}, json.Number("-1"), json.Number("0.5"), json.Number("1e400"),
	json.Number("9223372036854775808"),
}

// edit puts each of the edits in the place of a value and of those in it, one at a time, tells, and puts back
// what was there. It returns false when it is told to stop.
func edit(value any, path string, put func(any), tell func(name string) bool) bool {
	if path != "" {
		for _, other := range edits {
			if reflect.DeepEqual(other, value) {
				continue
			}
			put(other)
			on := tell(fmt.Sprintf("with %v for %s", other, path))
			put(value)
			if !on {
				return false
			}
		}
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			field := value[name]
			delete(value, name)
			on := tell("without " + path + "." + name)
			value[name] = field
			if !on || !edit(field, path+"."+name, func(other any) { value[name] = other }, tell) {
				return false
			}
		}
	case []any:
		for i, entry := range value {
			if i < 2 && !edit(entry, fmt.Sprintf("%s[%d]", path, i), func(other any) { value[i] = other },
				tell) {
				return false
			}
		}
	}
	return true
}
