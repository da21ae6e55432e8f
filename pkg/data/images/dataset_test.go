package images

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/shattered-gradients/shattered/internal/testbackend"
)

// batches returns the images and labels of the first n batches of an iteration, or of all when n is negative.
func batches(t *testing.T, from iter.Seq2[train.Batch, error], n int) (images [][]float32, labels [][]int32) {
	t.Helper()
	for batch, err := range from {
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, tensors.MustCopyFlatData[float32](batch.Inputs[0]))
		labels = append(labels, tensors.MustCopyFlatData[int32](batch.Labels[0]))
		size := len(labels[len(labels)-1])
		if !batch.Inputs[0].Shape().Equal(shapes.Make(dtypes.Float32, size, 32, 32, 3)) ||
			!batch.Labels[0].Shape().Equal(shapes.Make(dtypes.Int32, size, 1)) {
			t.Fatalf("the shapes of a batch of %d are %s and %s", size, batch.Inputs[0].Shape(),
				batch.Labels[0].Shape())
		}
		if err := batch.Finalize(); err != nil {
			t.Fatal(err)
		}
		if len(images) == n {
			break
		}
	}
	return images, labels
}

// numbered returns a set of n images that are known by their pixels: all bytes of image i are i+1.
func numbered(n int) *Set {
	set := NewSet(n)
	for i := range n {
		copy(set.Image(i), bytes.Repeat([]byte{byte(i + 1)}, values))
		set.Labels[i] = uint8(i % len(Classes))
	}
	return set
}

