package random_test

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
)

// TestKeysAreAsDocumented compares with generators whose keys were computed apart from this package, by Python's hashlib:
// sha256(struct.pack("<4Q", 1, 2, 2, 3)) for the path (2, 3) under seed 1, sha256(struct.pack("<2Q", 0, 0)) for no path under 0.
func TestKeysAreAsDocumented(t *testing.T) {
	for key, stream := range map[string]*rand.Rand{
		"c323a0f168d63ec3e8b94a1f60cfc9e38a42fc746b9ff89f0f0696bad59c5e57": random.Stream(1, 2, 3),
		"374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb": random.Stream(0),
	} {
		bytes, err := hex.DecodeString(key)
		if err != nil {
			t.Fatal(err)
		}
		want := rand.NewChaCha8([32]byte(bytes))
		for i := range 3 {
			if got, want := stream.Uint64(), want.Uint64(); got != want {
				t.Errorf("number %d of the stream with key %s is %x, want %x", i, key[:8], got, want)
			}
		}
	}
}
