package atlas

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// Row is a net of the atlas: what it is at each depth, and what it is called.
type Row struct {
	// Name identifies the row in results: lower-case letters, digits, dots and hyphens.
	Name string `json:"name"`

	// Title names it to readers, in a picture with little room: "tanh, layer norm".
	Title string `json:"title"`

	// Group is the kind of nets that it is one of: see [Groups]. A group of your own is one more colour.
	Group string `json:"group"`

	// Net returns the net at a depth. Its width is the atlas' where it is 0.
	Net func(depth int) (models.Config, error) `json:"-"`
}

// The groups of rows.
const (
	Plain      = "feedforward, no normalisation"
	Rectifiers = "feedforward ReLU, norms and weights"
	BatchNorm  = "feedforward, batch norm"
	LayerNorm  = "feedforward, layer norm"
	Resnets    = "resnets"
	Skips      = "highways and other skips"
	Sequences  = "transformers and mixers"
)

// Groups returns the groups in their order, which is that of their colours.
func Groups() []string {
	return []string{Plain, Rectifiers, BatchNorm, LayerNorm, Resnets, Skips, Sequences}
}

var rows []Row

// Register adds a row to the atlas and returns it. A row of a name that is there takes that one's place. It
// is for the initialisation of packages, and panics where a row has no name or no net.
func Register(r Row) Row {
	if r.Name == "" || r.Net == nil {
		panic(fmt.Sprintf("atlas: the row %q is registered without a name or a net", r.Title))
	}
	if i := slices.IndexFunc(rows, func(known Row) bool { return known.Name == r.Name }); i >= 0 {
		rows[i] = r
	} else {
		rows = append(rows, r)
	}
	return r
}

// Rows returns the rows that are registered: those of a group together, in the order of [Groups] and then
// of registration.
func Rows() []Row {
	all := slices.Clone(rows)
	slices.SortStableFunc(all, func(a, b Row) int { return cmp.Compare(place(a.Group), place(b.Group)) })
	return all
}

// Named returns the rows of these names, in their order, or an error that lists the names that there are.
func Named(names ...string) ([]Row, error) {
	var found []Row
	for _, name := range names {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
		if i < 0 {
			var known []string
			for _, row := range Rows() {
				known = append(known, row.Name)
			}
			return nil, fmt.Errorf("there is no row %q: choose from %s", name, strings.Join(known, ", "))
		}
		found = append(found, rows[i])
	}
	return found, nil
}

// place returns the place of a group in the order of groups, behind all of them for others.
func place(group string) int {
	if i := slices.Index(Groups(), group); i >= 0 {
		return i
	}
	return len(Groups())
}

// At returns what a Row wants of a config that is the same at all depths but for its depth.
func At(config models.Config) func(depth int) (models.Config, error) {
	return func(depth int) (models.Config, error) {
		config.Depth = depth
		return config, nil
	}
}
