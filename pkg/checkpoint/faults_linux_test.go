package checkpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// computing is the work of a cell: three parts, of which one is kept from before, then the result, and the
// parts are forgotten.
func computing() faulttest.Work {
	part := func(t *testing.T, store *checkpoint.Store, key int) float64 {
		t.Helper()
		ctx := checkpoint.With(t.Context(), store)
		value, _, err := checkpoint.Part(ctx, key, func() (float64, error) { return 1 / float64(key+2), nil })
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	parts := func(folder string) *checkpoint.Store {
		return checkpoint.NewStore(filepath.Join(folder, ".parts", "code"), "go")
	}
	return faulttest.Work{
		Prepare: func(t *testing.T, folder string) { part(t, parts(folder), 0) },
		Do: func(t *testing.T, folder string) {
			store := parts(folder)
			var series []float64
			for key := range 3 {
				series = append(series, part(t, store, key))
			}
			claim := claims.Claim{ID: "figure-1.claim", Source: "Figure 0", Statement: "s", Quantity: "q"}
			figure := &results.Figure{
				Figure: "figure-1", Title: "A figure", Config: map[string]int{"draws": 3}, Series: series,
				Claims: []claims.Claim{claim.Above(stats.Exact(2), 1)},
			}
			if err := figure.Save(folder); err != nil {
				t.Fatal(err)
			}
			if err := store.Clear(); err != nil {
				t.Fatal(err)
			}
		},
		Kept: func(t *testing.T, folder string) {
			kept, err := filepath.Glob(filepath.Join(folder, ".parts", "code", "*.json"))
			if _, saved := results.Load(folder, "figure-1"); err != nil || len(kept) == 0 && saved != nil {
				t.Errorf("there are neither parts nor the result: %v, %v", saved, err)
			}
		},
		Check: func(t *testing.T, folder string) {
			figure, err := results.Load(folder, "figure-1")
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("[\n  %v,\n  %v,\n  %v\n ]", 1.0/2, 1.0/3, 1.0/4)
			if got := fmt.Sprintf("%s", figure.Series); got != want {
				t.Errorf("the series is %s, want %s", got, want)
			}
			_ = os.Remove(filepath.Join(folder, ".parts")) // when it is empty, as the lab does
			entries, err := os.ReadDir(folder)
			if err != nil || len(entries) != 3 {
				t.Errorf("left are %v, %v; want JSON, CSV and npz", entries, err)
			}
		},
	}
}

// TestFaultsInComputing does the work of a cell with a fault at each call.
func TestFaultsInComputing(t *testing.T) { computing().Test(t, 20) }

// TestFullDiskInComputing does it on a disk on which there is less and less room.
func TestFullDiskInComputing(t *testing.T) {
	faulttest.Everything(t)
	computing().OnFullDisk(t, 40)
}
