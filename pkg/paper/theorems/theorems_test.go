package theorems_test

import (
	"context"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/resumetest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper/theorems"
	"github.com/shattered-gradients/shattered/pkg/probes/theory"
)

// small is a config that takes a fraction of a second.
func small() theorems.Config {
	c := theorems.Quick()
	c.Depths, c.Draws = []int{1, 2, 10, 25, 50}, 10_000
	c.PlainDepths, c.PlainDraws, c.PlainWidth = []int{1, 4}, 50, 20
	return c
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs an experiment")
	}
	result, _ := resumetest.Check(t, func(ctx context.Context) (*theorems.Result, error) {
		return theorems.Run(ctx, engine.New(nil), small())
	})
	if got := len(result.Select(theory.Conditioned)); got != 6 || len(result.Series) != 12 ||
		result.Comparisons != 90 {
		t.Errorf("%d series, %d of the first estimator, %d comparisons; want 12, 6, 90", len(result.Series),
			got,
			result.Comparisons)
	}
	verdicts := make(map[string]claims.Claim)
	for _, claim := range resultstest.CheckResults(t, result).Claims {
		verdicts[claim.ID] = claim
	}
	for _, net := range []string{"feedforward", "residual", "rescaled-1", "rescaled-0.3", "rescaled-0.1",
		"highway"} {
		if claim := verdicts["theorems.in-band."+net]; claim.Verdict != claims.Holds {
			t.Errorf("%s: the closed form is outside the band: %v", net, claim.Measured)
		}
	}
	for _, id := range []string{"theorems.rate.rescaled-1", "theorems.limit.highway",
		"theorems.tight.rescaled-0.1"} {
		if verdicts[id].Verdict != claims.Holds {
			t.Errorf("claim %s: %v", id, verdicts[id])
		}
	}
	// A closed form that is wrong by 5 % at one depth falls out of the band.
	for i := range result.Series {
		result.Series[i].Covariance.Closed[1] *= 1.05
	}
	for _, claim := range result.Claims() {
		if strings.HasPrefix(claim.ID, "theorems.in-band.") && claim.Verdict == claims.Holds {
			t.Errorf("claim %s holds for a wrong closed form", claim.ID)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*theorems.Config){
		"transformer":      func(c *theorems.Config) { c.Nets = []theorems.GateNet{{Net: "transformer"}} },
		"ascending order":  func(c *theorems.Config) { c.PlainDepths = []int{4, 4} },
		"draws is 1":       func(c *theorems.Config) { c.PlainDraws = 1 },
		"there are 0 nets": func(c *theorems.Config) { c.Nets = nil },
	} {
		config := small()
		change(&config)
		_, err := theorems.Run(t.Context(), engine.New(nil), config)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
