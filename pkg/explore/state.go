package explore

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/models/registry"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// wish is what there is to see.
type wish struct {
	config gradients.Config

	// theory asks for the curve of an infinitely wide net, and pinned is a net to compare with, or nil.
	theory bool
	pinned *gradients.Config
}

// field is a part of a wish that one control sets. A state names fields and their texts, as the query of a
// link does: "net=residual&depth=50".
type field struct {
	name string
	text func() string
	set  func(text string) error
}

// fieldError says what is wrong with the text of a field.
type fieldError struct {
	field string
	error
}

// Unwrap returns the error within.
func (e *fieldError) Unwrap() error { return e.error }

// fields returns the fields of a wish, in the order of the controls.
func (c Config) fields(w *wish) []field {
	net := &w.config.Net
	beta := nonzero
	if net.Branch.Learnt { // from 0 on
		beta = anyNumber
	}
	return []field{
		word("net", &net.Net),
		named("norm", &net.Norm, norms.Registry, c.Net.Norm, (*norms.Norm).String),
		word("statistics", &net.Statistics),
		named("activation", &net.Activation, activations.Registry, c.Net.Activation,
			(*activations.Activation).String),
		named("initializer", &net.Initializer, initializers.Registry, c.Net.Initializer,
			(*initializers.Initializer).String),
		whole("depth", &net.Depth, 1),
		whole("width", &net.Width, 1),
		number("alpha", &net.Alpha, nonzero),
		number("beta", &net.Beta, beta),
		number("gamma2", &net.Gamma2, optional),
		whole("draws", &w.config.Draws, 1),
		whole("points", &w.config.Inputs, 1),
		number("low", &w.config.Low, anyNumber),
		number("high", &w.config.High, anyNumber),
		seed("seed", &w.config.Seed),
		flag("theory", &w.theory),
		{"pinned", func() string {
			if w.pinned == nil {
				return ""
			}
			return c.state(wish{config: *w.pinned})
		}, func(text string) error { return c.pin(w, text) }},
	}
}

// pin reads the state of a pinned picture, of which only the net matters.
func (c Config) pin(w *wish, text string) error {
	w.pinned = nil
	if text == "" {
		return nil
	}
	pinned, err := c.read(text)
	if err != nil {
		return fmt.Errorf("the pinned picture can't be made: %w", err)
	}
	w.pinned = &pinned.config
	return nil
}

// word is a field of any text.
func word[T ~string](name string, value *T) field {
	return field{name, func() string { return string(*value) },
		func(text string) error { *value = T(text); return nil }}
}

// flag is a field that is "on" or empty, as a box to tick is.
func flag(name string, value *bool) field {
	return field{name, func() string {
		if *value {
			return "on"
		}
		return ""
	}, func(text string) error { *value = text == "on"; return nil }}
}

// named is a field of registered values, and of the one to start from, which need not be registered.
func named[T any](name string, value **T, known *registry.Registry[*T], own *T,
	nameOf func(*T) string) field {
	return field{name, func() string { return nameOf(*value) }, func(text string) (err error) {
		if own != nil && text == nameOf(own) {
			*value = own
			return nil
		}
		*value, err = known.Get(text)
		return err
	}}
}

// whole is a field of counts.
func whole(name string, value *int, least int) field {
	return field{name, func() string { return strconv.Itoa(*value) }, func(text string) error {
		parsed, err := strconv.Atoi(text)
		if err != nil || parsed < least {
			return fmt.Errorf("%s is %q: give a whole number, at least %d", name, text, least)
		}
		*value = parsed
		return nil
	}}
}

// seed is a field of seeds.
func seed(name string, value *uint64) field {
	return field{name, func() string { return strconv.FormatUint(*value, 10) }, func(text string) error {
		parsed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("the %s is %q: give a whole number from 0 to %d", name, text,
				uint64(math.MaxUint64))
		}
		*value = parsed
		return nil
	}}
}

// What a field of numbers may be besides a number that isn't 0: in a config, 0 is what stands for a default.
type numberKind int

const (
	nonzero   numberKind = iota
	anyNumber            // 0 as well
	optional             // no number, for the default
)

