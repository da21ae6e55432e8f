package training

import (
	"encoding/json"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Status says how a run ended.
type Status string

const (
	// Finished is the status of a run that trained for all of its budget.
	Finished Status = "finished"

	// Diverged is the status of a run that a loss or a weight ended that was NaN or infinite.
	Diverged Status = "diverged"
)

// Point is a point of a learning curve. Its losses are finite, in nats.
type Point struct {
	// Step is the number of batches trained on so far, Epoch the number of passes over the training images.
	Step  int     `json:"step"`
	Epoch float64 `json:"epoch"`

	// TrainLoss and TrainAccuracy are means over the batches since the last point, as they were when training saw them: augmented, and
	// before each step.
	TrainLoss     float64 `json:"train_loss"`
	TrainAccuracy float64 `json:"train_accuracy"`

	// TestLoss and TestAccuracy are those on the budget's test images.
	TestLoss     float64 `json:"test_loss"`
	TestAccuracy float64 `json:"test_accuracy"`

	// LearningRate is the rate of the next step.
	LearningRate float64 `json:"learning_rate"`

	// Seconds is how long the run has trained, tested and been looked at.
	Seconds float64 `json:"seconds"`
}

// Result is what is left of a run.
type Result struct {
	// ID identifies the run: a hash of everything that determines its numbers but the backend.
	ID string `json:"id"`

	// Config is the run's config with its defaults filled in, Net its net as JSON.
	Config Config          `json:"config"`
	Net    json.RawMessage `json:"net"`

	// Parameters is the number of the net's parameters.
	Parameters int `json:"parameters"`

	// Status says how the run ended, and Reason why, where it diverged.
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"`

	// Steps is the number of batches that it trained on.
	Steps int `json:"steps"`

	// TestAccuracy is the accuracy at the end on all test images. A run that diverged has that of guessing, 1/classes.
	TestAccuracy float64 `json:"test_accuracy"`

	// TrainAccuracy and TrainLoss are those of the last point of the curve; 0 without one.
	TrainAccuracy float64 `json:"train_accuracy"`
	TrainLoss     float64 `json:"train_loss"`

	// Curve is the learning curve.
	Curve []Point `json:"curve"`

	// Looks are what was seen of the net while it trained; none where it was not looked at.
	Looks []ProbeLook `json:"looks,omitempty"`

	// Provenance says where the numbers come from. WallSeconds is how long the run trained and tested; a run that went on under another
	// backend names all of its backends.
	Provenance results.Provenance `json:"provenance"`
}

// Reached returns the first point of the learning curve with that accuracy on test images, and whether there is one: its Step and Seconds are how long
// the net took to become so accurate, to the distance of two points.
func (r Result) Reached(accuracy float64) (Point, bool) {
	i := slices.IndexFunc(r.Curve, func(p Point) bool { return p.TestAccuracy >= accuracy })
	if i < 0 {
		return Point{}, false
	}
	return r.Curve[i], true
}

// thinned returns the result with at most n points of its curve, the first and the last among them.
func (r Result) thinned(n int) Result {
	if points := len(r.Curve); points > n {
		curve := make([]Point, n)
		for i := range curve {
			curve[i] = r.Curve[i*(points-1)/(n-1)]
		}
		r.Curve = curve
	}
	return r
}
