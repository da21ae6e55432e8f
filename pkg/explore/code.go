package explore

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// modulePath is the path of the project's packages.
const modulePath = "github.com/shattered-gradients/shattered/pkg/"

// writer writes a cell of Go, and notes the packages that it uses.
type writer struct{ imports []string }

// code returns the cell that makes the picture, with its imports. What is not registered is called as a
// variable of its name is.
func (s sight) code() string {
	w := &writer{imports: []string{"github.com/janpfeifer/must", modulePath + "explore", modulePath + "lab",
		modulePath + "models", modulePath + "probes/gradients"}}
	var body strings.Builder
	arguments := "s, " + w.probe(&body, "net", s.now.Config)
	if s.pinned != nil {
		arguments += ",\n\texplore.Beside(" + w.probe(&body, "pinned", s.pinned.Config) + ")"
	}
	if s.theory {
		arguments += ",\n\texplore.WithTheory"
	}
	slices.Sort(w.imports)
	return fmt.Sprintf("import (\n\t\"%s\"\n)\n\n%%%%\ns := must.M1(lab.Open())\ndefer s.Close()\n"+
		"%smust.M(explore.Show(%s))\n",
		strings.Join(w.imports, "\"\n\t\""), body.String(), arguments)
}

// probe writes the net of a config to the body, as a variable, and returns the config.
func (w *writer) probe(body *strings.Builder, variable string, config gradients.Config) string {
	fmt.Fprintf(body, "%s := models.Config{%s}\n", variable, strings.Join(w.net(config.Net), ", "))
	parts := []string{"Net: " + variable}
	if config.Points != nil {
		parts = append(parts, fmt.Sprintf("Points: %#v", config.Points))
	} else if config.Inputs != data.GridPoints {
		parts = append(parts, fmt.Sprintf("Inputs: %d", config.Inputs))
	}
	if config.Points == nil && (config.Low != data.GridLow || config.High != data.GridHigh) {
		parts = append(parts, fmt.Sprintf("Low: %g, High: %g", config.Low, config.High))
	}
	return fmt.Sprintf("gradients.Config{%s, Draws: %d, Seed: %d}", strings.Join(parts, ", "), config.Draws,
		config.Seed)
}

// net returns the fields of a net that are not the defaults.
func (w *writer) net(net models.Config) []string {
	parts := []string{fmt.Sprintf("Net: %q, Depth: %d, Width: %d", net.Net, net.Depth, net.Width)}
	if net.Norm != norms.None {
		parts = append(parts, "Norm: "+valueOf(w, "norms", norms.Registry, net.Norm, net.Norm.Name))
		if net.Statistics != norms.Frozen {
			parts = append(parts, fmt.Sprintf("Statistics: %q", net.Statistics))
		}
	}
	for _, scale := range []struct {
		name           string
		value, without float64
	}{{"Alpha", net.Alpha, 1}, {"Beta", net.Beta, 0}, {"Gamma2", net.Gamma2,
		math.Sqrt(1 / float64(net.Depth))}} {
		if scale.value != 0 && scale.value != scale.without {
			parts = append(parts, fmt.Sprintf("%s: %g", scale.name, scale.value))
		}
	}
	if net.Activation != activations.ReLU {
		parts = append(parts, "Activation: "+valueOf(w, "activations", activations.Registry, net.Activation,
			net.Activation.Name))
	}
	if net.Initializer != initializers.He {
		parts = append(parts, "Initializer: "+valueOf(w, "initializers", initializers.Registry,
			net.Initializer, net.Initializer.Name))
	}
	if net.Branch != (models.Branch{}) {
		parts = append(parts, fmt.Sprintf("Branch: %#v", net.Branch))
	}
	if net.LooksLinear {
		parts = append(parts, "LooksLinear: true")
	}
	return parts
}

// goNames are the variables of the project's own parts of nets.
var goNames = map[any]string{
	norms.None: "norms.None", norms.Center: "norms.Center", norms.Batch: "norms.Batch",
	norms.Layer: "norms.Layer", norms.Group: "norms.Group", norms.RMS: "norms.RMS",

	activations.ReLU: "activations.ReLU", activations.CReLU: "activations.CReLU",
	activations.PReLU: "activations.PReLU", activations.Linear: "activations.Linear",
	activations.Leaky01: "activations.Leaky01", activations.Leaky03: "activations.Leaky03",
	activations.Leaky09: "activations.Leaky09", activations.ELU: "activations.ELU",
	activations.SELU: "activations.SELU", activations.GELU: "activations.GELU",
	activations.SiLU: "activations.SiLU", activations.TanH: "activations.TanH",
	activations.SoftPlus: "activations.SoftPlus", activations.Sine: "activations.Sine",

	initializers.He: "initializers.He", initializers.LeCun: "initializers.LeCun",
	initializers.Orthogonal:     "initializers.Orthogonal",
	initializers.OrthogonalHe:   "initializers.OrthogonalHe",
	initializers.Standardized:   "initializers.Standardized",
	initializers.StandardNormal: "initializers.StandardNormal",
	initializers.Dirac:          "initializers.Dirac", initializers.One: "initializers.One",
	initializers.Zero: "initializers.Zero",
}

// valueOf returns the expression for a part of a net: for one that is not registered, the variable of its
// name.
func valueOf[T any](w *writer, pkg string, known *registry.Registry[*T], value *T, name string) string {
	expression, ours := goNames[value]
	if !ours {
		if registered, err := known.Get(name); err != nil || registered != value {
			return identifier(name)
		}
		expression = fmt.Sprintf("must.M1(%s.Registry.Get(%q))", pkg, name)
	}
	if path := modulePath + "models/" + pkg; !slices.Contains(w.imports, path) {
		w.imports = append(w.imports, path)
	}
	return expression
}

// identifier makes a name one of Go.
func identifier(name string) string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, name)
	if text == "" || unicode.IsDigit([]rune(text)[0]) {
		return "_" + text
	}
	return text
}
