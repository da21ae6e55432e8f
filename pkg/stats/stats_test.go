package stats_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// white draws white noise.
func white(m int, path ...uint64) []float64 {
	rng := random.Stream(1, path...)
	x := make([]float64, m)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// walk draws a random walk.
func walk(m int, path ...uint64) []float64 {
	x := white(m, path...)
	for i := 1; i < m; i++ {
		x[i] += x[i-1]
	}
	return x
}

// autoregression draws x_t = phi x_{t-1} + noise from its stationary distribution.
func autoregression(m int, phi float64, path ...uint64) []float64 {
	x := white(m, path...)
	x[0] /= math.Sqrt(1 - phi*phi)
	for i := 1; i < m; i++ {
		x[i] += phi * x[i-1]
	}
	return x
}

// stationary returns the covariance correlation(|i-j|).
func stationary(m int, correlation func(lag int) float64) *mat.SymDense {
	covariance := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			covariance.SetSym(i, j, correlation(j-i))
		}
	}
	return covariance
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %g, want %g within %g", what, got, want, tolerance)
	}
}

func TestLjungBoxPValuesAreUniformUnderWhiteNoise(t *testing.T) {
	const tests = 2000
	below := 0
	for i := range tests {
		result, err := stats.LjungBox(white(256, uint64(i)), 15)
		if err != nil {
			t.Fatal(err)
		}
		if result.DF != 15 {
			t.Fatalf("%g degrees of freedom", result.DF)
		}
		if result.PValue < 0.05 {
			below++
		}
	}
	// 100 expected with a deviation of 9.7; the chi-squared law is asymptotic, and at n = 256 rejects up to a
	// sixth more often than it should, so the band is four deviations plus that.
	if below < 61 || below > 156 {
		t.Errorf("%d of %d tests of white noise reject at 5 %%", below, tests)
	}
	result, err := stats.LjungBox(autoregression(256, 0.5), 15)
	if err != nil || result.PValue > 1e-6 {
		t.Errorf("AR(1) with phi = 0.5 has p = %g, error %v", result.PValue, err)
	}
}

func TestColour(t *testing.T) {
	const m, lags = 256, 15
	whiteACF, err := stats.WhiteACF(m, lags)
	if err != nil {
		t.Fatal(err)
	}
	brownACF, err := stats.BrownACF(m, lags)
	if err != nil {
		t.Fatal(err)
	}
	middle := make([]float64, lags+1)
	for k := range middle {
		middle[k] = (whiteACF[k] + brownACF[k]) / 2
	}
	for _, test := range []struct {
		acf  []float64
		want float64
	}{{whiteACF, 0}, {brownACF, 1}, {middle, 0.5}} {
		colour, err := stats.Colour(test.acf, m)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "brownness", colour.Brownness, test.want, 1e-12)
	}
}

func TestSpectrumSlope(t *testing.T) {
	const m, draws = 256, 400
	for name, test := range map[string]struct {
		draw func(m int, path ...uint64) []float64
		want float64
	}{"white": {white, 0}, "brown": {walk, -2}} {
		slopes := make([]float64, draws)
		for i := range slopes {
			var err error
			if slopes[i], err = stats.SpectrumSlope(test.draw(m, uint64(i))); err != nil {
				t.Fatal(err)
			}
		}
		e := stats.Mean(slopes)
		near(t, "slope of "+name+" noise", e.Value, test.want, 4*e.StdErr)
	}
}

// TestPeriodogramHasTheSeriesPower checks Parseval's theorem: twice the powers, and the one at frequency 1/2
// that they leave out for even m, sum to m times the variance.
func TestPeriodogramHasTheSeriesPower(t *testing.T) {
	x := white(101)
	_, power, err := stats.Periodogram(x)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, p := range power {
		sum += 2 * p
	}
	_, variance := stat.PopMeanVariance(x, nil)
	near(t, "total power", sum, variance*101, 1e-9)
}

func TestNormalizedOuterByHand(t *testing.T) {
	outer, err := stats.NormalizedOuter([]float64{0, 1, 5}) // deviations -2, -1, 3, variance 14/3
	if err != nil {
		t.Fatal(err)
	}
	want := mat.NewSymDense(3, []float64{4, 2, 6, 2, 1, 3, 6, 3, 9})
	want.ScaleSym(3.0/14, want)
	if !mat.EqualApprox(outer, want, 1e-14) {
		t.Errorf("got\n%v\nwant\n%v", mat.Formatted(outer), mat.Formatted(want))
	}
}

// TestCovarianceOfWalks checks C(s,t) = min(s,t) and R(s,t) = sqrt(s/t) for random walks.
func TestCovarianceOfWalks(t *testing.T) {
	const m, draws = 12, 20_000
	series := make([][]float64, draws)
	for i := range series {
		series[i] = walk(m, uint64(i))
	}
	covariance, err := stats.Covariance(series)
	if err != nil {
		t.Fatal(err)
	}
	correlation, err := stats.Correlation(series)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m {
		for j := i; j < m; j++ {
			s, u := float64(i+1), float64(j+1)
			// The variance of a product of normals is C(i,i) C(j,j) + C(i,j)^2 <= 2 s u; four deviations of
			// the mean.
			near(t, "covariance", covariance.At(i, j), s, 4*math.Sqrt(2*s*u/draws))
			near(t, "correlation", correlation.At(i, j), math.Sqrt(s/u), 4/math.Sqrt(draws))
		}
	}
}

