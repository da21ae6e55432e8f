package paper_test

import (
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// theoremsResult measures the theorems at a size of a fraction of a second.
func theoremsResult(t *testing.T) *paper.TheoremsResult {
	t.Helper()
	config := paper.TheoremsQuick()
	config.Depths, config.Draws = []int{1, 2, 10, 25, 50}, 10_000
	config.PlainDepths, config.PlainDraws, config.PlainWidth = []int{1, 4}, 50, 20
	result, err := paper.Theorems(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// checkClaims checks the results' file, its name and the seed, and returns the claims by id.
func checkClaims(t *testing.T, result resultstest.Result, name string) map[string]claims.Claim {
	t.Helper()
	figure := checkResults(t, result)
	if figure.Figure != name || result.Seed() != 1 {
		t.Errorf("results of %q with seed %d, want %q and 1", figure.Figure, result.Seed(), name)
	}
	byID := make(map[string]claims.Claim)
	for _, claim := range figure.Claims {
		byID[claim.ID] = claim
	}
	return byID
}

func TestTheorems(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	result := theoremsResult(t)
	if got := len(result.Select(theory.Conditioned)); got != 6 || len(result.Series) != 12 || result.Comparisons != 90 {
		t.Errorf("%d series, %d of the first estimator, %d comparisons; want 12, 6, 90", len(result.Series), got, result.Comparisons)
	}
	byID := checkClaims(t, result, "theorems")
	for _, net := range []string{"feedforward", "residual", "rescaled-1", "rescaled-0.3", "rescaled-0.1", "highway"} {
		if claim := byID["theorems."+net+".in-band"]; claim.Verdict != claims.Holds {
			t.Errorf("%s: the closed form is outside the band: %v", net, claim.Measured)
		}
	}
	for _, id := range []string{"theorems.rescaled-1.rate", "theorems.highway.limit", "theorems.rescaled-0.1.tight"} {
		if byID[id].Verdict != claims.Holds {
			t.Errorf("claim %s: %v", id, byID[id])
		}
	}
}

// TestTheoremsSeeAWrongForm: a closed form that is wrong by 5 % at one depth falls out of the band.
func TestTheoremsSeeAWrongForm(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	result := theoremsResult(t)
	for i := range result.Series {
		result.Series[i].Covariance.Closed[1] *= 1.05
	}
	for _, claim := range result.Claims() {
		if strings.HasSuffix(claim.ID, ".in-band") && claim.Verdict == claims.Holds {
			t.Errorf("claim %s holds for a wrong closed form", claim.ID)
		}
	}
}

func TestTheoremsRefuseBadConfigs(t *testing.T) {
	config := paper.TheoremsQuick()
	config.Nets = []paper.GateNet{{Net: "transformer"}}
	if _, err := paper.Theorems(t.Context(), config); err == nil || !strings.Contains(err.Error(), "transformer") {
		t.Errorf("an unknown net gives the error %v", err)
	}
}

func TestDonsker(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	config := paper.DonskerQuick()
	config.Draws = 300
	result, err := paper.Donsker(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	byID := checkClaims(t, result, "donsker")
	for _, id := range []string{"donsker.covariance.in-band", "donsker.increments.law", "donsker.increments.rate"} {
		if byID[id].Verdict != claims.Holds {
			t.Errorf("claim %s: %v", id, byID[id])
		}
	}
	if result.Fit == nil || result.Fit.From != 1000 {
		t.Errorf("fit %+v, want one from width 1000 on: the emptiest cell then expects 18.8 kinks", result.Fit)
	}
	for i := range result.Series { // the covariance of an Ornstein-Uhlenbeck processwould be seen, as is one that is half as large
		for k := range result.Series[i].Covariances {
			c := &result.Series[i].Covariances[k]
			c.Value, c.Low, c.High = c.Value*0.5, c.Low-c.Value*0.5, c.High-c.Value*0.5
		}
	}
	if checkClaims(t, result, "donsker")["donsker.covariance.in-band"].Verdict == claims.Holds {
		t.Error("the covariance claim holds for covariances that are half of what they should be")
	}

	config.Widths = config.Widths[:2]
	if result, err = paper.Donsker(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if _, found := checkClaims(t, result, "donsker")["donsker.increments.rate"]; found || result.Fit != nil {
		t.Error("two narrow widths have an exponent")
	}
	config.Cells = 7
	if _, err := paper.Donsker(t.Context(), config); err == nil {
		t.Error("7 cells of 255 steps: no error")
	}
}
