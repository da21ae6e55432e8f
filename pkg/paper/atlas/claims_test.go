package atlas

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/testseries"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// acfs are the autocorrelations of series that are smooth over so many values.
func acfs(t *testing.T, span int) [][]float64 {
	t.Helper()
	all := testseries.Smoothed(12, 128, span)
	for i, values := range all {
		acf, err := stats.ACF(values, 32)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = acf
	}
	return all
}

// TestSkipsResist: a resnet and a highway net of a longer correlation than the feedforward net of their
// normalisation resist, a resnet of a shorter one does not, and of one with another normalisation, or at
// another depth, nothing is claimed.
func TestSkipsResist(t *testing.T) {
	short, middle, long := acfs(t, 4), acfs(t, 6), acfs(t, 9)
	r := &Result{Series: []Series{
		{Row: "relu", Depth: 50, acfs: middle}, {Row: "relu-bn", Depth: 50, acfs: short},
		{Row: "relu-layer", Depth: 50, acfs: short}, {Row: "resnet-1-none", Depth: 50, acfs: short},
		{Row: "resnet-0.1-none", Depth: 50, acfs: long}, {Row: "resnet-0.3-bn", Depth: 50, acfs: middle},
		{Row: "resnet-0.3-bn", Depth: 200, acfs: middle}, {Row: "resnet-1-layer", Depth: 50, acfs: long},
		{Row: "highway-bn", Depth: 50, acfs: long}, {Row: "highway-none", Depth: 50},
	}}
	want := []struct {
		id      string
		verdict claims.Verdict
	}{
		{"atlas.resists.resnet-1-none.depth-50", claims.Contradicted},
		{"atlas.resists.resnet-0.1-none.depth-50", claims.Holds},
		{"atlas.resists.resnet-0.3-bn.depth-50", claims.Holds},
		{"atlas.resists.highway-bn.depth-50", claims.Holds},
	}
	got := r.Claims()
	if len(got) != len(want) {
		t.Fatalf("%d claims, want %d: %+v", len(got), len(want), got)
	}
	for i, c := range got {
		if c.ID != want[i].id || c.Verdict != want[i].verdict {
			t.Errorf("claim %d is %s: %s, want %+v", i, c.ID, c.Verdict, want[i])
		}
	}
}
