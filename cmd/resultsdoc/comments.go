package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// module is the path that the project's packages begin with.
const module = "github.com/shattered-gradients/shattered"

// field is a field of the JSON object that a struct becomes. Those of embedded structs are fields of the
// struct that embeds them.
type field struct {
	reflect.StructField

	// owner is the struct that declares the field.
	owner reflect.Type

	// name is the field's in JSON, and optional says that it is left out where it is empty.
	name     string
	optional bool
}

// fieldsOf returns the fields of a struct that encoding/json writes, in its order, less those of the embedded
// structs that are left out.
func fieldsOf(t reflect.Type, without ...reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case slices.Contains(without, f.Type) && f.Anonymous:
		case f.Anonymous && name == "":
			all = append(all, fieldsOf(f.Type, without...)...)
		case f.IsExported() && name != "-":
			all = append(all, field{StructField: f, owner: t, name: name, optional: options == "omitempty"})
		}
	}
	return all
}

// comments are those of the project's types and fields, by package path, type and field.
type comments map[string]string

// readComments reads the comments of the Go files under home/pkg.
func readComments(home string) (comments, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, err
	}
	var reflector jsonschema.Reflector
	err = reflector.AddGoComments("/", filepath.Join(home, "pkg"), jsonschema.WithFullComment())
	if err != nil {
		return nil, fmt.Errorf("can't read the comments of the code: %w", err)
	}
	all := make(comments)
	for name, text := range reflector.CommentMap {
		all[module+strings.TrimPrefix(name, filepath.ToSlash(home))] = text
	}
	return all, nil
}

// ofType returns the comment of a struct in the words of its JSON object.
func (c comments) ofType(t reflect.Type) string {
	name, rest, _ := strings.Cut(c[t.PkgPath()+"."+t.Name()], " ")
	return name + " " + inJSON(rest, fieldsOf(t))
}

// ofField returns the comment that describes a field: its own, or, as several fields may share one, the last
// comment before it that names the field. With neither it is empty: the comment of the struct describes the
// field. It returns an error where that doesn't name the field either.
func (c comments) ofField(f field) (string, error) {
	name := f.owner.PkgPath() + "." + f.owner.Name()
	at := f.Index[len(f.Index)-1]
	for i := at; i >= 0; i-- {
		text := c[name+"."+f.owner.Field(i).Name]
		if text != "" && (i == at || names(text, f.Name)) {
			if f.optional {
				text = nilWord.ReplaceAllString(text, "left out")
			}
			return inJSON(text, fieldsOf(f.owner)), nil
		}
	}
	if names(c[name], f.Name) {
		return "", nil
	}
	return "", fmt.Errorf("no comment says what %s.%s is: describe the field above it, or in the comment "+
		"of %s", f.owner, f.Name, f.owner.Name())
}

// names tells whether a comment names a field.
func names(text, field string) bool {
	return regexp.MustCompile(`\b` + field + `\b`).MatchString(text)
}

// docLink matches a link to an identifier in a comment, as in [Figure.Save].
var docLink = regexp.MustCompile(`\[([\w.]+)\]`)

// nilWord matches what a comment says of fields that are null in JSON, or left out.
var nilWord = regexp.MustCompile(`\bnil\b`)

// inJSON returns a comment in one line, with the names that the fields and nil have in JSON.
func inJSON(text string, fields []field) string {
	text = docLink.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1")
	text = nilWord.ReplaceAllString(text, "null")
	for _, f := range fields {
		whole := regexp.MustCompile(`(^|[ (])` + f.Name + `($|[^\w. ]|\. |\.$| \D)`)
		text = whole.ReplaceAllString(text, "$1`"+f.name+"`$2")
	}
	return text
}

// mayBeNull tells whether a pointer is null in some files: its comment says so. Other pointers are not.
func mayBeNull(comment string) bool { return names(comment, "null") }