// TestIntervalsCover asks how often 95 % intervals of a mean of 5 normals cover it.
func TestIntervalsCover(t *testing.T) {
	covered := 0
	for i := range 2000 {
		if e := stats.Mean(white(5, uint64(i))); e.Low <= 0 && 0 <= e.High {
			covered++
		}
	}
	near(t, "coverage of 2000 intervals", float64(covered), 1900, 39) // four binomial deviations of 9.7
}

// TestErrorsAreTold: callers tell a series that has no autocorrelation from one that is wrong.
func TestErrorsAreTold(t *testing.T) {
	_, constant := stats.ACF([]float64{2, 2, 2}, 1)
	_, certain := stats.ExpectedACF(stationary(4, func(int) float64 { return 1 }), 1)
	_, indefinite := stats.ExpectedACF(stationary(4,
		func(lag int) float64 { return []float64{1, 2, 0, 0}[lag] }), 1)
	if !errors.Is(constant, stats.ErrConstant) || !errors.Is(certain, stats.ErrConstant) ||
		!errors.Is(indefinite, stats.ErrIndefinite) || errors.Is(indefinite, stats.ErrConstant) {
		t.Errorf("the errors are %v, %v, %v", constant, certain, indefinite)
	}
}

func TestBadSeriesAreRefused(t *testing.T) {
	nan, constant, short := []float64{1, math.NaN(), 3, 4, 5}, []float64{0.1, 0.1, 0.1, 0.1, 0.1},
		[]float64{1}
	second := func(_ any, err error) error { return err }
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"ACF of NaN":         {second(stats.ACF(nan, 1)), "value 1 of the series is NaN"},
		"ACF of a constant":  {second(stats.ACF(constant, 1)), "constant"},
		"ACF, lag too large": {second(stats.ACF(white(5), 5)), "from 0 to 4"},
		"ACF, negative lag":  {second(stats.ACF(white(5), -1)), "largest lag is -1"},
		"MeanACF of nothing": {second(stats.MeanACF(nil, 1)), "no draws"},
		"MeanACF, ragged": {second(stats.MeanACF([][]float64{white(5), white(6)}, 1)),
			"draw 1 has 6 values"},
		"MeanACF, negative lag": {second(stats.MeanACF([][]float64{white(5)}, -2)), "largest lag is -2"},
		"ExpectedACF, constant": {second(stats.ExpectedACF(stationary(4, func(int) float64 { return 1 }), 1)),
			"no variance"},
		"ExpectedACF, constant but for rounding": {second(stats.ExpectedACF(stationary(4,
			func(lag int) float64 { return 1 - 1e-16*float64(lag) }), 1)), "no variance"},
		"ExpectedACF, not psd": {second(stats.ExpectedACF(stationary(4,
			func(lag int) float64 { return []float64{1, 2, 0, 0}[lag] }), 1)), "negative eigenvalue"},
		"BrownACF, lag":        {second(stats.BrownACF(4, 4)), "from 0 to 3"},
		"BrownACF, length":     {second(stats.BrownACF(1, 0)), "length 1 has no variance"},
		"LjungBox, lag":        {second(stats.LjungBox(white(5), 9)), "largest lag is 9"},
		"Colour without lags":  {second(stats.Colour([]float64{1}, 10)), "no lag above 0"},
		"SpectrumSlope, short": {second(stats.SpectrumSlope(short)), "at least 5"},
		"SpectrumSlope, no power": {second(stats.SpectrumSlope(
			[]float64{0, 0, 0, 0, 0, 0})), "no power"},
		"NormalizedOuter, constant": {second(stats.NormalizedOuter([]float64{2, 2})), "constant"},
		"Correlation, zero input":   {second(stats.Correlation([][]float64{{0, 1}, {0, 2}})), "input 0 is 0"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s: error %v does not say %q", name, test.err, test.want)
		}
	}
}

// TestShareIntervals compares with the published Clopper-Pearson intervals: 0 of 20 ends at 1 - 0.025^(1/20),
// 5 of 10 is [0.1871, 0.8129].
func TestShareIntervals(t *testing.T) {
	for _, test := range []struct {
		share     stats.Estimate
		low, high float64
	}{
		{stats.Share(0, 20), 0, 1 - math.Pow(0.025, 0.05)},
		{stats.Share(20, 20), math.Pow(0.025, 0.05), 1},
		{stats.Share(5, 10), 0.1871, 0.8129},
	} {
		near(t, "lower end", test.share.Low, test.low, 5e-5) // four published digits
		near(t, "upper end", test.share.High, test.high, 5e-5)
	}
}

func TestMedian(t *testing.T) {
	near(t, "median of three", stats.Median([]float64{3, -1, 2}), 2, 0)
	near(t, "median of four", stats.Median([]float64{4, 1, 3, -7}), 2, 0)
}
