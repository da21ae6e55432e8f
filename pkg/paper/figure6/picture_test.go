package figure6_test

import (
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// madeUp makes up accuracies that fall with depth at rates that differ, one seed at the largest depth,
// and a net that diverges there.
func madeUp() *figure6.Result {
	r := &figure6.Result{Config: figure6.Small()}
	for i, family := range r.Config.Families {
		title := family
		if known, err := training.Families.Get(family); err == nil {
			title = known.Title
		}
		for k, depth := range []int{10, 26, 50, 198} {
			accuracy := 0.1 + 0.3*math.Exp(-float64(i*k)/4)
			point := figure6.Point{Family: family, Title: title, Depth: depth, Seeds: []uint64{1, 2, 3}}
			point.Accuracy, point.TrainLoss = stats.Exact(accuracy), stats.Exact(math.Ln10*(1.1-accuracy))
			if depth == 198 || depth == 50 && family == "prelu" {
				point.Seeds = point.Seeds[:1]
			} else {
				for e, margin := range map[*stats.Estimate]float64{&point.Accuracy: 0.02,
					&point.TrainLoss: 0.1} {
					e.Low, e.High = e.Value-margin, e.Value+margin
				}
			}
			r.Points = append(r.Points, point)
		}
		curve := figure6.LearningCurve{
			Family:   family,
			Title:    title,
			Depth:    198,
			Seed:     1,
			Diverged: family == "relu",
		}
		for step := 20; step <= 300 && !(curve.Diverged && step > 100); step += 20 {
			learnt := (1 - math.Exp(-float64(step)/100)) / float64(1+i)
			curve.Steps = append(curve.Steps, step)
			curve.TrainLoss, curve.TestAccuracy = append(
				curve.TrainLoss,
				math.Ln10-learnt,
			), append(
				curve.TestAccuracy,
				0.1+0.4*learnt,
			)
		}
		r.Curves = append(r.Curves, curve)
	}
	return r
}

func TestGoldenPictures(t *testing.T) {
	figure, err := figure6.Draw(madeUp())
	plottest.Golden(t, "figure-6", plottest.Rendered(t, figure, err))
	figure, err = figure6.DrawTraining(madeUp())
	plottest.Golden(t, "figure-6-training", plottest.Rendered(t, figure, err))
}

func TestGoldenLearning(t *testing.T) {
	figure, err := figure6.DrawLearning(madeUp().Curves[:2], 600)
	plottest.Golden(t, "learning", plottest.Rendered(t, figure, err))
	plottest.CheckTexts(
		t,
		figure,
		map[string]int{"CReLU with LL-init, 198 layers": 1, "CReLU, 198 layers": 1, "guessing": 1, "step": 2},
	)
	// Before the first point there are axes, and after one a point.
	for _, points := range []int{0, 1} {
		curve := madeUp().Curves[0]
		curve.Steps, curve.TrainLoss, curve.TestAccuracy = curve.Steps[:points], curve.TrainLoss[:points],
			curve.TestAccuracy[:points]
		figure, err := figure6.DrawLearning([]figure6.LearningCurve{curve}, 600)
		plottest.Rendered(t, figure, err)
	}
}

// TestTexts checks that the number of seeds stands below each depth, and beside the point that has
// another.
func TestTexts(t *testing.T) {
	figure, err := figure6.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"10": 3, "26": 2, "50": 2, "198": 2, // 10 is also an accuracy
		"n = 3": 6, "n = 1": 2 + 2, "10000 images, 3 epochs, batches of 100": 1, "guessing": 1,
		"PReLU of slope 1": 1,
	})
	figure, err = figure6.DrawTraining(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(
		t,
		figure,
		map[string]int{"(a) training loss, 198 layers": 1, "diverged": 1, "resnet": 1},
	)
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := figure6.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in figure-6:")
	_, err = figure6.DrawTraining(&figure6.Result{})
	plottest.CheckSentence(t, "no curves", err, "nothing to draw in figure-6-training")
	_, err = figure6.DrawLearning(nil, 10)
	plottest.CheckSentence(t, "nothing", err, "nothing to draw in learning")
	broken := madeUp()
	broken.Points[2].Accuracy = stats.None()
	_, err = figure6.Draw(broken)
	plottest.CheckSentence(
		t,
		"NaN",
		err,
		`panel "(a) accuracy on test images" can't draw the series "CReLU with LL-init": value 2 is NaN`,
	)
	broken.Curves[1].TestAccuracy[3] = math.Inf(1)
	_, err = figure6.DrawTraining(broken)
	plottest.CheckSentence(
		t,
		"infinite",
		err,
		`panel "(b) accuracy on test images, 198 layers" can't draw the series "CReLU": value 3`,
	)
	broken.Curves[0].TrainLoss = nil
	_, err = figure6.DrawTraining(broken)
	plottest.CheckSentence(t, "no losses", err, "15 x for 0 values")
}
