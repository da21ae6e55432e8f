// Package numbers holds what several packages ask of plain numbers.
package numbers

import "math"

// Finite says whether a number is neither NaN nor infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Widen returns the values as float64.
func Widen[T float32 | float64 | int32 | int64 | uint8](values []T) []float64 {
	wide := make([]float64, len(values))
	for i, value := range values {
		wide[i] = float64(value)
	}
	return wide
}

// Narrow returns the values as float32.
func Narrow(values []float64) []float32 {
	narrow := make([]float32, len(values))
	for i, value := range values {
		narrow[i] = float32(value)
	}
	return narrow
}
