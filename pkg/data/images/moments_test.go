package images

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/stat"
)

// noise returns a set of n images of noise, with all labels.
func noise(n int) *Set {
	set, rng := NewSet(n), random.Stream(3)
	for k := range set.Images {
		set.Images[k] = uint8(rng.IntN(100 + k%3*70)) // another range for each channel
	}
	for i := range set.Labels {
		set.Labels[i] = uint8(i % len(Classes))
	}
	return set
}

// TestMoments compares with gonum's mean and standard deviation of each channel.
func TestMoments(t *testing.T) {
	set := noise(20)
	got := set.Moments()
	for c := range Channels {
		var channel []float64
		for k := c; k < len(set.Images); k += Channels {
			channel = append(channel, float64(set.Images[k])/255)
		}
		mean, std := stat.PopMeanStdDev(channel, nil)
		// Sums of 20480 numbers of size 1, in floating point there and exact here.
		if math.Abs(got.Mean[c]-mean) > 1e-12 || math.Abs(got.Std[c]-std) > 1e-12 {
			t.Errorf("channel %d has mean %g and deviation %g, not %g and %g", c, got.Mean[c], got.Std[c],
				mean, std)
		}
	}
}

// TestBatchIsNormalised finds mean 0 and deviation 1 in each channel of a set that is normalised by its own
// moments, and the pixel that belongs in each place.
func TestBatchIsNormalised(t *testing.T) {
	set := noise(20)
	moments := set.Moments()
	all := make([]int, set.Len())
	for i := range all {
		all[i] = set.Len() - 1 - i
	}
	batch, err := set.Batch(all, &moments)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := set.Batch(all, nil)
	if err != nil {
		t.Fatal(err)
	}
	for c := range Channels {
		var channel []float64
		for k := c; k < len(batch); k += Channels {
			channel = append(channel, float64(batch[k]))
		}
		mean, std := stat.PopMeanStdDev(channel, nil)
		// Each number is rounded to float32, by at most 2^-24 of its size, which is below 4.
		if math.Abs(mean) > 4*0x1p-24 || math.Abs(std-1) > 4*0x1p-24 {
			t.Errorf("channel %d has mean %g and deviation %g after normalisation", c, mean, std)
		}
	}
	for k := range plain {
		i, rest := set.Len()-1-k/3072, k%3072
		if want := float32(float64(set.Images[i*3072+rest]) / 255); plain[k] != want {
			t.Fatalf("number %d of the batch is %g, not %g", k, plain[k], want)
		}
	}
}

// TestSample draws samples of 3 of 6 images: indices are distinct, and all 120 orders are equally likely.
func TestSample(t *testing.T) {
	const n, draws = 6, 12_000
	set := noise(n)
	counts := make(map[[3]int]int)
	rng := random.Stream(1)
	for range draws {
		sample, err := set.Sample(rng, 3)
		if err != nil {
			t.Fatal(err)
		}
		if sorted := slices.Compact(slices.Sorted(slices.Values(sample))); len(sorted) != 3 ||
			sorted[0] < 0 || sorted[2] >= n {
			t.Fatalf("the sample %v", sample)
		}
		counts[[3]int(sample)]++
	}
	// Chi-squared with 119 degrees of freedom: mean 119, variance 238; five deviations above the mean.
	chi2, expected := 0.0, draws/120.0
	for _, count := range counts {
		chi2 += (float64(count) - expected) * (float64(count) - expected) / expected
	}
	if chi2 += expected * float64(120-len(counts)); chi2 > 119+5*math.Sqrt(238) {
		t.Errorf("chi-squared of the orders is %g", chi2)
	}
}

func TestBadBatchesAndSamples(t *testing.T) {
	set := noise(4)
	good := set.Moments()
	bad := good
	bad.Std[1] = 0
	infinite := good
	infinite.Mean[2] = math.Inf(1)
	batch := func(moments *Moments, indices ...int) error {
		_,
			err := set.Batch(indices, moments)
		return err
	}
	sample := func(n int) error { _, err := set.Sample(random.Stream(1), n); return err }
	_, noRNG := set.Sample(nil, 1)
	for want, err := range map[string]error{
		"there is no image 4 among 4":                    batch(&good, 0, 4),
		"there is no image -1 among 4":                   batch(nil, -1),
		"channel 1 can't be normalised by the mean":      batch(&bad, 0),
		"channel 2 can't be normalised by the mean +Inf": batch(&infinite, 0),
		"5 images can't be drawn from 4":                 sample(5),
		"0 images can't be drawn from 4":                 sample(0),
		"needs a source of random numbers":               noRNG,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
}
