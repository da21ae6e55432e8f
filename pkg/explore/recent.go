package explore

import (
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// mostKept is the number of values that are kept. A view takes about 2 MB.
const mostKept = 8

// recent keeps the last values that were computed, by what they were computed from.
type recent[K comparable, V any] struct {
	keys   []K
	values []V
}

// get returns the value that was kept for a key, if there is one.
func (r *recent[K, V]) get(key K) (value V, found bool) {
	for i, k := range r.keys {
		if k == key {
			return r.values[i], true
		}
	}
	return value, false
}

// put keeps a value, and lets go of the oldest where there are too many.
func (r *recent[K, V]) put(key K, value V) {
	if len(r.keys) == mostKept {
		r.keys, r.values = r.keys[1:], r.values[1:]
	}
	r.keys, r.values = append(r.keys, key), append(r.values, value)
}

// probed is a probe's config as a key.
type probed struct {
	net         models.Config
	inputs      int
	low, high   float64
	points      string
	draws       int
	first, seed uint64
}

// keyOf returns the key of a config.
func keyOf(c gradients.Config) probed {
	return probed{c.Net, c.Inputs, c.Low, c.High, fmt.Sprint(c.Points), c.Draws, c.First, c.Seed}
}
