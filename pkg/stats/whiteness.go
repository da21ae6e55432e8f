package stats

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestResult is the result of a test of a hypothesis.
type TestResult struct {
	// Statistic is the test statistic, distributed as chi squared with DF degrees of freedom under the
	// hypothesis.
	Statistic, DF float64

	// PValue is the probability of a statistic at least as large under the hypothesis.
	PValue float64
}

// LjungBox tests whether x is white noise by its first autocorrelations,
//
//	Q = n (n+2) sum_{k=1}^{lags} r_k^2 / (n-k),
//
// which is nearly chi squared with as many degrees of freedom as lags for independent values of finite
// variance (Ljung and Box, 1978).
func LjungBox(x []float64, lags int) (TestResult, error) {
	if lags < 1 {
		return TestResult{}, fmt.Errorf("the number of lags is %d: give at least 1", lags)
	}
	acf, err := ACF(x, lags)
	if err != nil {
		return TestResult{}, err
	}
	return LjungBoxOf(acf, len(x)), nil
}

// LjungBoxOf is [LjungBox] of a series of n values whose autocorrelation function, from lag 0 to the largest,
// is known.
func LjungBoxOf(acf []float64, n int) TestResult {
	m, q := float64(n), 0.0
	for k := 1; k < len(acf); k++ {
		q += acf[k] * acf[k] / (m - float64(k))
	}
	q *= m * (m + 2)
	df := float64(len(acf) - 1)
	return TestResult{Statistic: q, DF: df, PValue: distuv.ChiSquared{K: df}.Survival(q)}
}
