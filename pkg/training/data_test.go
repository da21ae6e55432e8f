package training_test

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// plain returns n images of one brightness each, from first on, and labels that follow from it.
func plain(n, first int) *images.Set {
	set := images.NewSet(n)
	for i := range n {
		for j := range set.Image(i) {
			set.Image(i)[j] = uint8(first + i)
		}
		set.Labels[i] = labelOf(first + i)
	}
	return set
}

func labelOf(brightness int) uint8 { return uint8(brightness * 7 % len(images.Classes)) }

// seen is what a data set gave: the brightness in the middle of each image, and whether its border has
// another.
type seen struct {
	brightness []int
	border     []bool
}

// see reads batches of plain images, that many at most, and compares the labels.
func see(t *testing.T, data train.Dataset, batches int, moments images.Moments) seen {
	t.Helper()
	var s seen
	for batch, err := range data.Iter() {
		if err != nil {
			t.Fatal(err)
		}
		pixels := tensors.MustCopyFlatData[float32](batch.Inputs[0])
		labels := tensors.MustCopyFlatData[int32](batch.Labels[0])
		size := len(pixels) / len(labels)
		for i, label := range labels {
			image := pixels[i*size : (i+1)*size]
			middle := image[(images.Side/2*images.Side+images.Side/2)*images.Channels]
			b := int(math.Round(255 * (float64(middle)*moments.Std[0] + moments.Mean[0])))
			if int(labelOf(b)) != int(label) {
				t.Errorf("an image of brightness %d has the label %d, want %d", b, label, labelOf(b))
			}
			s.brightness = append(s.brightness, b)
			s.border = append(s.border, slices.ContainsFunc(image, func(v float32) bool {
				return math.Abs(float64(v-middle)) > 0.01
			}))
		}
		if batches--; batches == 0 {
			break
		}
	}
	return s
}

// TestCIFAR10 goes through images of one brightness each: shifts alone change them, at their border.
func TestCIFAR10(t *testing.T) {
	set := &images.Data{Train: plain(90, 10), Test: plain(30, 150)}
	moments := set.Train.Moments()
	data := training.CIFAR10(set)
	epoch := func(count int, seed uint64) seen {
		d, err := data.Training(count, 10, seed)
		if err != nil {
			t.Fatal(err)
		}
		return see(t, d, d.EpochSteps(), moments)
	}
	some, other, all := epoch(40, 1), epoch(40, 2), epoch(0, 1)
	if slices.Equal(some.brightness, other.brightness) {
		t.Error("two seeds go through the images in one order")
	}
	// One of 81 shifts leaves an image as it is.
	changed := 0
	for _, border := range all.border {
		if border {
			changed++
		}
	}
	if changed < 80 {
		t.Errorf("%d of %d training images are shifted, want nearly all", changed, len(all.border))
	}
	for _, s := range []seen{some, other, all} {
		slices.Sort(s.brightness)
	}
	if !slices.Equal(some.brightness, other.brightness) || len(slices.Compact(some.brightness)) != 40 {
		t.Errorf("40 of the images are %v under one seed, %v under another", some.brightness,
			other.brightness)
	}
	if first := slices.Equal(some.brightness, all.brightness[:40]); first {
		t.Error("some of the training images are the first, which may be alike")
	}
	for i, b := range all.brightness {
		if b != 10+i || len(all.brightness) != 90 {
			t.Fatalf("all images are %v, want 10 to 99", all.brightness)
		}
	}
	for count, want := range map[int]int{0: 30, 25: 25} {
		d, err := data.Test(count, 10)
		if err != nil {
			t.Fatal(err)
		}
		s := see(t, d, 0, moments)
		if len(s.brightness) != want || slices.Contains(s.border, true) {
			t.Errorf("%d test images with borders %v, want %d as they are", len(s.brightness), s.border, want)
		}
		for i, b := range s.brightness {
			if b != 150+i {
				t.Errorf("test image %d is %d, want the test set in its order", i, b-150)
			}
		}
	}
	changedLabel := &images.Data{Train: plain(90, 10), Test: plain(30, 150)}
	changedLabel.Test.Labels[3]++
	if training.CIFAR10(changedLabel).Checksum() == data.Checksum() ||
		training.CIFAR10(&images.Data{Train: plain(90, 10), Test: plain(30, 150)}).Checksum() !=
			data.Checksum() {
		t.Error("the checksum does not tell what the images are")
	}
}

// TestAccuracyIsOfAllImages: learning curves of some of the test images leave the weights and the accuracy at
// the end, which is of all of them, as they are.
func TestAccuracyIsOfAllImages(t *testing.T) {
	run := func(images int) *training.Result {
		c := config("relu", 3, 0, 1)
		c.Budget.Epochs, c.Budget.TestImages = 1, images
		result, err := runner(t, "").Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	some, all := run(5), run(0)
	last := some.Curve[len(some.Curve)-1].TestAccuracy
	if last == all.TestAccuracy {
		t.Fatalf("5 images have the accuracy of all, %g: nothing is tested", last)
	}
	if math.Abs(5*last-math.Round(5*last)) > 1e-6 { // accuracies are float32
		t.Errorf("the curve ends at an accuracy of %g, want one of 5 images", last)
	}
	if some.TestAccuracy != all.TestAccuracy {
		t.Errorf("the accuracy at the end is %g, and %g with a curve of 5 images", all.TestAccuracy,
			some.TestAccuracy)
	}
}