func dataset(t *testing.T, set *Set, config DatasetConfig) *Dataset {
	t.Helper()
	d, err := NewDataset(set, config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// indices returns which images of a numbered set a batch has, and checks their labels.
func indices(t *testing.T, images []float32, labels []int32) []int {
	t.Helper()
	var found []int
	for k, label := range labels {
		i := int(math.Round(float64(images[k*values])*255)) - 1
		if int(label) != i%10 {
			t.Fatalf("image %d has the label %d", i, label)
		}
		found = append(found, i)
	}
	return found
}

func TestEvaluation(t *testing.T) {
	set := noise(10)
	moments := set.Moments()
	d := dataset(t, set, Evaluation(4, moments))
	for range 2 { // each iteration begins again
		images, labels := batches(t, d.Iter(), -1)
		want, err := set.Batch([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, &moments)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Concat(images...); !slices.Equal(got, want) || len(images) != 3 ||
			d.EpochSteps() != 3 {
			t.Errorf("%d batches of %d announced are not the set in order, normalised", len(images),
				d.EpochSteps())
		}
		if got := fmt.Sprint(labels); got != "[[0 1 2 3] [4 5 6 7] [8 9]]" {
			t.Errorf("the labels are %s", got)
		}
	}
}

// TestShuffledEpochs finds in every epoch distinct images, and another order than before; and what is left
// over is not always the same.
func TestShuffledEpochs(t *testing.T) {
	const n, batch, epochs = 22, 5, 30
	d := dataset(t, numbered(n), DatasetConfig{Batch: batch, Shuffle: true, Epochs: epochs, Seed: 1})
	images, labels := batches(t, d.Iter(), -1)
	if len(images) != epochs*4 || d.EpochSteps() != 4 {
		t.Fatalf("%d batches in %d epochs of %d", len(images), epochs, d.EpochSteps())
	}
	orders, seen := make(map[string]bool), make(map[int]int)
	for e := range epochs {
		var order []int
		for s := range 4 {
			order = append(order, indices(t, images[4*e+s], labels[4*e+s])...)
		}
		orders[fmt.Sprint(order)] = true
		slices.Sort(order)
		if distinct := slices.Compact(order); len(distinct) != 4*batch {
			t.Fatalf("epoch %d has %d distinct images", e, len(distinct))
		}
		for _, i := range order {
			seen[i]++
		}
	}
	if len(orders) != epochs {
		t.Errorf("%d epochs have %d different orders", epochs, len(orders))
	}
	for i := range n { // an image is left out in 2 of 22 epochs: in all 30 with probability 10^-31
		if seen[i] == 0 {
			t.Errorf("image %d is never there", i)
		}
	}
}

// TestSubset takes images 3 to 7 of 10.
func TestSubset(t *testing.T) {
	d := dataset(t, numbered(10),
		DatasetConfig{Batch: 5, First: 3, Count: 5, Shuffle: true, Epochs: 1, Seed: 1})
	images, labels := batches(t, d.Iter(), -1)
	got := indices(t, images[0], labels[0])
	slices.Sort(got)
	if fmt.Sprint(got) != "[3 4 5 6 7]" || len(images) != 1 {
		t.Errorf("the images are %v", got)
	}
	d = dataset(t, numbered(10), DatasetConfig{Batch: 2, First: 8, Epochs: 1})
	if images, labels = batches(t, d.Iter(), -1); fmt.Sprint(indices(t, images[0], labels[0])) != "[8 9]" {
		t.Error("without a count, the images are not all from the first on")
	}
}

// TestSeekIsExact compares an iteration with those that start at each of its batches: another Dataset, as
// after an interruption.
func TestSeekIsExact(t *testing.T) {
	set := noise(23)
	moments := set.Moments()
	for _, partial := range []bool{false, true} {
		config := Training(5, 7, moments)
		config.Partial = partial
		const steps = 12 // more than two epochs
		images, labels := batches(t, dataset(t, set, config).Iter(), steps)
		for step := range steps {
			d := dataset(t, set, config)
			if err := d.Seek(step); err != nil {
				t.Fatal(err)
			}
			gotImages, gotLabels := batches(t, d.Iter(), steps-step)
			if fmt.Sprint(gotImages, gotLabels) != fmt.Sprint(images[step:], labels[step:]) {
				t.Errorf("from batch %d on, the batches are others (partial: %t)", step, partial)
			}
		}
	}
	finite := dataset(t, set, DatasetConfig{Batch: 5, Epochs: 2})
	if err := finite.Seek(7); err != nil {
		t.Fatal(err)
	}
	if images, _ := batches(t, finite.Iter(), -1); len(images) != 1 {
		t.Errorf("%d batches follow after 7 of 8", len(images))
	}
	if err := finite.Seek(8); err != nil { // the end, where training that is complete resumes
		t.Fatal(err)
	}
	if images, _ := batches(t, finite.Iter(), -1); len(images) != 0 {
		t.Errorf("%d batches follow after all", len(images))
	}
}

// TestSeedsDiffer finds other batches under another seed, and the same under the same.
func TestSeedsDiffer(t *testing.T) {
	set := noise(20)
	moments := set.Moments()
	first := func(seed uint64) string {
		images, labels := batches(t, dataset(t, set, Training(20, seed, moments)).Iter(), 2)
		return fmt.Sprint(images, labels)
	}
	again, other := first(1), first(2)
	if first(1) != again || first(1) == other {
		t.Error("batches do not follow the seed")
	}
}

// TestAugmentationIsSeparate checks that an image is augmented alike whatever the order and the size of
// batches.
func TestAugmentationIsSeparate(t *testing.T) {
	set := noise(12)
	one := func(batch int, shuffle bool) map[string]bool {
		images, _ := batches(t,
			dataset(t, set, DatasetConfig{Batch: batch, Epochs: 1, Shuffle: shuffle, Augment: true,
				Seed: 5}).Iter(), -1)
		found := make(map[string]bool)
		for image := range slices.Chunk(slices.Concat(images...), values) {
			found[fmt.Sprint(image)] = true
		}
		return found
	}
	want := fmt.Sprint(one(12, false))
	if fmt.Sprint(one(4, true)) != want || fmt.Sprint(one(3, false)) != want {
		t.Error("the augmented images depend on the order or the size of the batches")
	}
}

// TestAugmentationDiffers: in the same order an image is changed otherwise in another epoch, and under
// another seed.
func TestAugmentationDiffers(t *testing.T) {
	set := noise(12)
	epochs := func(seed uint64) []string {
		images, _ := batches(t, dataset(t, set, DatasetConfig{Batch: 12, Epochs: 2, Augment: true,
			Seed: seed}).Iter(), -1)
		if len(images) != 2 {
			t.Fatalf("there are %d batches of two epochs", len(images))
		}
		return []string{fmt.Sprint(images[0]), fmt.Sprint(images[1])}
	}
	one, other := epochs(1), epochs(2)
	if one[0] == one[1] || one[0] == other[0] || one[1] == other[1] {
		t.Error("two epochs, or two seeds, change the images alike")
	}
}

// TestBatchesFitGoMLX computes the loss of uniform logits with GoMLX: log 10.
func TestBatchesFitGoMLX(t *testing.T) {
	set := noise(10)
	for batch, err := range dataset(t, set, Evaluation(10, set.Moments())).Iter() {
		if err != nil {
			t.Fatal(err)
		}
		computed, err := graph.CallOnce(testbackend.Open(t), func(images, labels *graph.Node) *graph.Node {
			logits := graph.MulScalar(graph.ReduceSum(graph.Reshape(images, 10, -1), 1), 0)
			logits = graph.BroadcastToDims(graph.Reshape(logits, 10, 1), 10, len(Classes))
			return graph.ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*graph.Node{labels},
				[]*graph.Node{logits}))
		}, batch.Inputs[0], batch.Labels[0])
		if err != nil {
			t.Fatal(err)
		}
		// A logarithm and a mean of ten equal numbers in float32.
		if got := float64(tensors.ToScalar[float32](computed)); math.Abs(got-math.Log(10)) > 1e-6 {
			t.Errorf("the loss is %g, not log 10", got)
		}
	}
}

func TestBadDatasets(t *testing.T) {
	set := noise(10)
	broken := &Set{Images: set.Images[1:], Labels: set.Labels}
	for want, c := range map[string]struct {
		set    *Set
		config DatasetConfig
	}{
		"a dataset needs a set of images":                {nil, DatasetConfig{Batch: 1}},
		"needs a set of images, 3072":                    {broken, DatasetConfig{Batch: 1}},
		"whole batches of 0 images":                      {set, DatasetConfig{}},
		"whole batches of 11 images can't be made of 10": {set, DatasetConfig{Batch: 11}},
		"whole batches of 6 images can't be made of 5":   {set, DatasetConfig{Batch: 6, First: 5}},
		"5 images from image 6 on are not within the set": {set,
			DatasetConfig{Batch: 1, First: 6, Count: 5}},
		"0 images from image 10 on are not within the set": {set, DatasetConfig{Batch: 1, First: 10}},
		"0 images from image -1 on are not within the set": {set, DatasetConfig{Batch: 1, First: -1}},
		"can't be gone through -1 times":                   {set, DatasetConfig{Batch: 1, Epochs: -1}},
		"channel 0 can't be normalised by the mean 0 and the st": {set,
			DatasetConfig{Batch: 1, Moments: &Moments{}}},
	} {
		if _, err := NewDataset(c.set, c.config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
	for _, config := range []DatasetConfig{{Batch: 5}, {Batch: 5, Epochs: 3}} {
		d := dataset(t, set, config)
		for _, step := range []int{-1, 7} {
			if err := d.Seek(step); (err == nil) != (step == 7 && config.Epochs == 0) || err != nil &&
				!strings.Contains(err.Error(), fmt.Sprintf("no batch %d", step)) {
				t.Errorf("seeking batch %d of %+v gives %v", step, config, err)
			}
		}
	}
}
