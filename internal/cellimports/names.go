package cellimports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// file is a Go file with what it uses of packages.
type file struct {
	fset *token.FileSet
	tree *ast.File

	// uses holds, for each name X of expressions X.Y where the file doesn't declare X, the names Y.
	uses map[string]map[string]bool
}

// parse reads a Go file. Names that another file of the same package declares count as undeclared.
func parse(path string, code []byte) (*file, error) {
	f := &file{fset: token.NewFileSet(), uses: make(map[string]map[string]bool)}
	var err error
	if f.tree, err = parser.ParseFile(f.fset, path, code, parser.ParseComments); err != nil {
		return nil, err
	}
	undeclared := make(map[*ast.Ident]bool, len(f.tree.Unresolved))
	for _, name := range f.tree.Unresolved {
		undeclared[name] = true
	}
	ast.Inspect(f.tree, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && undeclared[name] {
				if f.uses[name.Name] == nil {
					f.uses[name.Name] = make(map[string]bool)
				}
				f.uses[name.Name][selector.Sel.Name] = true
			}
		}
		return true
	})
	return f, nil
}

// imported is an import of a file.
type imported struct {
	spec *ast.ImportSpec
	path string

	// name is the one that the file gives it: "" where it gives none.
	name string
}

// imports returns the file's imports.
func (f *file) imports() []imported {
	var all []imported
	for _, spec := range f.tree.Imports {
		path, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		one := imported{spec: spec, path: path}
		if spec.Name != nil {
			one.name = spec.Name.Name
		}
		all = append(all, one)
	}
	return all
}
