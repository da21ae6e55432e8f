package cellimports

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Package is a package that cells can import.
type Package struct {
	Name, Path string

	// Folder holds its files.
	Folder string

	// Far says that the project itself does not use it.
	Far bool
}

// Index knows packages.
type Index struct {
	// Own is the import path of the project, and Home its folder: packages in it are looked up when they are
	// asked for, since they change.
	Own, Home string

	// Packages are all others.
	Packages []Package
}

// ReadIndex reads what the set-up writes: a package a line, name, import path and folder with tabs between
// them; after an empty line those that the project does not use. Packages that cells can't import, because
// they are internal or programs, are left out.
func ReadIndex(text, own, home string) *Index {
	index := &Index{Own: own, Home: home}
	far, known := false, make(map[string]bool)
	for line := range strings.Lines(text) {
		far = far || line == "\n"
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 || fields[0] == "main" || isOf(fields[1], own) ||
			slices.ContainsFunc(strings.Split(fields[1], "/"), hidden) {
			continue
		}
		if !known[fields[1]] {
			known[fields[1]] = true
			index.Packages = append(index.Packages, Package{fields[0], fields[1], fields[2], far})
		}
	}
	return index
}

// hidden tells whether packages below a folder of that name are not for everybody.
func hidden(folder string) bool { return folder == "internal" || folder == "vendor" }

// isOf tells whether a package belongs to the module of that path.
func isOf(importPath, module string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// name returns the name of the package of an import path, or false where the index does not know it. The
// project's packages have the names of their folders.
func (x *Index) name(importPath string) (string, bool) {
	if isOf(importPath, x.Own) {
		return path.Base(importPath), true
	}
	for _, p := range x.Packages {
		if p.Path == importPath {
			return p.Name, true
		}
	}
	return "", false
}

// own returns the project's packages of that name.
func (x *Index) own(name string) []Package {
	var found []Package
	_ = filepath.WalkDir(filepath.Join(x.Home, "pkg"),
		func(folder string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return nil
			}
			if hidden(entry.Name()) || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			if entry.Name() == name {
				below, err := filepath.Rel(x.Home, folder)
				if err == nil {
					found = append(found,
						Package{Name: name, Path: path.Join(x.Own, filepath.ToSlash(below)), Folder: folder})
				}
			}
			return nil
		})
	return found
}

// find returns the package of that name which the uses fit best, or false where there is none of the name:
// the one that lacks the fewest of the names used, and among equals the project's own, then those that it
// uses, then Go's, then that with the shortest path. One that lacks a name is found too, since "undefined:
// norms.Bach" says more than "undefined: norms".
func (x *Index) find(name string, uses map[string]bool) (Package, bool) {
	candidates := x.own(name)
	ours := len(candidates)
	for _, p := range x.Packages {
		if p.Name == name {
			candidates = append(candidates, p)
		}
	}
	best, bestRank := Package{}, []int(nil)
	for i, p := range candidates {
		rank := []int{p.lacking(uses), boolean(i >= ours), boolean(p.Far),
			boolean(strings.Contains(p.Path, ".")), boolean(!preferred[p.Path]), len(p.Path)}
		if bestRank == nil || slices.Compare(rank, bestRank) < 0 || slices.Compare(rank, bestRank) == 0 &&
			cmp.Compare(p.Path, best.Path) < 0 {
			best, bestRank = p, rank
		}
	}
	return best, bestRank != nil
}

// preferred are packages of Go that are meant where another one of the same name would do too.
var preferred = map[string]bool{"math/rand/v2": true, "text/template": true}

func boolean(condition bool) int {
	if condition {
		return 1
	}
	return 0
}

// lacking returns how many of the names the package does not export.
func (p Package) lacking(names map[string]bool) int {
	left := make(map[string]bool, len(names))
	for name := range names {
		left[name] = true
	}
	entries, _ := os.ReadDir(p.Folder)
	for _, entry := range entries {
		if len(left) == 0 {
			break
		}
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			declared(filepath.Join(p.Folder, name), func(name string) { delete(left, name) })
		}
	}
	return len(left)
}

// declared reports the names that a file declares for its package. What can't be parsed declares what comes
// before.
func declared(path string, report func(name string)) {
	tree, _ := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if tree == nil {
		return
	}
	for _, declaration := range tree.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				report(d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					report(s.Name.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						report(name.Name)
					}
				}
			}
		}
	}
}
