package random_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/random/internal/normal"
)

func ExampleStream() {
	// The weights of stage 3 in draw 17 are the same numbers whatever else is drawn, and in whichever order.
	first := random.Stream(1, 17, 3).NormFloat64()
	random.Stream(1, 17, 2).NormFloat64()
	fmt.Println(first == random.Stream(1, 17, 3).NormFloat64())
	// Output: true
}

// TestStreamsArePinned notices when a change of the derivation, the generator or the normal law changes every
// number of the project.
func TestStreamsArePinned(t *testing.T) {
	if got, want := fmt.Sprintf("%x", random.Stream(1, 2, 3).Uint64()), "661cdd4da682149"; got != want {
		t.Errorf("the stream at (2, 3) under seed 1 starts with %s, want %s", got, want)
	}
	values := make([]float32, 1_000_000)
	random.NewGenerator(1, 2, 3).FillNormal(values, 0.1)
	hash := sha256.New()
	if err := binary.Write(hash, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%x", hash.Sum(nil)[:8]), "a9759152bb1fa68c"; got != want {
		t.Errorf("a million normal numbers at (2, 3) under seed 1 have the hash %s, want %s", got, want)
	}
}

// TestStreamsAreAsDocumented holds streams to keys by Python's hashlib: hashlib.sha256(struct.pack("<4Q", 1,
// 2, 2, 3)) for the path (2, 3) under seed 1, sha256(struct.pack("<2Q", 0, 0)) for no path under 0.
func TestStreamsAreAsDocumented(t *testing.T) {
	for generator, text := range map[*random.Generator]string{
		random.NewGenerator(1, 2, 3): "c323a0f168d63ec3e8b94a1f60cfc9e38a42fc746b9ff89f0f0696bad59c5e57",
		random.NewGenerator(0):       "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb",
	} {
		bytes, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		library := rand.NewChaCha8([32]byte(bytes))
		for i := range 3 {
			if got, want := generator.Uint64(), library.Uint64(); got != want {
				t.Errorf("number %d of the stream with key %s is %x, want %x", i, text[:8], got, want)
			}
		}
		var key normal.Key
		for i := range key {
			key[i] = binary.LittleEndian.Uint32(bytes[4*i:])
		}
		got, want := make([]float32, 100), make([]float32, 100)
		generator.FillNormal(got, 0.5)
		normal.Fill(want, &key, 0, 0.5)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("normal number %d of the stream with key %s is %g, want %g", i, text[:8], got[i],
					want[i])
			}
		}
	}
}

// TestFillNormalGoesOn draws a stream's normal numbers at once and in parts, with other numbers drawn in
// between.
func TestFillNormalGoesOn(t *testing.T) {
	whole, parts := make([]float32, 1000), make([]float32, 1000)
	random.NewGenerator(1).FillNormal(whole, 0.5)
	generator := random.NewGenerator(1)
	for first, length := 0, 0; first < len(parts); first, length = first+length, length+1 {
		generator.FillNormal(parts[first:min(first+length, len(parts))], 0.5)
		generator.NormFloat64()
	}
	for i := range whole {
		if parts[i] != whole[i] {
			t.Fatalf("number %d is %g in parts, want %g", i, parts[i], whole[i])
		}
	}
}

func TestPathsAndSeedsTellStreamsApart(t *testing.T) {
	seen := make(map[uint64]int)
	for i, first := range []uint64{
		random.Stream(1).Uint64(), random.Stream(2).Uint64(), random.Stream(1, 0).Uint64(),
		random.Stream(1, 0, 0).Uint64(),
		random.Stream(1, 2).Uint64(), random.Stream(1, 1, 2).Uint64(), random.Stream(1, 2, 1).Uint64(),
		random.Stream(0, 1, 2).Uint64(),
	} {
		if other, found := seen[first]; found {
			t.Errorf("streams %d and %d start with the same number", other, i)
		}
		seen[first] = i
	}
}

// TestStreamsAreIndependent correlates the numbers of neighbouring seeds and paths, and their squares, number
// by number, and what a stream's Rand gives with what FillNormal does. The bound is 5 standard errors: chance
// exceeds it once in some ten thousand choices of the streams.
func TestStreamsAreIndependent(t *testing.T) {
	const n = 1 << 17
	var streams [][]float32
	for _, path := range [][]uint64{{0}, {1}, {2}, {1, 0}, {0, 1}, {1, 1}, {2, 1}, {1, 2}, {0, 0, 0},
		{0, 0, 1}, {0, 1, 0}, {1, 0, 0}} {
		for seed := range uint64(2) {
			values := make([]float32, n)
			random.NewGenerator(seed, path...).FillNormal(values, 1)
			streams = append(streams, values)
		}
	}
	ofRand, rng := make([]float32, n), random.Stream(0, 0)
	for i := range ofRand {
		ofRand[i] = float32(rng.NormFloat64())
	}
	streams = append(streams, ofRand)
	for a, first := range streams {
		for b, second := range streams[:a] {
			var linear, square float64
			for i := range first {
				x, y := float64(first[i]), float64(second[i])
				linear += x * y
				square += (x*x - 1) * (y*y - 1) / 2
			}
			if limit := 5 * math.Sqrt(n); math.Abs(linear) > limit || math.Abs(square) > limit {
				t.Errorf("streams %d and %d have the correlations %.2g and, of squares, %.2g, want 0 ± %.1g",
					a, b, linear/n, square/n, 1/math.Sqrt(n))
			}
		}
	}
}

func BenchmarkNormFloat64(b *testing.B) {
	rng := random.Stream(1)
	for b.Loop() {
		rng.NormFloat64()
	}
}

// BenchmarkFillNormal draws a layer's weights as nets do, with a stream of its own.
func BenchmarkFillNormal(b *testing.B) {
	values := make([]float32, 200*200)
	for b.Loop() {
		random.NewGenerator(1, 2, 3).FillNormal(values, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(values)), "ns/number")
}
