// Package registry keeps the named choices along one axis of a model: its activations, its normalisations,
// its initialisers, its architectures. A new choice is one new file that registers itself; command lines,
// notebooks and error messages then know it by name.
package registry

import (
	"fmt"
	"slices"
	"strings"
)

// Registry maps names to the choices of one axis. Registration happens in package initialisation, before any
// concurrent use; afterwards a Registry is only read.
type Registry[T any] struct {
	axis    string
	choices map[string]T
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

// Get returns the choice of that name, or an error that lists the names there are.
func (r *Registry[T]) Get(name string) (T, error) {
	choice, found := r.choices[name]
	if !found {
		return choice, fmt.Errorf("unknown %s %q: choose one of %s", r.axis, name,
			strings.Join(r.Names(), ", "))
	}
	return choice, nil
}

// Names returns the registered names in alphabetical order.
func (r *Registry[T]) Names() []string {
	names := make([]string, 0, len(r.choices))
	for name := range r.choices {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
