package random_test

import (
	"fmt"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
)

func ExampleStream() {
	// The weights of stage 3 in draw 17 are the same numbers whatever else is drawn, and in whichever order.
	first := random.Stream(1, 17, 3).NormFloat64()
	random.Stream(1, 17, 2).NormFloat64()
	fmt.Println(first == random.Stream(1, 17, 3).NormFloat64())
	// Output: true
}

// TestStreamsArePinned notices when a change of the derivation changes every number of the project.
func TestStreamsArePinned(t *testing.T) {
	if got, want := fmt.Sprintf("%x", random.Stream(1, 2, 3).Uint64()), "661cdd4da682149"; got != want {
		t.Errorf("the stream at (2, 3) under seed 1 starts with %s, want %s", got, want)
	}
}

func TestPathsAndSeedsTellStreamsApart(t *testing.T) {
	seen := make(map[uint64]int)
	for i, first := range []uint64{
		random.Stream(1).Uint64(), random.Stream(2).Uint64(), random.Stream(1, 0).Uint64(), random.Stream(1, 0, 0).Uint64(),
		random.Stream(1, 2).Uint64(), random.Stream(1, 1, 2).Uint64(), random.Stream(1, 2, 1).Uint64(), random.Stream(0, 1, 2).Uint64(),
	} {
		if other, found := seen[first]; found {
			t.Errorf("streams %d and %d start with the same number", other, i)
		}
		seen[first] = i
	}
}

func BenchmarkNormFloat64(b *testing.B) {
	rng := random.Stream(1)
	for b.Loop() {
		rng.NormFloat64()
	}
}
