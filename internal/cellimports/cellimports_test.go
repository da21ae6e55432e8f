package cellimports

import (
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const module = "example.org/own"

// anIndex is an index of a project that has two packages activations and one norms, and of a few packages of
// Go and of another module.
func anIndex(t *testing.T) *Index {
	t.Helper()
	home := t.TempDir()
	for path, code := range map[string]string{
		"pkg/models/activations/a.go": "package activations\n\ntype Activation struct{}\n\nvar ReLU, " +
			"CReLU *Activation\n",
		"pkg/models/activations/a_test.go": "package activations\n\nfunc Run() {}\n",
		"pkg/probes/activations/a.go":      "package activations\n\nfunc Run() {}\n\ntype Config struct{}\n",
		"pkg/models/norms/n.go":            "package norms\n\nconst Frozen = 1\n",
		"pkg/internal/fmt/f.go":            "package fmt\n\nfunc Println() {}\n",
		"other/graph/g.go":                 "package graph\n\nfunc Sin() {}\n",
		"far/graph/g.go":                   "package graph\n\nfunc Sin() {}\n\nfunc Walk() {}\n",
	} {
		path = filepath.Join(home, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(code), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var list strings.Builder
	for _, path := range []string{"fmt", "flag", "math/rand", "math/rand/v2", "crypto/rand", "text/template",
		"html/template", "internal/fmtsort"} {
		name := filepath.Base(strings.TrimSuffix(path, "/v2"))
		list.WriteString(name + "\t" + path + "\t" +
			filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path)) + "\n")
	}
	list.WriteString("graph\texample.org/other/core\t" + filepath.Join(home, "other", "graph") + "\n")
	list.WriteString("main\texample.org/other/cmd\t" + home + "\n")
	list.WriteString("\ngraph\texample.org/graph\t" + filepath.Join(home, "far", "graph") + "\n")
	return ReadIndex(list.String(), module, home)
}

func TestFix(t *testing.T) {
	index := anIndex(t)
	for name, c := range map[string]struct{ code, want string }{
		"of Go":               {`func main() { flag.Parse(); fmt.Println("x") }`, `"flag" "fmt"`},
		"of the project":      {`var _ = norms.Frozen`, `"example.org/own/pkg/models/norms"`},
		"told apart by names": {`var _ = activations.ReLU`, `"example.org/own/pkg/models/activations"`},
		"the other one": {`func main() { activations.Run() }`,
			`"example.org/own/pkg/probes/activations"`},
		"of another module":    {`func main() { graph.Sin() }`, `"example.org/other/core"`},
		"that is not used yet": {`func main() { graph.Walk() }`, `"example.org/graph"`},
		"an unfinished name":   {`func main() { graph.S() }`, `"example.org/other/core"`},
		"of version 2":         {`var _ = rand.New(rand.NewPCG(1, 2))`, `"math/rand/v2"`},
		"of version 1":         {`var _ = rand.New(rand.NewSource(1))`, `"math/rand"`},
		"of cryptography":      {`var _ = rand.Reader`, `"crypto/rand"`},
		"of templates":         {`var _ = template.New("")`, `"text/template"`},
		"a name that it lacks": {`var _ = norms.Bach`, `"example.org/own/pkg/models/norms"`},
		"unused": {"import \"fmt\"\nimport (\n\t\"flag\"\n)\nfunc main() { flag.Parse() }",
			`"flag"`},
		"with a name":            {"import f \"fmt\"\nfunc main() { f.Println() }", `f "fmt"`},
		"for its effects":        {"import _ \"fmt\"\nfunc main() {}", `_ "fmt"`},
		"into the file":          {"import . \"fmt\"\nfunc main() { Println() }", `. "fmt"`},
		"a variable":             {`func main() { fmt := struct{ X int }{}; _ = fmt.X }`, ``},
		"a variable of the file": {"var fmt = struct{ X int }{}\nfunc main() { _ = fmt.X }", ``},
		"with comments": {"// Of a.\nvar a = 1 // is one\n\n// Of main.\nfunc main() { " +
			"fmt.Println(a) }", `"fmt"`},
	} {
		fixed, known, err := index.Fix("main.go", []byte("package main\n\n"+c.code+"\n"))
		if err != nil || !known {
			t.Errorf("%s: known %v, %v", name, known, err)
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), "main.go", fixed, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, fixed)
			continue
		}
		var got []string
		for _, spec := range tree.Imports {
			text := spec.Path.Value
			if spec.Name != nil {
				text = spec.Name.Name + " " + text
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: imports %v, want %s", name, got, c.want)
		}
		code := c.code
		if at := strings.LastIndex(code, "func main"); strings.HasPrefix(code, "import") {
			code = code[at:]
		}
		if !strings.Contains(string(fixed), code) {
			t.Errorf("%s: the code became\n%s", name, fixed)
		}
	}
}

func TestWhatTheIndexDoesNotKnow(t *testing.T) {
	index := anIndex(t)
	for _, code := range []string{`var _ = nothing.X`, "import \"example.org/nothing\"\n\nvar _ = nothing.X",
		`var _ = fmtsort.Sort`} {
		if fixed, known, err := index.Fix("main.go", []byte("package main\n\n"+code+"\n")); known ||
			err != nil {
			t.Errorf("%q: known %v, %v:\n%s", code, known, err, fixed)
		}
	}
	if _, _, err := index.Fix("main.go", []byte("package main\n\nfunc {")); err == nil {
		t.Error("code that can't be parsed gives no error")
	}
}
