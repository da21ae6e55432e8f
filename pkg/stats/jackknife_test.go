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
