package stats_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// gaussianRows returns rows of independent standard normals.
func gaussianRows(seed uint64, rows, entries int) *mat.Dense {
	rng, m := random.Stream(seed), mat.NewDense(rows, entries, nil)
	for i := range rows {
		for k := range entries {
			m.Set(i, k, rng.NormFloat64())
		}
	}
	return m
}

// TestEffectiveRankOfKnownSpectra rotates diagonal matrices: the effective rank is the sum of squared
// singular values over the largest.
func TestEffectiveRankOfKnownSpectra(t *testing.T) {
	for _, test := range []struct {
		singular []float64
		want     float64
	}{
		{[]float64{1, 1, 1, 1, 1}, 5},
		{[]float64{3, 0, 0, 0}, 1},
		{[]float64{2, 1, 1}, 1.5},
		{[]float64{10, 5, 2, 1}, 1.3},
	} {
		n := len(test.singular)
		var left, right mat.QR
		left.Factorize(gaussianRows(1, n, n))
		right.Factorize(gaussianRows(2, 7, 7))
		var u, v, rows mat.Dense
		left.QTo(&u)
		right.QTo(&v)
		rows.Product(&u, mat.NewDiagDense(n, test.singular), v.Slice(0, n, 0, 7))
		got, err := stats.EffectiveRank(stats.Gram(&rows))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-test.want) > 1e-12 { // rounding of a few operations on numbers of size 1 to 100
			t.Errorf("singular values %v: effective rank %g, want %g", test.singular, got, test.want)
		}
	}
	if _, err := stats.EffectiveRank(mat.NewSymDense(3, nil)); err == nil {
		t.Error("the zero matrix has an effective rank")
	}
	if _, err := stats.EffectiveRank(mat.NewSymDense(1, []float64{math.NaN()})); err == nil {
		t.Error("NaN has an effective rank")
	}
}

// TestEffectiveRankOfWhiteNoise compares with the largest singular value that random matrix theory gives:
// sqrt(rows) + sqrt(entries).
func TestEffectiveRankOfWhiteNoise(t *testing.T) {
	const rows, entries = 256, 3072
	got, err := stats.EffectiveRank(stats.Gram(gaussianRows(3, rows, entries)))
	if err != nil {
		t.Fatal(err)
	}
	want := rows * entries / math.Pow(math.Sqrt(rows)+math.Sqrt(entries), 2)
	// The largest singular value fluctuates on the Tracy-Widom scale, rows^(-2/3) = 2.5 % of the edge's width
	// and less of the value, and lies below its limit by as much; the trace by 0.2 %.
	if math.Abs(got/want-1) > 0.03 {
		t.Errorf("effective rank of white noise %g, expected about %g", got, want)
	}
}

func TestRowCovariance(t *testing.T) {
	covariance, correlation, err := stats.RowCovariance(mat.NewDense(3, 4,
		[]float64{1, 2, 3, 4, 2, 4, 6, 8, 1, -1, -1, 1}))
	if err != nil {
		t.Fatal(err)
	}
	// By hand: the rows have sums of squares 5, 20 and 4 around their means, the first two are parallel, the
	// third orthogonal to them.
	for k, want := range []float64{5. / 3, 10. / 3, 0, 10. / 3, 20. / 3, 0, 0, 0, 4. / 3} {
		if got := covariance.At(k/3, k%3); math.Abs(got-want) > 1e-14 {
			t.Errorf("covariance %d: %g, want %g", k, got, want)
		}
	}
	for k, want := range []float64{1, 1, 0, 1, 1, 0, 0, 0, 1} {
		if got := correlation.At(k/3, k%3); math.Abs(got-want) > 1e-14 {
			t.Errorf("correlation %d: %g, want %g", k, got, want)
		}
	}
	if _, _, err := stats.RowCovariance(mat.NewDense(1, 3, []float64{2, 2, 2})); err == nil {
		t.Error("a constant row has a correlation")
	}
}

// clusteredRows returns rows around 3 means far apart, 40, 25 and 15 of them in a shuffled order, and to
// which mean each belongs.
func clusteredRows(seed uint64) (*mat.Dense, []int) {
	rng := random.Stream(seed, 1)
	var truth []int
	for cluster, size := range []int{40, 25, 15} {
		truth = append(truth, slices.Repeat([]int{cluster}, size)...)
	}
	rng.Shuffle(len(truth), func(i, j int) { truth[i], truth[j] = truth[j], truth[i] })
	rows := gaussianRows(seed, len(truth), 20)
	for i, cluster := range truth {
		rows.Set(i, cluster, rows.At(i, cluster)+15)
	}
	return rows, truth
}

