// Package cost says what the counts that a user gives would cost, before anything is made of them: in memory,
// or in steps. A slip of the keyboard then is a sentence with the cost, and not an exhausted machine.
//
// Costs are float64: no product of counts leaves its range, and a digit more or less makes no difference to
// what can't be paid.
package cost

import (
	"fmt"
	"math"
)

// Bytes is an amount of memory.
type Bytes float64

// Of returns the memory of an array of values of so many bytes each, with these dimensions.
func Of(size int, dims ...int) Bytes {
	bytes := Bytes(size)
	for _, dim := range dims {
		bytes *= Bytes(dim)
	}
	return bytes
}

// String writes the amount in the unit that suits it: 3.7 TiB.
func (b Bytes) String() string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	unit := 0
	for b >= 1024 && unit < len(units)-1 {
		b /= 1024
		unit++
	}
	switch {
	case unit == 0:
		return fmt.Sprintf("%.0f %s", float64(b), units[unit])
	case b >= 1e6:
		return fmt.Sprintf("%.3g %s", float64(b), units[unit])
	}
	return fmt.Sprintf("%.1f %s", float64(b), units[unit])
}

// Check returns an error when the memory of the machine can't hold the amount, in a sentence that begins with
// what would need it and says of what: "a matrix of width 1000000 would need 3.6 TiB of weights, and this
// machine has 15.6 GiB of memory". What to do about it is the caller's to add.
func (b Bytes) Check(what, of string) error {
	if memory := Memory(); b > memory {
		return fmt.Errorf("%s would need %v of %s, and this machine has %v of memory", what, b, of, memory)
	}
	return nil
}

// What may be done at most: of what takes a millisecond at least, and of what takes a nanosecond. Either is
// eleven days.
const (
	MostSteps      = 1_000_000_000
	MostOperations = 1e15
)

// Steps returns an error when a user asks for more than MostSteps of what takes a millisecond at least, in a
// sentence that says how many it would be of that unit. The number is a product of what the user gave, and
// given as a float64 for it.
func Steps(what string, steps float64, unit string) error {
	return atMost(what, steps, unit, MostSteps)
}

// Operations is Steps for what takes a nanosecond, of which there may be MostOperations.
func Operations(what string, operations float64, unit string) error {
	return atMost(what, operations, unit, MostOperations)
}

func atMost(what string, n float64, unit string, most float64) error {
	if n > most {
		return fmt.Errorf("%s would take %s %s: give what takes at most %s", what, number(n), unit,
			number(most))
	}
	return nil
}

// number writes a number: in full where that is short.
func number(n float64) string {
	if n <= MostSteps {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.2g", n)
}

// unknown stands for the memory of a machine that doesn't tell: more than most have.
const unknown = Bytes(1 << 40)

// Memory returns the memory that this process may use at most: the machine's, or less where a control group
// allows less. Programs on the same machine are not counted, which come and go.
func Memory() Bytes {
	if bytes := memory(); bytes > 0 && !math.IsInf(float64(bytes), 0) {
		return bytes
	}
	return unknown
}
