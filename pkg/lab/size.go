package lab

import "os"

// Sizes are the sizes at which experiments run: in seconds on any backend, the paper's, and all that the
// paper did even where that takes a GPU. The default is "paper".
var Sizes = []string{"quick", "paper", "full"}

// size returns the size that the environment asks for.
func size() string {
	if size := os.Getenv(SizeVariable); size != "" {
		return size
	}
	return "paper"
}

// Sized returns the config for the size that the environment asks for: quick when it asks for that, paper
// otherwise.
func Sized[T any](paper, quick T) T {
	if size() == "quick" {
		return quick
	}
	return paper
}

// Full says whether the environment asks for all that the paper did, even where that takes a GPU. Most
// experiments are at their largest already at the size "paper".
func Full() bool { return size() == "full" }
