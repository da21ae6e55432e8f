package results

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// FuzzFigure reads the content of a results file, and makes of it what the page of results does: its tables
// and its claims.
func FuzzFigure(f *testing.F) {
	claim := claims.Claim{ID: "a", Source: "Figure 1", Statement: "s", Quantity: "q"}
	figure := &Figure{
		Figure: "figure-1", Title: "t", Config: map[string]int{"draws": 3},
		Series: []map[string]any{{"depth": 2, "lags": []int{1, 2}, "fit": map[string]float64{"low": 1}}},
		Claims: []claims.Claim{claim.Above(stats.Estimate{Value: 2, Low: 1, High: 3, Draws: 10}, 1)},
		Tests:  []int{1}, Table: &Table{Caption: "c", Header: []string{"h"}, Rows: [][]string{{"x"}}},
	}
	whole, err := json.Marshal(figure)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(whole), string(whole[:len(whole)/2]), "{}", "null",
		strings.Replace(string(whole), `[1,2]`, `[[1,[2]],{"a":[]}]`, 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		faulttest.Bounded(t, len(content), func() {
			figure, err := parse(content)
			if err != nil {
				return
			}
			_, _, _ = figure.data() // an error is the answer to some
			_ = claims.Summary(figure.Decided())
			if figure.Table != nil {
				_ = figure.Table.Markdown()
			}
		})
	})
}

// FuzzArchive compares a npz file with the numbers that it should hold.
func FuzzArchive(f *testing.F) {
	_, wanted, err := (&Figure{Figure: "figure-1", Title: "t",
		Series: []map[string]any{{"mean": []float64{1, 2, 3}}}}).data()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wanted)
	f.Add(wanted[:len(wanted)/2])
	f.Fuzz(func(t *testing.T, content []byte) {
		faulttest.Bounded(t, len(content), func() { holds(content, wanted) })
	})
}
