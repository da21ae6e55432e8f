package random

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// key is one of the test's own.
var key = [32]byte{1, 2, 3, 250, 31: 7}

// TestSource holds the source to the library's ChaCha8, over many epochs.
func TestSource(t *testing.T) {
	for name, ours := range map[string]*source{"plain": plainSource(rand.NewChaCha8(key)), "fast": fastSource(key)} {
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
	ours, library := newGenerator(newSource(key)), rand.New(rand.NewChaCha8(key))
	fill := func(values []float32) {
		t.Helper()
		ours.FillNormal(values, deviation)
		for i, got := range values {
			if want := float32(deviation * library.NormFloat64()); got != want {
				t.Fatalf("number %d of %d is %g, want %g", i, len(values), got, want)
			}
		}
		if got, want := ours.Uint64(), library.Uint64(); got != want {
			t.Fatalf("after %d normal numbers the stream goes on with %x, want %x", len(values), got, want)
		}
	}
	values := make([]float32, 1_000_000)
	for range 10 {
		fill(values)
	}
	for range 50 { // that begin and end anywhere in an epoch
		for length := range 2 * epoch {
			fill(values[:length])
		}
	}
}

// TestNormalize holds the fast way to the plain one: at random positions, and at the first and last in every strip and to both sides of
// where its inside ends.
func TestNormalize(t *testing.T) {
	var numbers []uint64
	for strip, end := range inside {
		for _, position := range []uint32{0, 1, end - 1, end, ends - 1, ends} {
			numbers = append(numbers, uint64(strip)<<32|uint64(position), uint64(strip)<<32|uint64(-position))
		}
	}
	for s := newSource(key); len(numbers) < 100_000 || len(numbers)%part != 0; {
		numbers = append(numbers, s.Uint64())
	}
	for chunk := range slices.Chunk(numbers, part) {
		var got, want [part]float32
		outside, expected := normalize(&got, (*[part]uint64)(chunk), 0.1), normalizePlainly(&want, (*[part]uint64)(chunk), 0.1)
		if got != want || outside != expected {
			t.Fatalf("numbers %x are %g, want %g; outside are %b, want %b", chunk, got, want, outside, expected)
		}
	}
}

// TestInside looks where each strip's inside ends: the library must take no further number for what lies inside, and one at least for what does not.
func TestInside(t *testing.T) {
	for strip, end := range inside {
		if _, taken := ask(strip, int(end)); taken < 2 {
			t.Errorf("the library takes no further number where the inside of strip %d ends", strip)
		}
		if end == 0 {
			continue
		}
		got, taken := ask(strip, int(end-1))
		if want := float64(end-1) * float64(widths[strip]); got != want || taken != 1 {
			t.Errorf("the last position inside strip %d gives %g, want %g, from %d numbers, want 1", strip, got, want, taken)
		}
	}
}

// TestFillNormalAtEdges is TestFillNormal with a stream made to fall where random ones hardly ever do: where a strip's inside ends, and where its
// positions do, each with heights from below to above the density.
func TestFillNormalAtEdges(t *testing.T) {
	var numbers []uint64
	for strip, end := range inside {
		for near := range uint32(40) {
			for _, position := range []uint32{near, end - 20 + near, ends - 20 + near} {
				for height := range uint64(5) {
					number := uint64(strip)<<32 | uint64(position)
					numbers = append(numbers, number, height<<51, number^0xffffffff, height<<51)
				}
			}
		}
	}
	library := rand.New(&list{numbers: numbers})
	values := make([]float32, len(numbers)/2)
	newGenerator(plainSource(&list{numbers: numbers})).FillNormal(values, 1)
	for i, got := range values {
		if want := float32(library.NormFloat64()); got != want {
			t.Fatalf("number %d of %d is %g, want %g", i, len(values), got, want)
		}
	}
}

// list is a source of given numbers, over and over.
type list struct {
	numbers []uint64
	next    int
}

func (l *list) Uint64() uint64 {
	number := l.numbers[l.next%len(l.numbers)]
	l.next++
	return number
}

// TestEdges compares the density with what stands for it near a strip's edge. Between the 10 000 places looked at they change by a few times 10⁻⁴
// at most, so that the margin holds everywhere if it holds there with a tenth to spare.
func TestEdges(t *testing.T) {
	const places = 10_000
	for strip := 1; strip < strips; strip++ {
		e := edges[strip]
		normal := func(t float64) float64 { return (e.start + t/e.scale) * float64(widths[strip]) }
		lowest := density(normal(1))
		height := density(normal(0)) - lowest
		for i := range places + 1 {
			at := float64(i) / places
			if got, want := e.share(at), (density(normal(at))-lowest)/height; math.Abs(got-want) > 0.9*margin {
				t.Fatalf("at %g of strip %d's edge the density is %g, want %g", at, strip, got, want)
			}
		}
	}
}

func BenchmarkFillNormal(b *testing.B) {
	generator, values := newGenerator(newSource(key)), make([]float32, 40_000)
	b.SetBytes(int64(len(values)) * 4)
	for b.Loop() {
		generator.FillNormal(values, 0.1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/number")
}
