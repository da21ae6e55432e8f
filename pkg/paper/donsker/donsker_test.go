package donsker_test

import (
	"context"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper/donsker"
)

// verdicts checks the results' file and returns the claims by id.
func verdicts(t *testing.T, result *donsker.Result) map[string]claims.Claim {
	t.Helper()
	byID := make(map[string]claims.Claim)
	for _, claim := range resultstest.CheckResults(t, result).Claims {
		byID[claim.ID] = claim
	}
	return byID
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	e := engine.New(nil)
	config := donsker.Quick()
	config.Draws = 300
	result, _ := resumetest.Check(t, func(ctx context.Context) (*donsker.Result, error) {
		return donsker.Run(ctx, e, config)
	})
	all := verdicts(t, result)
	for _, id := range []string{"donsker.in-band.covariance", "donsker.law.increments",
		"donsker.rate.increments"} {
		if all[id].Verdict != claims.Holds {
			t.Errorf("claim %s: %v", id, all[id])
		}
	}
	if result.Fit == nil || result.Fit.From != 1000 {
		t.Errorf("fit %+v, want one from width 1000 on: the emptiest cell then expects 18.8 kinks",
			result.Fit)
	}
	// The covariance of an Ornstein-Uhlenbeck process would be seen, as is one that is half as large.
	for i := range result.Series {
		for k := range result.Series[i].Covariances {
			c := &result.Series[i].Covariances[k]
			c.Value, c.Low, c.High = c.Value*0.5, c.Low-c.Value*0.5, c.High-c.Value*0.5
		}
	}
	if verdicts(t, result)["donsker.in-band.covariance"].Verdict == claims.Holds {
		t.Error("the covariance claim holds for covariances that are half of what they should be")
	}

	config.Widths = config.Widths[:2]
	narrow, err := donsker.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	if _, found := verdicts(t, narrow)["donsker.rate.increments"]; found || narrow.Fit != nil {
		t.Error("two narrow widths have an exponent")
	}
	config.Cells = 7
	if _, err := donsker.Run(t.Context(), e, config); err == nil {
		t.Error("7 cells of 255 steps: no error")
	}
}
