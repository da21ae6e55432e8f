package training

import "time"

// SetGrace sets how long a run waits for its step when its context ends, and returns what sets it back.
func SetGrace(d time.Duration) (back func()) {
	before := grace
	grace = d
	return func() { grace = before }
}

// SetSaveEvery sets how often a checkpoint is written, and returns what sets it back.
func SetSaveEvery(d time.Duration) (back func()) {
	before := saveEvery
	saveEvery = d
	return func() { saveEvery = before }
}

// Semantics is the version of the package's code.
const Semantics = semantics

// ID returns what identifies a run by a version of the package's code.
func ID(c Config, data Data, version int) (string, error) {
	_, _, id, err := c.resolveFor(version, data)
	return id, err
}
