package training

import "time"

// SetGrace sets how long a run waits for its step when its context ends, and returns what sets it back.
func SetGrace(d time.Duration) (back func()) {
	before := grace
	grace = d
	return func() { grace = before }
}

// ID returns what identifies a run.
func ID(c Config, data Data) (string, error) {
	_, _, id, err := c.resolve(data)
	return id, err
}
