package paper

// Key determines a part of an experiment: what a probe measures.
type Key struct {
	// Probe and Version name the code that matters.
	Probe   string `json:"probe"`
	Version int    `json:"version"`

	// Config is the probe's, and Data the checksum of the data that it is given, where there are any.
	Config any    `json:"config"`
	Data   string `json:"data,omitempty"`
}
