package training

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzCheckpoint reads the content of a checkpoint behind a hash that is right, as no accident leaves it.
func FuzzCheckpoint(f *testing.F) {
	store := model.NewStore()
	if _, err := store.CreateVariable("/net/w",
		tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4}, 2, 2)); err != nil {
		f.Fatal(err)
	}
	whole, err := encode(store, &state{ID: "id", Step: 3, Curve: []Point{{Step: 1}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[sha256.Size:])
	f.Add(whole[sha256.Size : len(whole)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		sum := sha256.Sum256(content)
		faulttest.Bounded(t, len(content), func() {
			st, values, err := decode(append(sum[:], content...))
			if err == nil {
				_ = restore(model.NewStore(), st, values)
			}
		})
	})
}

// FuzzResults reads what collecting writes.
func FuzzResults(f *testing.F) {
	whole, err := json.Marshal(Result{Net: json.RawMessage(`{"depth":3,"width":2}`),
		Curve: []Point{{Step: 1}}, Looks: []ProbeLook{{}}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(whole) + "\n", string(whole) + "\n" + string(whole), "\n\n",
		"{}\nnull\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		faulttest.Bounded(t, len(content), func() { _, _ = ReadResults("fuzz", bytes.NewReader(content)) })
	})
}
