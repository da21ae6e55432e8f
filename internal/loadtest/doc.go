// Package loadtest loads the probes as heavily as their users may, and for as long, and holds what they take
// to the formulas in the documentation. It holds nothing else.
package loadtest
