package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/shattered-gradients/shattered/pkg/paper/experiments"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// schemaPath and pagePath are the generated files, from the project's folder.
var (
	schemaPath = filepath.Join("docs", "results.schema.json")
	pagePath   = filepath.Join("docs", "results.md")
)

// figure is the type of a file of results.
var figure = reflect.TypeFor[results.Figure]()

// structs appends the structs that a type is made of, each once, those that embed others with their fields.
func structs(t reflect.Type, all []reflect.Type) []reflect.Type {
	switch {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		return structs(t.Elem(), all)
	case t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || slices.Contains(all, t):
		return all
	}
	all = append(all, t)
	for _, f := range fieldsOf(t) {
		all = structs(f.Type, all)
	}
	return all
}

// types returns all structs of files of results: that of a file first, then those of the experiments' series
// and tests. It returns an error where an experiment does not say of what types these are.
func types() ([]reflect.Type, error) {
	all := structs(figure, nil)
	for _, e := range experiments.All {
		if e.Series == nil {
			return nil, fmt.Errorf("the list experiments.All does not say of what type the series of %s "+
				"are: fill in Series", e.Name)
		}
		all = structs(reflect.TypeOf(e.Series), all)
		if e.Tests != nil {
			all = structs(reflect.TypeOf(e.Tests), all)
		}
	}
	return all, nil
}

// schemaOfFiles returns the JSON Schema of files of results, from the code in the project's folder.
func schemaOfFiles(home string) ([]byte, error) {
	all, err := types()
	if err != nil {
		return nil, err
	}
	comments, err := readComments(home)
	if err != nil {
		return nil, err
	}
	reflector := &jsonschema.Reflector{Anonymous: true, Namer: nameOf}
	root := reflector.ReflectFromType(figure)
	for _, t := range all {
		for name, definition := range reflector.ReflectFromType(t).Definitions {
			root.Definitions[name] = definition
		}
	}
	var missing []error
	for _, t := range all {
		missing = append(missing, describe(root.Definitions[t.String()], t, comments))
	}
	if err := errors.Join(missing...); err != nil {
		return nil, err
	}
	root.Title = "Results of an experiment"
	for _, e := range experiments.All {
		root.AllOf = append(root.AllOf, entriesOf(reflector, e))
	}
	content, err := json.MarshalIndent(root, "", "  ")
	for _, sign := range "<>&" { // nothing here goes into HTML
		content = bytes.ReplaceAll(content, fmt.Appendf(nil, `\u%04x`, sign), []byte(string(sign)))
	}
	return append(content, '\n'), err
}

// nameOf names a type in the schema by its package and name; types without a name have none.
func nameOf(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	return t.String()
}

// describe adds to the definition of a struct what its comments say, and that what is a pointer in Go may be
// null where they say so.
func describe(definition *jsonschema.Schema, t reflect.Type, comments comments) error {
	definition.Description = comments.ofType(t)
	var missing []error
	for _, f := range fieldsOf(t) {
		property, _ := definition.Properties.Get(f.name)
		text, err := comments.ofField(f)
		missing = append(missing, err)
		list, of := property, f.Type // a list, or a list of lists
		for of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Slice {
			list, of = list.Items, of.Elem()
		}
		if of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Pointer && mayBeNull(text) {
			list.Items = orNull(list.Items)
		}
		if f.Type.Kind() == reflect.Pointer && !f.optional && mayBeNull(text) {
			property = orNull(property)
		}
		if f.optional {
			neverEmpty(property, f.Type)
		}
		if text != "" && property != jsonschema.TrueSchema {
			property.Description = text
		}
		definition.Properties.Set(f.name, property)
	}
	return errors.Join(missing...)
}

// neverEmpty adds to the schema of a field that it is left out where it is empty: so it is not where it is
// there.
func neverEmpty(property *jsonschema.Schema, t reflect.Type) {
	switch t.Kind() {
	case reflect.String:
		property.MinLength = new(uint64(1))
	case reflect.Slice:
		property.MinItems = new(uint64(1))
	case reflect.Bool:
		property.Const = true
	}
}

// orNull returns the schema of what the schema describes, or null.
func orNull(schema *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{schema, {Type: "null"}}}
}

// entriesOf returns the rule that files of the experiment have series and tests of its types.
func entriesOf(reflector *jsonschema.Reflector, e experiments.Experiment) *jsonschema.Schema {
	series := schemaOf(reflector, e.Series)
	series.MinItems = new(uint64(1))
	then := jsonschema.NewProperties()
	then.Set("series", series)
	if e.Tests != nil {
		then.Set("tests", schemaOf(reflector, e.Tests))
	} else {
		then.Set("tests", jsonschema.FalseSchema)
	}
	is := jsonschema.NewProperties()
	is.Set("figure", &jsonschema.Schema{Const: e.Name})
	return &jsonschema.Schema{
		If:   &jsonschema.Schema{Properties: is},
		Then: &jsonschema.Schema{Properties: then},
	}
}

// schemaOf returns the schema of a value's type by the type's definition.
func schemaOf(reflector *jsonschema.Reflector, value any) *jsonschema.Schema {
	schema := reflector.ReflectFromType(reflect.TypeOf(value))
	schema.Version, schema.Definitions = "", nil
	return schema
}
