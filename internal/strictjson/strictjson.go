// Package strictjson reads JSON that was written from the value it is read into: what has other fields is of
// another version, or was edited.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Decode reads one JSON value. It is an error when a field of the value is missing (unless it may be left out
// by omitempty), when there are others, or when anything stands behind it.
func Decode(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	} else if err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind its end")
	}
	again, err := json.Marshal(into)
	if err != nil {
		return err
	}
	var want, got any
	for _, side := range []struct {
		text []byte
		into *any
	}{{again, &want}, {content, &got}} {
		if err := json.Unmarshal(side.text, side.into); err != nil {
			return err
		}
	}
	return missing("it", want, got)
}

// missing returns an error that names the first field of what is wanted that was not got.
func missing(path string, want, got any) error {
	if got == nil && want != nil { // Go reads null as the value that is there before, without an error
		return fmt.Errorf("%s is null", path)
	}
	switch want := want.(type) {
	case map[string]any:
		fields, _ := got.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			field, found := fields[name]
			if !found {
				return fmt.Errorf("%s has no %s", path, name)
			}
			if err := missing(name, want[name], field); err != nil {
				return err
			}
		}
	case []any:
		for i, entry := range want {
			if list, ok := got.([]any); ok && i < len(list) {
				if err := missing(fmt.Sprintf("%s %d", path, i+1), entry, list[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
