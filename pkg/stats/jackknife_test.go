package stats_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// The ratio of two means, with its standard error over draws.
func ExampleJackknife() {
	draws := [][]float64{{1.0, 2.0}, {1.2, 2.2}, {0.8, 1.9}, {1.1, 2.1}}
	ratio, err := stats.Jackknife(draws, func(mean []float64) ([]float64, error) {
		return []float64{mean[0] / mean[1]}, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f ± %.3f\n", ratio[0].Mean, ratio[0].StdErr)
	// Output: 0.500 ± 0.026
}

// TestJackknifeOfAMean: of a plain mean the jackknife's error is the usual standard error, exactly.
func TestJackknifeOfAMean(t *testing.T) {
	rng := random.Stream(3)
	draws, values := make([][]float64, 30), make([]float64, 30)
	for i := range draws {
		values[i] = rng.NormFloat64()
		draws[i] = []float64{values[i]}
	}
	got, err := stats.Jackknife(draws, func(mean []float64) ([]float64, error) { return []float64{mean[0], 2 * mean[0]}, nil })
	if err != nil {
		t.Fatal(err)
	}
	want, err := stats.Summarize(values)
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-12
	near(t, "mean", got[0].Mean, want.Mean, rounding)
	near(t, "standard error", got[0].StdErr, want.StdErr, rounding)
	near(t, "standard error of the double", got[1].StdErr, 2*want.StdErr, rounding)
	if got[0].N != 30 {
		t.Errorf("N is %d, want 30", got[0].N)
	}
}

// TestJackknifeCoversTheLogOfAMean: the intervals of the logarithm of a mean of exponential variables cover log 1 = 0.
func TestJackknifeCoversTheLogOfAMean(t *testing.T) {
	const ensembles, n = 400, 100
	covered := 0
	for ensemble := range ensembles {
		rng := random.Stream(4, uint64(ensemble))
		draws := make([][]float64, n)
		for i := range draws {
			draws[i] = []float64{rng.ExpFloat64()}
		}
		logs, err := stats.Jackknife(draws, func(mean []float64) ([]float64, error) { return []float64{math.Log(mean[0])}, nil })
		if err != nil {
			t.Fatal(err)
		}
		if low, high := logs[0].Interval(0.95); low <= 0 && 0 <= high {
			covered++
		}
	}
	// 95 % of 400 is 380 with a deviation of 4.4; the bound is four deviations below, and the skew of a mean of 100 costs little.
	if covered < 362 {
		t.Errorf("%d of %d intervals cover the truth", covered, ensembles)
	}
}

// TestJackknifePairedOfMeans: of the difference of two plain means it is the mean of the differences with the usual standard error, exactly;
// and of equal ensembles exactly 0, whatever the statistic.
func TestJackknifePairedOfMeans(t *testing.T) {
	rng := random.Stream(5)
	draws, others, differences := make([][]float64, 12), make([][]float64, 12), make([]float64, 12)
	for i := range draws {
		common := 10 * rng.NormFloat64()
		draws[i], others[i] = []float64{common + rng.NormFloat64()}, []float64{99, common + rng.NormFloat64()}
		differences[i] = draws[i][0] - others[i][1]
	}
	got, err := stats.JackknifePaired(draws, others, func(mean, other []float64) (float64, error) { return mean[0] - other[1], nil })
	if err != nil {
		t.Fatal(err)
	}
	want, err := stats.Summarize(differences)
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 1e-12
	near(t, "difference", got.Mean, want.Mean, rounding)
	near(t, "standard error", got.StdErr, want.StdErr, rounding)
	equal, err := stats.JackknifePaired(draws, draws, func(mean, other []float64) (float64, error) { return math.Sin(mean[0]) - math.Sin(other[0]), nil })
	if err != nil || equal.Mean != 0 || equal.StdErr != 0 {
		t.Errorf("equal ensembles differ by %+v, %v", equal, err)
	}
}

// TestJackknifePairedCovers: for two ensembles that share most of what they vary by, intervals of the logarithm of a ratio of means cover the truth as
// often as they should, and are as much narrower than those for independent ensembles as the shared part makes them.
func TestJackknifePairedCovers(t *testing.T) {
	const ensembles, n = 400, 100
	covered, paired, independent := 0, 0.0, 0.0
	for ensemble := range ensembles {
		rng := random.Stream(6, uint64(ensemble))
		draws, others := make([][]float64, n), make([][]float64, n)
		for i := range draws { // means 10 and 20; of the variances, 1 + 0.1 and 4 (1 + 0.1), 1 and 4 are shared
			common := rng.NormFloat64()
			draws[i] = []float64{10 + common + math.Sqrt(0.1)*rng.NormFloat64()}
			others[i] = []float64{20 + 2*common + math.Sqrt(0.4)*rng.NormFloat64()}
		}
		got, err := stats.JackknifePaired(draws, others, func(mean, other []float64) (float64, error) { return math.Log(mean[0] / other[0]), nil })
		if err != nil {
			t.Fatal(err)
		}
		if low, high := got.Interval(0.95); low <= math.Log(0.5) && math.Log(0.5) <= high {
			covered++
		}
		paired += got.StdErr / ensembles
		for _, one := range [][][]float64{draws, others} {
			alone, err := stats.Jackknife(one, func(mean []float64) ([]float64, error) { return []float64{math.Log(mean[0])}, nil })
			if err != nil {
				t.Fatal(err)
			}
			independent += alone[0].StdErr * alone[0].StdErr / ensembles
		}
	}
	// 95 % of 400 is 380 with a deviation of 4.4; four deviations either way.
	if covered < 362 || covered > 398 {
		t.Errorf("%d of %d intervals cover the truth", covered, ensembles)
	}
	// A logarithm's variance is that of the mean over its square: together (1.1 + 1.1)/100 for independent ensembles, and (0.1 + 0.1)/100 for these.
	near(t, "standard error, of that for independent ensembles", paired/math.Sqrt(independent), math.Sqrt(0.2/2.2), 0.01)
}

func TestJackknifePairedRefuses(t *testing.T) {
	difference := func(mean, other []float64) (float64, error) { return mean[0] - other[0], nil }
	for want, ensembles := range map[string][2][][]float64{
		"at least 2":                    {{{1}}, {{1}}},
		"is 0: give at least 2":         {nil, nil},
		"2 draws of one":                {{{1}, {2}}, {{1}}},
		"draw 1 has 2 numbers":          {{{1}, {2, 3}}, {{4, 5}, {6}}},
		"finite":                        {{{1}, {2}}, {{1}, {math.Inf(1)}}},
		"draw 1 has 3 numbers and draw": {{{1}, {2}}, {{1}, {1, 2}}},
	} {
		if _, err := stats.JackknifePaired(ensembles[0], ensembles[1], difference); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

func TestJackknifeRefuses(t *testing.T) {
	identity := func(mean []float64) ([]float64, error) { return mean, nil }
	failure := errors.New("no such statistic")
	for _, c := range []struct {
		want      string
		draws     [][]float64
		statistic func([]float64) ([]float64, error)
	}{
		{"at least 2", [][]float64{{1}}, identity},
		{"one length", [][]float64{{1}, {1, 2}}, identity},
		{"finite", [][]float64{{1}, {math.NaN()}}, identity},
		{"finite", [][]float64{{0}, {1}}, func(mean []float64) ([]float64, error) { return []float64{math.Log(mean[0])}, nil }},
		{failure.Error(), [][]float64{{1}, {2}}, func([]float64) ([]float64, error) { return nil, failure }},
	} {
		if _, err := stats.Jackknife(c.draws, c.statistic); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v does not say %q", err, c.want)
		}
	}
}
