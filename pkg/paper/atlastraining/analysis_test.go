package atlastraining

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// TestExactlyOneVerdict follows the plan's table, and tries intervals at and around the bounds.
func TestExactlyOneVerdict(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		want      Verdict
	}{
		{-0.2, 0.2, Symptom}, {-0.15, -0.05, Symptom}, {0.05, 0.2, Symptom}, {-0.5, -0.1, Matters},
		{-0.21, -1e-9, Matters}, {0.1, 0.3, Reversed}, {1e-9, 0.21, Reversed}, {-0.3, 0, Undecided},
		{0, 0.3, Undecided}, {-0.1, 0.21, Undecided}, {-0.9, 0.9, Undecided},
	} {
		if got := verdictOf(stats.Estimate{Low: test.low, High: test.high}); got != test.want {
			t.Errorf("[%g, %g] is %q, want %q", test.low, test.high, got, test.want)
		}
	}
}

func TestRowsNeeded(t *testing.T) {
	for _, test := range []struct {
		e    stats.Estimate
		want int
	}{
		{stats.Estimate{Value: -0.3, Low: -0.7, High: 0.1, Draws: 45}, 80},    // 45 (0.4/0.3)^2
		{stats.Estimate{Value: 0.05, Low: -0.25, High: 0.35, Draws: 50}, 200}, // 50 (0.3/0.15)^2
		{stats.Estimate{Value: 0.15, Low: -0.15, High: 0.45, Draws: 50}, 200}, // 50 (0.3/0.15)^2, to leave 0
		{stats.Estimate{Value: 0, Low: -0.3, High: 0.3, Draws: 40}, 90},       // 40 (0.3/0.2)^2
	} {
		if got := needed(test.e); got != test.want {
			t.Errorf("%v takes %d rows, want %d", test.e, got, test.want)
		}
	}
}

// nets makes up series of rows at two depths. Length falls with explosion, and the loss follows one of them.
func nets(rows int, loss func(length, explosion, noise float64) float64) []Series {
	rng := random.Stream(1)
	var all []Series
	for i := range rows {
		for _, depth := range []int{10, 50} {
			explosion := rng.Float64()
			length := 2 - explosion + 0.7*rng.Float64()
			size := explosion
			if i%2 == 0 {
				size = -explosion // which vanishes
			}
			value := loss(length, explosion, rng.Float64())
			all = append(all, Series{Row: fmt.Sprint("row-", i), Depth: depth, Length: &length,
				LogSize: &size,
				Loss:    &stats.Estimate{Value: value, Low: value, High: value}})
		}
	}
	return all
}

// TestCausesAreToldApart: where the loss follows explosion alone, length is correlated with it, and not given
// explosion; and the other way round.
func TestCausesAreToldApart(t *testing.T) {
	symptom, err := analyse(nets(400, func(_, explosion, noise float64) float64 {
		return explosion + 0.3*noise
	}), 300, 1)
	if err != nil {
		t.Fatal(err)
	}
	if symptom.Verdict != Symptom || !(symptom.Length.High < -0.5) || !(symptom.ExplosionGiven.Low > 0.5) ||
		!(symptom.More.Low > 0) || !(symptom.Causes.High < -0.5) || symptom.Needed != 0 {
		t.Errorf("where explosion is the cause: %+v", symptom)
	}
	matters, err := analyse(nets(400, func(length, _, noise float64) float64 { return -length + 0.3*noise }),
		300, 1)
	if err != nil {
		t.Fatal(err)
	}
	if matters.Verdict != Matters || !(matters.Explosion.Low > 0.5) || !(matters.More.High < 0) {
		t.Errorf("where length is the cause: %+v", matters)
	}
	few, err := analyse(nets(12, func(_, _, noise float64) float64 { return noise }), 300, 1)
	if err != nil || few.Verdict != Undecided || few.Needed <= 12 || few.Rows != 12 || few.Nets != 24 {
		t.Errorf("of twelve rows whose losses are noise: %+v, %v", few, err)
	}
	want := fmt.Sprintf("length given explosion: %v; with explosion given length: %v\nverdict: undecided "+
		"(about %d rows would decide)", few.LengthGiven, few.ExplosionGiven, few.Needed)
	if text := few.String(); !strings.HasPrefix(text, "over 24 nets of 12 rows") ||
		!strings.HasSuffix(text, want) {
		t.Errorf("it says %q", text)
	}
	if text := matters.String(); !strings.HasSuffix(text, "verdict: matters") {
		t.Errorf("it says %q", text)
	}
}

// TestRanksOfTheEnds: a loss that is not finite is above all others, gradients that are the same everywhere
// are longer than all others, and nets whose gradients leave float32 are left out.
func TestRanksOfTheEnds(t *testing.T) {
	all := nets(20, func(length, _, noise float64) float64 { return length + noise })
	points := func() (loss, length []float64) {
		for _, s := range all {
			if p, is := s.point(); is {
				loss, length = append(loss, p.loss), append(length, p.length)
			}
		}
		return loss, length
	}
	all[7].Loss, all[7].Length = nil, nil
	all = append(all, Series{Row: "row-3", NotFinite: true, Loss: all[0].Loss})
	loss, length := points()
	if len(loss) != 40 || stats.Ranks(loss)[7] != 40 || stats.Ranks(length)[7] != 40 {
		t.Errorf("the ranks are %v and %v", stats.Ranks(loss), stats.Ranks(length))
	}
	a, err := analyse(all, 300, 1)
	if err != nil || a.Length.Value != stats.Spearman(loss, length) || a.Rows != 20 || a.Nets != 40 ||
		a.LeftOut != 1 {
		t.Errorf("the analysis is %+v, %v", a, err)
	}
}

func TestNothingToAnalyse(t *testing.T) {
	for words, series := range map[string][]Series{
		"all 1 nets leave float32": {{Row: "a", NotFinite: true}},
		"have no rank correlation": nets(8, func(_, _, _ float64) float64 { return 1 }),
	} {
		if _, err := analyse(series, 300, 1); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the error is %v, want one with %q", err, words)
		}
	}
}

// TestTheBestRateCounts: the rate with the least mean loss among those that end well in all draws.
func TestTheBestRateCounts(t *testing.T) {
	one, two, three, wild := 1.0, 2.0, 3.0, (*float64)(nil)
	c := cell{outcome: &outcome{Start: []*float64{&three, &three},
		Final: [][]*float64{{&three, &three}, {&one, &two}, {&one, wild}}}}
	c.probe.Rates, c.probe.Draws = []float64{1e-4, 1e-3, 1e-2}, 2
	s := c.series()
	if s.Rate == nil || *s.Rate != 1e-3 || s.Loss.Value != 1.5 || s.Loss.Low != 0 || s.Start.Value != 3 {
		t.Errorf("of the rates %v it is %+v", c.probe.Rates, s)
	}
	c.Final, c.probe.Rates = c.Final[2:], c.probe.Rates[2:]
	if s := c.series(); s.Rate != nil || s.Loss != nil {
		t.Errorf("where a draw ends in no number: %+v", s)
	}
	if p, is := s.point(); !is || p.loss != 1.5 || !math.IsInf(p.length, 1) || p.explosion != 0 {
		t.Errorf("its place is %+v", p)
	}
}
