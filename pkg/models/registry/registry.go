// Package registry keeps the named choices along one axis of a model: its activations, its normalisations,
// its initialisers, its architectures. A new choice is one new file that registers itself; command lines,
// notebooks and error messages then know it by name. Choices that have a parameter are a family: their names
// say it, and each such name is known.
package registry

import (
	"fmt"
	"slices"
	"strings"
)

// Registry maps names to the choices of one axis. Registration happens in package initialisation, before any
// concurrent use; afterwards a Registry is only read.
type Registry[T any] struct {
	axis     string
	choices  map[string]T
	families []family[T]
}

// family is what [Registry.RegisterFamily] was given.
type family[T any] struct {
	pattern string
	named   func(name string) (choice T, is bool, err error)
}

// New returns an empty registry; axis names it in error messages ("activation", "normalisation", ...).
func New[T any](axis string) *Registry[T] {
	return &Registry[T]{axis: axis, choices: make(map[string]T)}
}

// Register adds a choice and returns it, so that it can initialise a package variable. It takes the place of
// an earlier choice of that name: in a notebook what a cell registers is registered again when the cell has
// changed. It panics when the name is empty, which is a mistake of the program and not of its user.
func (r *Registry[T]) Register(name string, choice T) T {
	if name == "" {
		panic(fmt.Sprintf("registry: a %s is registered without a name", r.axis))
	}
	r.choices[name] = choice
	return choice
}

// RegisterFamily adds all choices whose names say a parameter. The pattern shows readers such a name, with
// the parameter in capitals, as leaky-SLOPE. named says whether a name has the family's form, and makes its
// choice or says in a sentence what is wrong with the parameter; the same name has one choice, since nets are
// compared by their choices. A choice that is registered under such a name goes before.
func (r *Registry[T]) RegisterFamily(pattern string, named func(name string) (choice T, is bool, err error)) {
	r.families = append(r.families, family[T]{pattern, named})
}

// Get returns the choice of that name, registered or of a family, or an error that says what is wrong with
// the parameter of a family's name, or else lists the names there are.
func (r *Registry[T]) Get(name string) (T, error) {
	if choice, found := r.choices[name]; found {
		return choice, nil
	}
	var none T
	for _, f := range r.families {
		choice, is, err := f.named(name)
		switch {
		case is && err == nil:
			return choice, nil
		case is:
			return none, fmt.Errorf("unknown %s %q: %w", r.axis, name, err)
		}
	}
	return none, fmt.Errorf("unknown %s %q: choose one of %s", r.axis, name, r.Choices())
}

// Choices returns all that [Registry.Get] knows as a list for readers: the names, and the patterns of
// families.
func (r *Registry[T]) Choices() string {
	choices := r.Names()
	for _, f := range r.families {
		choices = append(choices, f.pattern)
	}
	return strings.Join(choices, ", ")
}

// Names returns the registered names in alphabetical order, without those of families.
func (r *Registry[T]) Names() []string {
	names := make([]string, 0, len(r.choices))
	for name := range r.choices {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
