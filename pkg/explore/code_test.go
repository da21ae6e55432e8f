package explore

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// codeOf returns the code of a picture.
func codeOf(t *testing.T, c Config, state string) string {
	t.Helper()
	w, err := c.read(state)
	if err != nil {
		t.Fatal(err)
	}
	s := sight{now: &View{Config: w.config}, theory: w.theory}
	if w.pinned != nil {
		s.pinned = &View{Config: *w.pinned}
	}
	return s.code()
}

func TestCode(t *testing.T) {
	want := `import (
	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/explore"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

%%
s := must.M1(lab.Open())
defer s.Close()
net := models.Config{Net: "residual", Depth: 3, Width: 10, Norm: norms.Batch, Statistics: "coupled", Beta: 0.1}
must.M(explore.Show(s, gradients.Config{Net: net, Low: -1, High: 2, Draws: 5, Seed: 7},
	explore.WithTheory))
`
	if got := codeOf(t, small(), "statistics=coupled&low=-1&draws=5&seed=7&theory=on"); got != want {
		t.Errorf("the code is\n%s", got)
	}
	c := small()
	c.Net.Activation = &activations.Activation{Name: "my leaky-2", Apply: activations.ReLU.Apply}
	if got := codeOf(t, c, ""); !strings.Contains(got, "Activation: my_leaky_2}") || strings.Contains(got,
		"pkg/models/activations") {
		t.Errorf("an activation of one's own is not a variable in\n%s", got)
	}
	c = small()
	c.Net.Branch.Layers = 2
	branches := "Beta: 0.1, Branch: models.Branch{Layers:2, Learnt:false, Fixup:false}}"
	if got := codeOf(t, c, ""); !strings.Contains(got, branches) {
		t.Errorf("the branches of a net are not in\n%s", got)
	}
	if got := codeOf(t, c, "net=highway"); strings.Contains(got, "Branch") {
		t.Errorf("a highway net has branches in\n%s", got)
	}
}

// TestCodeCompiles vets the code of all that is registered, as a program.
func TestCodeCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	c := small()
	states := []string{"points=100&theory=on&pinned=net%3Dhighway%26gamma2%3D0.25", "net=highway&alpha=2",
		"activation=leaky-0.25", "initializer=he-times-0.25"}
	for _, name := range norms.Registry.Names() {
		states = append(states, "norm="+name)
	}
	for _, name := range activations.Registry.Names() {
		states = append(states, "alpha=1.5&activation="+name)
	}
	for _, name := range initializers.Registry.Names() {
		states = append(states, "initializer="+name)
	}
	folder, err := os.MkdirTemp(".", "code") // within the module
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	for i, state := range states {
		imports, body, found := strings.Cut(codeOf(t, c, state), "\n%%\n")
		if !found || strings.Count(body, "\n") > 8 {
			t.Fatalf("the code of %s has no cell, or a long one: %s", state, body)
		}
		if strings.Contains(body, "Registry") != strings.Contains(state, "-0.25") {
			t.Errorf("the code of %s has a name for the project's own variable, or none for a parameter: %s",
				state, body)
		}
		name := filepath.Join(folder, fmt.Sprintf("cell%d", i))
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		program := fmt.Sprintf("package main\n\n%s\nfunc main() {\n%s}\n", imports, body)
		if err := os.WriteFile(filepath.Join(name, "main.go"), []byte(program), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if report, err := exec.Command("go", "vet", "./"+folder+"/...").CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, report)
	}
}
