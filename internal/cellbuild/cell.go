//go:build linux

package cellbuild

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// cell is a call of go build for a cell.
type cell struct {
	// Go is the path of the real go, Folder holds the cell's code.
	Go, Folder string

	// Output is the file that is asked for.
	Output string

	// Module is the name of the cell's module, another one for each kernel.
	Module string

	// Imports are the import paths of the cell, in order.
	Imports []string

	// Key tells apart all that the cell's packages depend on, but for files that have stamps.
	Key string
}

// The first lines of the kernel's go.mod: what tells a cell's folder from others, and the language.
var (
	moduleLine = regexp.MustCompile(`(?m)^module (gonb_\w+)$`)
	goLine     = regexp.MustCompile(`(?m)^go (\d+\.\d+)`)
)

// newCell returns the cell in the folder that the program was started in, to be built into a file. The error
// says why that is for the real go.
func newCell(realGo, output string) (*cell, error) {
	folder, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	c := &cell{Go: realGo, Folder: folder, Output: output}
	mod, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	match := moduleLine.FindSubmatch(mod)
	if err != nil || match == nil {
		return nil, errors.New("not in the folder of a cell")
	}
	c.Module = string(match[1])
	if err := c.checkFolder(); err != nil {
		return nil, err
	}
	if err := c.readImports(); err != nil {
		return nil, err
	}
	c.Key, err = c.key()
	return c, err
}

// checkFolder returns an error when there is more in the folder than the code of a cell, or the output would
// take the place of what is no program.
func (c *cell) checkFolder() error {
	entries, err := os.ReadDir(c.Folder)
	if err != nil {
		return err
	}
	known := []string{"main.go", "go.mod", "go.sum", "go.work", "go.work.sum"}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() && name != workFolder || !slices.Contains(known, name) && filepath.Ext(name) != "" &&
			name[0] != '.' {
			return fmt.Errorf("%s is in the cell's folder", name)
		}
	}
	output, err := os.Open(c.Output)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer output.Close()
	var magic [4]byte
	if _, err := output.Read(magic[:]); err != nil || string(magic[:]) != "\x7fELF" {
		return errors.New("the output is no program")
	}
	return nil
}

// readImports reads what the cell imports.
func (c *cell) readImports() error {
	code, err := os.ReadFile(filepath.Join(c.Folder, "main.go"))
	if err != nil {
		return err
	}
	tree, err := parser.ParseFile(token.NewFileSet(), "main.go", code, parser.ImportsOnly)
	if err != nil {
		return err
	}
	if text := string(code); tree.Name.Name != "main" || strings.Contains(text, "//go:") ||
		strings.Contains(text, "+build") {
		return errors.New("the code speaks to go build")
	}
	for _, spec := range tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || path == "C" {
			return errors.New("the code imports C")
		}
		c.Imports = append(c.Imports, path)
	}
	slices.Sort(c.Imports)
	c.Imports = slices.Compact(c.Imports)
	return nil
}

// settings matches the variables that go build heeds, others those that look like some and are the kernel's
// and the backend's.
var (
	settings = regexp.MustCompile(`^(GO\w*|CGO_\w+|CC|CXX|FC|AR|PKG_CONFIG|PATH|HOME|XDG_\w+)=`)
	others   = regexp.MustCompile(`^GO(NB|MLX|PLS)_`)
)

// key returns a checksum of the imports, the settings, the real go's path and the files that choose modules.
func (c *cell) key() (string, error) {
	if os.Getenv("GOWORK") != "" {
		return "", errors.New("GOWORK is set")
	}
	hash := sha256.New()
	// Paths in go.work may begin at the folder that the cells' folders lie in.
	fmt.Fprintf(hash, "%q\n%q\n%q\n", c.Imports, c.Go, filepath.Dir(c.Folder))
	environment := os.Environ()
	slices.Sort(environment)
	for _, setting := range environment {
		if settings.MatchString(setting) && !others.MatchString(setting) {
			fmt.Fprintf(hash, "%q\n", setting)
		}
	}
	for _, name := range []string{"go.mod", "go.work", "go.sum", "go.work.sum"} {
		content, err := os.ReadFile(filepath.Join(c.Folder, name))
		if err != nil && (!errors.Is(err, os.ErrNotExist) || !strings.HasSuffix(name, ".sum")) {
			return "", err
		}
		fmt.Fprintf(hash, "%q\n", moduleLine.ReplaceAll(content, nil))
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}

// language returns the version of Go that the cell is written in, as the compiler wants it.
func (c *cell) language() (string, error) {
	mod, err := os.ReadFile(filepath.Join(c.Folder, "go.mod"))
	match := goLine.FindSubmatch(mod)
	if err != nil || match == nil {
		return "", errors.New("go.mod names no version of Go")
	}
	return "go" + string(match[1]), nil
}
