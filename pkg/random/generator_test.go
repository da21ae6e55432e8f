package random

import (
	"math/rand/v2"
	"testing"
)

// key is one of the test's own.
var key = [32]byte{1, 2, 3, 250, 31: 7}

// TestSource holds the source to the library's ChaCha8, over many epochs.
func TestSource(t *testing.T) {
	for name, ours := range map[string]*source{"plain": plainSource(key), "fast": fastSource(key)} {
		t.Run(name, func(t *testing.T) {
			if ours == nil {
				t.Skip("this processor has nothing faster than the library")
			}
			library := rand.NewChaCha8(key)
			for i := range 100 * epoch {
				if got, want := ours.Uint64(), library.Uint64(); got != want {
					t.Fatalf("number %d is %x, want %x", i, got, want)
				}
			}
		})
	}
}

// TestFillNormal holds the numbers to those that the library draws one by one, to the last bit. 10 million numbers visit every strip of the
// ziggurat 78 000 times, and its tail 2 000 times.
func TestFillNormal(t *testing.T) {
	const deviation = 0.1
	ours, library := newGenerator(key), rand.New(rand.NewChaCha8(key))
	values := make([]float32, 1_000_000)
	for range 10 {
		ours.FillNormal(values, deviation)
		for i, got := range values {
			if want := float32(deviation * library.NormFloat64()); got != want {
				t.Fatalf("number %d is %g, want %g", i, got, want)
			}
		}
	}
	if got, want := ours.Uint64(), library.Uint64(); got != want {
		t.Errorf("after the normal numbers the stream goes on with %x, want %x", got, want)
	}
}

// TestInside looks where each strip's inside ends: the library must take no further number for what lies inside.
func TestInside(t *testing.T) {
	for strip, end := range inside {
		if end == 0 {
			continue
		}
		number := first(uint64(strip)<<32 | uint64(end-1))
		if got, want := rand.New(&number).NormFloat64(), float64(end-1)*widths[strip]; got != want {
			t.Errorf("the last position inside strip %d gives %g, want %g", strip, got, want)
		}
	}
}

func BenchmarkFillNormal(b *testing.B) {
	generator, values := newGenerator(key), make([]float32, 40_000)
	b.SetBytes(int64(len(values)) * 4)
	for b.Loop() {
		generator.FillNormal(values, 0.1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/number")
}
