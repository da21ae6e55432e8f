package atlastraining

import (
	"fmt"
	"math"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Verdict is what the partial correlation of loss and length says.
type Verdict string

// The verdicts, of which exactly one holds for an interval.
const (
	// Symptom: the interval lies within ±0.2. Whatever length has to do with the loss is explosion's, or
	// little.
	Symptom Verdict = "a symptom"

	// Matters: it lies below 0, and not within ±0.2. Shattering matters apart from explosion.
	Matters Verdict = "matters"

	// Reversed: it lies above 0, and not within ±0.2. Longer correlations go with higher losses.
	Reversed Verdict = "the other way round"

	// Undecided: it holds 0, and does not lie within ±0.2.
	Undecided Verdict = "undecided"
)

// little is the rank correlation up to which there is little.
const little = 0.2

// partialLevel is the level of the intervals of the two partial correlations, 97.5 %: both hold together at
// 95 %.
const partialLevel = 1 - (1-stats.Level)/2

// Analysis is what the losses of nets at all depths have to do with their gradients at initialisation: rank
// correlations by Spearman, with the percentile intervals of a bootstrap over rows. A row with its depths is
// one unit.
type Analysis struct {
	// Rows is the number of rows, and Nets that of nets, rows at a depth. LeftOut is the number of nets whose
	// gradients leave float32 at initialisation, which are not among them.
	Rows    int `json:"rows" jsonschema:"minimum=1"`
	Nets    int `json:"nets" jsonschema:"minimum=1"`
	LeftOut int `json:"left_out" jsonschema:"minimum=0"`

	// Length is the correlation of the loss with the correlation length, Explosion that with the explosion,
	// and Causes that of these two.
	Length    stats.Estimate `json:"length"`
	Explosion stats.Estimate `json:"explosion"`
	Causes    stats.Estimate `json:"causes"`

	// LengthGiven is the partial correlation of the loss with the length given the explosion, and
	// ExplosionGiven that with the explosion given the length. Their intervals are of 97.5 %.
	LengthGiven    stats.Estimate `json:"length_given_explosion"`
	ExplosionGiven stats.Estimate `json:"explosion_given_length"`

	// More is by how much the size of ExplosionGiven is above that of LengthGiven.
	More stats.Estimate `json:"explosion_more"`

	// Verdict follows from LengthGiven: "a symptom" where its interval lies within ±0.2, "matters" where it
	// lies below 0 else, "the other way round" where it lies above 0, and "undecided". Needed is the number
	// of rows that it would take to decide it, where it is undecided.
	Verdict Verdict `json:"verdict" jsonschema:"minLength=1"`
	Needed  int     `json:"rows_needed,omitempty" jsonschema:"minimum=1"`
}

// String says what decides, and the verdict.
func (a Analysis) String() string {
	text := fmt.Sprintf("over %d nets of %d rows, correlation of the loss with length given explosion: %v; "+
		"with explosion given length: %v\nverdict: %s",
		a.Nets, a.Rows, a.LengthGiven, a.ExplosionGiven, a.Verdict)
	if a.Needed > 0 {
		text += fmt.Sprintf(" (about %d rows would decide)", a.Needed)
	}
	return text
}

// bootstrapStream is the path of the bootstrap's random numbers under the seed; those of weights are longer.
const bootstrapStream = 2

// analyse returns what the losses of nets have to do with their gradients at initialisation.
func analyse(series []Series, resamples int, seed uint64) (Analysis, error) {
	var a Analysis
	var units [][]point
	rows := make(map[string]int)
	for _, s := range series {
		p, is := s.point()
		if !is {
			a.LeftOut++
			continue
		}
		i, known := rows[s.Row]
		if !known {
			i = len(units)
			rows[s.Row], units = i, append(units, nil)
		}
		units[i] = append(units[i], p)
		a.Nets++
	}
	a.Rows = len(units)
	if a.Rows == 0 {
		return a, fmt.Errorf("the gradients of all %d nets leave float32 at initialisation: choose other "+
			"nets",
			len(series))
	}
	levels := []float64{stats.Level, stats.Level, stats.Level, partialLevel, partialLevel, stats.Level}
	all := stats.Bootstrap(a.Rows, resamples, levels, random.Stream(seed, bootstrapStream),
		func(sample []int) []float64 {
			var points []point
			for _, i := range sample {
				points = append(points, units[i]...)
			}
			return correlations(points)
		})
	for k, into := range []*stats.Estimate{&a.Length, &a.Explosion, &a.Causes, &a.LengthGiven,
		&a.ExplosionGiven, &a.More} {
		if *into = all[k]; !into.Made() {
			return a, fmt.Errorf("the losses of %d nets in %d rows have no rank correlation with an "+
				"interval: give more rows, whose losses and gradients differ", a.Nets, a.Rows)
		}
	}
	a.Verdict = verdictOf(a.LengthGiven)
	if a.Verdict == Undecided {
		a.Needed = needed(a.LengthGiven)
	}
	return a, nil
}

// correlations returns the statistics of an Analysis in their order.
func correlations(points []point) []float64 {
	n := len(points)
	loss, length, explosion := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, p := range points {
		loss[i], length[i], explosion[i] = p.loss, p.length, p.explosion
	}
	byLength, byExplosion := stats.Spearman(loss, length), stats.Spearman(loss, explosion)
	causes := stats.Spearman(length, explosion)
	lengthGiven := stats.PartialCorrelation(byLength, byExplosion, causes)
	explosionGiven := stats.PartialCorrelation(byExplosion, byLength, causes)
	return []float64{byLength, byExplosion, causes, lengthGiven, explosionGiven,
		math.Abs(explosionGiven) - math.Abs(lengthGiven)}
}

// verdictOf returns the verdict of the interval of length given explosion.
func verdictOf(e stats.Estimate) Verdict {
	switch {
	case e.Low >= -little && e.High <= little:
		return Symptom
	case e.High < 0:
		return Matters
	case e.Low > 0:
		return Reversed
	}
	return Undecided
}

// needed returns about how many rows it would take to decide what is undecided, as the half-width h of an
// interval around r shrinks like one over the root of their number: n (h/|r|)^2 to leave 0, and, where |r| is
// below 0.2, n (h/(0.2-|r|))^2 to lie within ±0.2.
func needed(e stats.Estimate) int {
	half, r := (e.High-e.Low)/2, math.Abs(e.Value)
	times := math.Pow(half/r, 2) // infinite where r is 0
	if r < little {
		times = min(times, math.Pow(half/(little-r), 2))
	}
	return int(math.Ceil(float64(e.Draws) * max(times, 1)))
}
