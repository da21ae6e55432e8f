package explore

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
)

//go:embed page.html
var pageHTML string

//go:embed page.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// option is a choice in a selector.
type option struct {
	Value, Label string

	// Without names the numbers that go without effect where it is chosen.
	Without string
}

// selectorView and numberView are controls as the template wants them. Numbers have a slider where there are
// values for one.
type selectorView struct {
	Label, Name, Start string
	Options            []option
}

type numberView struct {
	Label, Name, Start, Hint string

	// Step is that of the keys up and down, "any" for numbers that are not whole.
	Step string

	// Values are those on the slider, as JSON, and First and Last the position to start from and the last
	// one.
	Values      string
	First, Last int
}

// controls are those of an explorer.
type controls struct {
	// About says what they are for, to those who can't see them.
	About string

	Selectors []selectorView
	Numbers   []numberView

	// Tools adds what one can do with the picture of a net: the theory's curve, pinning, its name, and its
	// code. Theory ticks the box.
	Tools  bool
	Theory bool

	// Pinned is the state that is pinned to start with.
	Pinned string
}

// html returns the controls as HTML.
func (c controls) html(id, address string) (string, error) {
	var text strings.Builder
	err := pageTemplate.Execute(&text, struct {
		controls
		ID, Address string
		Script      template.JS
	}{c, id, address, template.JS(pageScript)})
	if err != nil {
		return "", fmt.Errorf("the explorer's controls can't be written as HTML: %w", err)
	}
	return text.String(), nil
}

// controls returns the controls of a config, in the order of its fields.
func (c Config) controls() controls {
	w := c.start()
	start := make(map[string]string)
	for _, f := range c.fields(&w) {
		start[f.name] = f.text()
	}
	selector := func(label, name string, options []option) selectorView {
		return selectorView{label, name, start[name], options}
	}
	count := func(name string, values []int) numberView { return newNumber(name, name, values, start[name]) }
	scale := func(label, name string, values []float64) numberView {
		return newNumber(label, name, values, start[name])
	}
	gamma2 := scale("γ₂", "gamma2", c.Gamma2s)
	gamma2.Start, gamma2.Hint = start["gamma2"], "1/√depth"
	return controls{
		About: "choose a net",
		Selectors: []selectorView{
			selector("net", "net", netOptions()),
			selector("normalisation", "norm", titled(names(norms.Registry, c.Net.Norm, (*norms.Norm).String),
				func(name string) string { return norms.Named(name).Titled() })),
			selector("statistics", "statistics", statisticsOptions()),
			selector("activation", "activation", titled(names(activations.Registry, c.Net.Activation,
				(*activations.Activation).String),
				func(name string) string { return activations.Named(name).Titled() })),
			selector("initialiser", "initializer", titled(names(initializers.Registry, c.Net.Initializer,
				(*initializers.Initializer).String),
				func(name string) string { return name })),
		},
		Numbers: []numberView{
			count("depth", c.Depths), count("width", c.Widths),
			scale("α", "alpha", c.Alphas), scale("β", "beta", c.Betas), gamma2,
			count("draws", c.DrawCounts), count("points", c.InputCounts),
			{Label: "grid from", Name: "low", Start: start["low"], Step: "any"},
			{Label: "grid to", Name: "high", Start: start["high"], Step: "any"},
			{Label: "seed", Name: "seed", Start: start["seed"], Step: "1"},
		},
		Tools: true, Theory: c.Theory, Pinned: start["pinned"],
	}
}

// netOptions are the nets to choose from.
func netOptions() []option {
	var options []option
	for _, name := range nets() {
		var without []string
		for _, scale := range []string{"alpha", "beta", "gamma2"} {
			if !takes(name, scale) {
				without = append(without, scale)
			}
		}
		options = append(options, option{name, name, strings.Join(without, " ")})
	}
	return options
}

// titled are options of names with their titles.
func titled(names []string, title func(string) string) []option {
	var options []option
	for _, name := range names {
		options = append(options, option{Value: name, Label: title(name)})
	}
	return options
}

// statisticsOptions are the kinds of gradient to choose from.
func statisticsOptions() []option {
	var options []option
	for _, statistics := range paper.AllStatistics {
		options = append(options, option{Value: string(statistics), Label: string(statistics)})
	}
	return options
}

// newNumber returns a number to type, and a slider over values, that start at one of them, or else, where
// there is nothing to start from, in the middle; at 1 where that is on it.
func newNumber[T int | float64](label, name string, values []T, start string) numberView {
	list, err := json.Marshal(values)
	if err != nil {
		panic(err) // finite numbers always have a JSON
	}
	n := numberView{Label: label, Name: name, Start: start, Step: "any", Values: string(list),
		Last: len(values) - 1}
	if _, whole := any(values).([]int); whole {
		n.Step = "1"
	}
	text := func(value T) string { return strconv.FormatFloat(float64(value), 'g', -1, 64) }
	n.First = slices.IndexFunc(values, func(value T) bool { return text(value) == start })
	if n.First < 0 {
		if n.First = slices.Index(values, 1); n.First < 0 {
			n.First = len(values) / 2
		}
		n.Start = text(values[n.First])
	}
	return n
}