func TestKMeansFindsClusters(t *testing.T) {
	rows, truth := clusteredRows(1)
	gram := stats.Gram(rows)
	for seed := range uint64(5) {
		labels, err := stats.KMeans(gram, 3, 10, random.Stream(seed))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(labels, truth) { // numbered by size, as they are here
			t.Errorf("seed %d: labels %v, want %v", seed, labels, truth)
		}
	}
}

// TestKMeansIsALocalMinimum checks without inner products that every row lies nearest to the mean of its own
// cluster.
func TestKMeansIsALocalMinimum(t *testing.T) {
	rows := gaussianRows(4, 120, 5)
	labels, err := stats.KMeans(stats.Gram(rows), 6, 3, random.Stream(4))
	if err != nil {
		t.Fatal(err)
	}
	var means [6][5]float64
	var sizes [6]float64
	for i, label := range labels {
		sizes[label]++
		for k := range 5 {
			means[label][k] += rows.At(i, k)
		}
	}
	for c := 1; c < 6; c++ {
		if sizes[c] > sizes[c-1] || sizes[c] == 0 {
			t.Errorf("clusters have sizes %v, want them descending", sizes)
		}
	}
	for i, label := range labels {
		distance := func(c int) (sum float64) {
			for k := range 5 {
				sum += math.Pow(rows.At(i, k)-means[c][k]/sizes[c], 2)
			}
			return sum
		}
		for c := range 6 {
			if distance(c) < distance(label)-1e-9 {
				t.Errorf("row %d is nearer to mean %d than to its own, %d", i, c, label)
			}
		}
	}
}

func TestKMeansErrors(t *testing.T) {
	gram := stats.Gram(gaussianRows(1, 5, 5))
	bad := mat.NewSymDense(2, []float64{1, math.NaN(), math.NaN(), 1})
	for name, run := range map[string]func() ([]int, error){
		"no clusters": func() ([]int, error) { return stats.KMeans(gram, 0, 1, random.Stream(1)) },
		"too many":    func() ([]int, error) { return stats.KMeans(gram, 6, 1, random.Stream(1)) },
		"no starts":   func() ([]int, error) { return stats.KMeans(gram, 2, 0, random.Stream(1)) },
		"not finite":  func() ([]int, error) { return stats.KMeans(bad, 2, 1, random.Stream(1)) },
	} {
		if _, err := run(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// All equal: any labels will do, and it ends.
	if _, err := stats.KMeans(mat.NewSymDense(4, slices.Repeat([]float64{1}, 16)), 2, 2,
		random.Stream(1)); err != nil {
		t.Error(err)
	}
}

// TestBlocks: a matrix that is constant on blocks is explained in full, and one of independent entries by
// chance alone.
func TestBlocks(t *testing.T) {
	_, labels := clusteredRows(1)
	n := len(labels)
	blocky, noise := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	rng := random.Stream(6)
	for i := range n {
		for j := range i + 1 {
			blocky.SetSym(i, j, float64(labels[i]*labels[j])+1)
			noise.SetSym(i, j, rng.NormFloat64())
		}
	}
	full, err := stats.Blocks(blocky, labels, 50, random.Stream(7))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(full.Share-1) > 1e-12 || math.Abs(full.BeyondChance()-1) > 1e-12 {
		t.Errorf("a matrix of blocks is explained to %g, %g beyond chance", full.Share, full.BeyondChance())
	}
	none, err := stats.Blocks(noise, labels, 50, random.Stream(7))
	if err != nil {
		t.Fatal(err)
	}
	// Independent entries: 6 blocks take 5 of 3159 degrees of freedom, 0.0016, and scatter by about sqrt(2 *
	// 5) / 3159 = 0.001.
	if none.Share > 0.006 || math.Abs(none.Chance-5./3159) > 0.001 || math.Abs(none.BeyondChance()) > 0.005 {
		t.Errorf("independent entries are explained to %g, by chance %g", none.Share, none.Chance)
	}
	if _, err := stats.Blocks(noise, labels[1:], 5, random.Stream(1)); err == nil {
		t.Error("too few labels are taken")
	}
}
