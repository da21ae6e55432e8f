package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// part matches a generated part of the page: it stands between a line that names its type and a line that
// ends it.
var part = regexp.MustCompile(`(?s)<!-- fields of ([\w.]+), generated -->\n.*?<!-- end of the fields -->\n`)

// renewPage returns the page with its generated parts made anew from the code in the project's folder. It
// returns an error where the page has no part for a type, or one for something else.
func renewPage(home, page string) (string, error) {
	all, err := types()
	if err != nil {
		return "", err
	}
	comments, err := readComments(home)
	if err != nil {
		return "", err
	}
	missing := make(map[string]reflect.Type)
	for _, t := range all {
		missing[t.String()] = t
	}
	var wrong error
	page = part.ReplaceAllStringFunc(page, func(old string) string {
		name := part.FindStringSubmatch(old)[1]
		t, ok := missing[name]
		if !ok {
			wrong = fmt.Errorf("%s has a part for %q, which is no type of the results or has one already",
				pagePath, name)
			return old
		}
		delete(missing, name)
		table, err := table(t, all, comments)
		if err != nil {
			wrong = err
		}
		return fmt.Sprintf("<!-- fields of %s, generated -->\n%s<!-- end of the fields -->\n", name, table)
	})
	for name := range missing {
		if wrong != nil {
			break
		}
		wrong = fmt.Errorf("%s has no part for %s: add a line <!-- fields of %s, generated --> and a line "+
			"<!-- end of the fields -->", pagePath, name, name)
	}
	return page, wrong
}

// row is a row of a table.
type row struct{ names, types, content string }

// table returns the comment of a struct and the table of its fields. Fields that share a comment share a row,
// and those of embedded structs with tables of their own stand there.
func table(t reflect.Type, documented []reflect.Type, comments comments) (string, error) {
	var rows []row
	for _, f := range fieldsOf(t, documented...) {
		content, err := comments.ofField(f)
		if err != nil {
			return "", err
		}
		is := "`" + typeName(f.Type, content) + "`"
		if f.optional {
			is += ", optional"
		}
		name := "`" + f.name + "`"
		same := slices.IndexFunc(rows, func(r row) bool { return r.content == content })
		if same < 0 {
			rows = append(rows, row{name, is, content})
			continue
		}
		rows[same].names += ", " + name
		if !strings.Contains(rows[same].types, is) {
			rows[same].types += "; " + is
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s%s\n", comments.ofType(t), embedded(t, documented))
	text.WriteString("\n| field | type | content |\n|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", r.names, r.types, cell(r))
	}
	return text.String() + "\n", nil
}

// embedded says which structs with tables of their own a struct embeds, by however many steps.
func embedded(t reflect.Type, documented []reflect.Type) string {
	text := ""
	for i := range t.NumField() {
		switch f := t.Field(i); {
		case f.Anonymous && slices.Contains(documented, f.Type):
			text += " It has the fields of `" + f.Type.String() + "` as well."
		case f.Anonymous:
			text += embedded(f.Type, documented)
		}
	}
	return text
}

// cell returns the content of a row, in which the name of a single field need not be said again.
func cell(r row) string {
	text := strings.ReplaceAll(r.content, "|", `\|`)
	if text == "" {
		return "see above"
	}
	if rest, ok := strings.CutPrefix(text, r.names+" "); ok {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "is "), "are ")
		text = strings.ToUpper(rest[:1]) + rest[1:]
	}
	return text
}

// typeName says what a field with a comment is in JSON: number[] is a list of numbers, and stats.Estimate an
// object with the fields of that type.
func typeName(t reflect.Type, comment string) string {
	switch kind := t.Kind(); {
	case kind == reflect.Slice && t.Elem().Kind() == reflect.Pointer && mayBeNull(comment):
		return "(" + typeName(t.Elem(), comment) + ")[]"
	case kind == reflect.Slice:
		return typeName(t.Elem(), comment) + "[]"
	case kind == reflect.Pointer && mayBeNull(comment):
		return typeName(t.Elem(), comment) + " or null"
	case kind == reflect.Pointer:
		return typeName(t.Elem(), comment)
	case kind == reflect.Map:
		return "object"
	case kind == reflect.Interface:
		return "any"
	case kind == reflect.Bool:
		return "boolean"
	case kind == reflect.String, t == reflect.TypeFor[time.Time]():
		return "string"
	case kind == reflect.Float32 || kind == reflect.Float64:
		return "number"
	case kind == reflect.Struct:
		return t.String()
	}
	return "integer"
}