// number is a field of finite numbers.
func number(name string, value *float64, kind numberKind) field {
	return field{name, func() string {
		if *value == 0 && kind == optional {
			return ""
		}
		return strconv.FormatFloat(*value, 'g', -1, 64)
	}, func(text string) error {
		if text == "" && kind == optional {
			*value = 0
			return nil
		}
		parsed, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil || !numbers.Finite(parsed):
			return fmt.Errorf("%s is %q: give a number", name, text)
		case parsed == 0 && kind != anyNumber:
			return fmt.Errorf("%s is %q: give a number other than 0", name, text)
		}
		*value = parsed
		return nil
	}}
}

// parse sets fields by a state; those that it leaves out stay as they are. Its error names the field that is
// wrong, where one is.
func parse(fields []field, state string) error {
	values, err := url.ParseQuery(state)
	if err != nil {
		return fmt.Errorf("%q is no name of a picture: copy one from the explorer", state)
	}
	var known []string
	for _, f := range fields {
		known = append(known, f.name)
		texts, given := values[f.name]
		delete(values, f.name)
		if !given {
			continue
		}
		if err := f.set(strings.TrimSpace(texts[0])); err != nil {
			return &fieldError{f.name, err}
		}
	}
	for name := range values {
		return fmt.Errorf("%q is no name of a picture: the explorer has no %q, only %s", state, name,
			strings.Join(known, ", "))
	}
	return nil
}

// written returns the state that sets fields, but for some, as they are.
func written(fields []field, leaveOut func(field) bool) string {
	var parts []string
	for _, f := range fields {
		if leaveOut == nil || !leaveOut(f) {
			parts = append(parts, url.QueryEscape(f.name)+"="+url.QueryEscape(f.text()))
		}
	}
	return strings.Join(parts, "&")
}

// read returns what a state asks for; what it leaves out is as at the start.
func (c Config) read(state string) (wish, error) {
	w := c.start()
	if err := parse(c.fields(&w), state); err != nil {
		return w, err
	}
	dropScales(&w.config.Net)
	if p := w.config; !(p.Low < p.High) {
		return w, &fieldError{"high",
			fmt.Errorf("the grid goes from %g to %g: give a higher end than the lower", p.Low, p.High)}
	}
	return w, nil
}

// state returns the state that asks for a wish.
func (c Config) state(w wish) string {
	return written(c.fields(&w), func(f field) bool {
		unset := f.text() == "" && (f.name == "theory" || f.name == "pinned")
		return unset || scales(&w.config.Net)[f.name] != nil && !takes(w.config.Net.Net, f.name)
	})
}

// dropScales sets to 0 the scales and the branches that a net does not have.
func dropScales(net *models.Config) {
	if !takesBranch(net.Net) {
		net.Branch = models.Branch{}
	}
	for name, scale := range scales(net) {
		if !takes(net.Net, name) {
			*scale = 0
		}
	}
}

// scales are the fields that only some nets have.
func scales(net *models.Config) map[string]*float64 {
	return map[string]*float64{"alpha": &net.Alpha, "beta": &net.Beta, "gamma2": &net.Gamma2}
}

// takes says whether a net has a scale.
func takes(net, scale string) bool {
	for _, beta := range []float64{0, 1} { // residual nets have none of them without a beta
		config := models.Config{Net: net, Depth: 1, Beta: beta}
		*scales(&config)[scale] = 0.5
		if _, err := models.New(config); err == nil {
			return true
		}
	}
	return false
}

// takesBranch says whether a net has a choice of branches.
func takesBranch(net string) bool {
	_, err := models.New(models.Config{Net: net, Depth: 1, Beta: 1, Branch: models.Branch{Layers: 2}})
	return err == nil
}

// names returns the names of a registry, and of the value to start from where it is not registered.
func names[T any](known *registry.Registry[*T], own *T, nameOf func(*T) string) []string {
	all := known.Names()
	if own != nil && !slices.Contains(all, nameOf(own)) {
		all = append(all, nameOf(own))
	}
	return all
}

// nets returns the names of the registered nets that take numbers.
func nets() []string {
	var names []string
	for _, name := range models.Architectures.Names() {
		architecture, err := models.Architectures.Get(name)
		if err != nil {
			continue // names are those of the registry
		}
		config := models.Config{Net: name}
		net := models.Net{Config: config, Input: architecture.Input(config)}
		if net.TakesNumbers() == nil {
			names = append(names, name)
		}
	}
	return names
}
