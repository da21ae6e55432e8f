package cellimports

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Fix returns the code of a Go file with the imports that it lacks, and without those that it does not use.
// It returns false where it takes more than the index knows, and an error where the code can't be parsed.
func (x *Index) Fix(path string, code []byte) (fixed []byte, known bool, err error) {
	f, err := parse(path, code)
	if err != nil {
		return nil, false, err
	}
	missing := make(map[string]map[string]bool)
	for name, uses := range f.uses {
		missing[name] = uses
	}
	var lines []string
	for _, one := range f.imports() {
		name := one.name
		if name == "" {
			if name, known = x.name(one.path); !known {
				return nil, false, nil
			}
		}
		if f.uses[name] != nil || name == "_" || name == "." || one.path == "C" {
			lines = append(lines, strings.TrimSpace(one.name+" "+strconv.Quote(one.path)))
		}
		delete(missing, name)
	}
	for name, uses := range missing {
		found, known := x.find(name, uses)
		if !known {
			return nil, false, nil
		}
		lines = append(lines, strconv.Quote(found.Path))
	}
	slices.Sort(lines)
	return f.withImports(code, lines), true, nil
}

// withImports returns the code with these imports in place of its own.
func (f *file) withImports(code []byte, lines []string) []byte {
	offset := func(at token.Pos) int { return f.fset.Position(at).Offset }
	var text strings.Builder
	done := offset(f.tree.Name.End())
	text.Write(code[:done])
	if len(lines) > 0 {
		text.WriteString("\n\nimport (\n\t" + strings.Join(lines, "\n\t") + "\n)\n")
	}
	for _, declaration := range f.tree.Decls {
		if d, ok := declaration.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			text.Write(code[done:offset(d.Pos())])
			done = offset(d.End())
		}
	}
	text.Write(code[done:])
	return []byte(text.String())
}
