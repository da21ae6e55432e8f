// Package testseries makes up series of numbers for tests.
package testseries

import "github.com/shattered-gradients/shattered/pkg/random"

// Smoothed returns moving averages of noise, draws x inputs: of the same noise for every span up to 10, so
// that nets made of them share their draws.
func Smoothed(draws, inputs, span int) [][]float64 {
	rows := make([][]float64, draws)
	for i := range rows {
		rng := random.Stream(31, uint64(i))
		noise := make([]float64, inputs+10)
		for j := range noise {
			noise[j] = rng.NormFloat64()
		}
		for j := range inputs {
			sum := 0.0
			for _, value := range noise[j : j+span] {
				sum += value
			}
			rows[i] = append(rows[i], sum)
		}
	}
	return rows
}
