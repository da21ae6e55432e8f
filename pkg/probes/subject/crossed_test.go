package subject_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/floats"
)

// effects draws rows of one number y = mean + draw + item + both, from normals of these deviations.
func effects(draws, items int, ofDraw, ofItem, ofBoth float64, stream ...uint64) subject.Crossed {
	rng := random.Stream(8, stream...)
	rows := subject.NewCrossed(draws, items)
	item := make([]float64, items)
	for i := range item {
		item[i] = ofItem * rng.NormFloat64()
	}
	for d := range draws {
		draw := ofDraw * rng.NormFloat64()
		for i := range items {
			rows[d][i] = []float64{1 + draw + item[i] + ofBoth*rng.NormFloat64()}
		}
	}
	return rows
}

// coverage returns the share of many intervals that hold the true mean of 1.
func coverage(t *testing.T, draws, items int, ofDraw, ofItem, ofBoth float64) float64 {
	t.Helper()
	const ensembles = 400
	covered := 0.0
	for k := range uint64(ensembles) {
		mean := effects(draws, items, ofDraw, ofItem, ofBoth, uint64(draws), k).Means()[0]
		if *mean.Low <= 1 && 1 <= *mean.High {
			covered++
		}
	}
	return covered / ensembles
}

// TestIntervalsCoverTheTruth draws effects of draws and items, and asks whether the intervals cover the mean.
// What is left out is known too: an interval of draws alone does not know that the items vary.
func TestIntervalsCoverTheTruth(t *testing.T) {
	for name, effect := range map[string][3]float64{"draws": {1, 0, 0.3}, "items": {0, 1, 0.3},
		"both": {1, 1, 0.3}, "neither": {0, 0, 1}} {
		// 400 intervals: a deviation of 1.1 % at 95 %, of which 3.5 % is three; effects of both count twice,
		// so that more may be covered.
		if c := coverage(t, 8, 12, effect[0], effect[1], effect[2]); c < 0.915 {
			t.Errorf("effects of %s: %.1f %% of the intervals cover the truth", name, 100*c)
		}
	}
	if c := coverage(t, 20, 1, 1, 0, 0.3); c < 0.915 || c > 0.985 {
		t.Errorf("draws of one item: %.1f %% of the intervals cover the truth", 100*c)
	}
}

// TestDistancesAllowForNoise measures how long the mean of 20 numbers is whose true means are 0: noise alone
// makes it longer, under few draws or few items or both.
func TestDistancesAllowForNoise(t *testing.T) {
	const ensembles, numbers = 200, 20
	length := func(mean []float64) float64 { return floats.Norm(mean, 2) }
	for name, effect := range map[string][3]float64{"draws": {1, 0, 0.3}, "items": {0, 1, 0.3},
		"both": {1, 1, 0.3}} {
		tukey, distance := 0, 0
		for k := range uint64(ensembles) {
			rows := subject.NewCrossed(8, 12)
			for number := range uint64(numbers) {
				for draw, items := range effects(8, 12, effect[0], effect[1], effect[2], k, number) {
					for item := range items {
						rows[draw][item] = append(rows[draw][item], items[item][0]-1)
					}
				}
			}
			plain := rows.Jackknife(func(mean []float64) []float64 { return []float64{length(mean)} })[0]
			if *plain.Low <= 0 {
				tukey++
			}
			if *rows.Distance(length).Low <= 0 {
				distance++
			}
		}
		// 200 intervals: a deviation of 1.5 % at 95 %, of which 5 % is three.
		if tukey > ensembles/2 || distance < 0.9*ensembles {
			t.Errorf("effects of %s: of %d lengths of 0, %d are found possible, and %d without what noise "+
				"adds", name, ensembles, distance, tukey)
		}
	}
}

// TestDistancesOfOneItem: with one item there is one error, and the interval is that of stats.
func TestDistancesOfOneItem(t *testing.T) {
	rows := effects(8, 1, 0.3, 0, 0.1)
	var draws [][]float64
	for _, items := range rows {
		draws = append(draws, items[0])
	}
	length := func(mean []float64) float64 { return math.Abs(mean[0]) }
	all := stats.Replicate(draws, func(mean []float64) []float64 { return []float64{length(mean)} })
	want, got := all[0].Distance(), rows.Distance(length)
	for _, pair := range [][2]float64{{got.Value, want.Value}, {*got.Low, want.Low}, {*got.High, want.High}} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 { // sums in another order
			t.Errorf("%v, want %v", got, want)
		}
	}
	if plain := all[0].Estimate(); want.Low >= plain.Low || want.Low <= 0 {
		t.Errorf("the interval begins at %g, want above 0 and below the %g without what noise adds", want.Low,
			plain.Low)
	}
}

// TestJackknifeAddsTheTwoErrors compares with stats.Mean of the means over draws and over items, of which a
// mean's jackknife is one.
func TestJackknifeAddsTheTwoErrors(t *testing.T) {
	rows := effects(3, 4, 1, 2, 1)
	byDraw, byItem := make([]float64, 3), make([]float64, 4)
	for d := range 3 {
		for i := range 4 {
			byDraw[d] += rows[d][i][0] / 4
			byItem[i] += rows[d][i][0] / 3
		}
	}
	draws, items := stats.Mean(byDraw), stats.Mean(byItem)
	a, b := math.Pow(draws.StdErr, 2), math.Pow(items.StdErr, 2)
	freedom := (a + b) * (a + b) / (a*a/2 + b*b/3) // of 3 draws and 4 items
	want := stats.Student(draws.Value, math.Sqrt(a+b), int(freedom)+1)
	got := rows.Means()[0]
	for _, pair := range [][2]float64{{got.Value, want.Value}, {got.StdErr, want.StdErr},
		{*got.Low, want.Low}, {*got.High, want.High}} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if cut := got.Within(got.Value, 9); *cut.Low != got.Value || *cut.High != min(9, *got.High) ||
		*got.Low == got.Value {
		t.Errorf("%v is cut to %v", got, cut)
	}
	if single := (subject.Crossed{{{5}}}).Means()[0]; single != (subject.Estimate{Value: 5}) ||
		single.String() != "5" {
		t.Errorf("a single row gives %v", single)
	}
	// Where draws are equal, the interval is that of the items alone, however few draws there are.
	equal := subject.Crossed{{{1}, {2}, {4}, {8}}, {{1}, {2}, {4}, {8}}}.Means()[0]
	if want := stats.Mean([]float64{1, 2, 4, 8}); math.Abs(*equal.Low-want.Low) > 1e-9 || equal.Draws != 4 {
		t.Errorf("equal draws give %v of %d, want %v", equal, equal.Draws, want)
	}
}
