package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
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

	// TrainLoss and TrainAccuracy are means over the batches since the last point, as they were when training
	// saw them: augmented, and before each step.
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

	// TestAccuracy is the accuracy at the end on all test images. A run that diverged has that of guessing,
	// 1/classes.
	TestAccuracy float64 `json:"test_accuracy"`

	// TrainAccuracy and TrainLoss are those of the last point of the curve; 0 without one.
	TrainAccuracy float64 `json:"train_accuracy"`
	TrainLoss     float64 `json:"train_loss"`

	// Curve is the learning curve.
	Curve []Point `json:"curve"`

	// Looks are what was seen of the net while it trained; none where it was not looked at.
	Looks []ProbeLook `json:"looks,omitempty"`

	// Provenance says where the numbers come from. WallSeconds is how long the run trained and tested; a run
	// that went on under another backend names all of its backends.
	Provenance results.Provenance `json:"provenance"`
}

// Reached returns the first point of the learning curve with that accuracy on test images, and whether there
// is one: its Step and Seconds are how long the net took to become so accurate, to the distance of two
// points.
func (r Result) Reached(accuracy float64) (Point, bool) {
	i := slices.IndexFunc(r.Curve, func(p Point) bool { return p.TestAccuracy >= accuracy })
	if i < 0 {
		return Point{}, false
	}
	return r.Curve[i], true
}

// runID matches the identities of runs.
var runID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// check returns an error when no run can have come to the result: it was edited, or is another version's.
func (r *Result) check() error {
	var net struct{ Depth, Width int }
	config, err := r.Config.withDefaults()
	if err == nil && config != r.Config {
		err = errors.New("the config lacks its defaults")
	}
	if err == nil {
		err = json.Unmarshal(r.Net, &net)
	}
	switch p := r.Provenance; {
	case err != nil:
		return err
	case !runID.MatchString(r.ID):
		return fmt.Errorf("the id is %q and not a hash", r.ID)
	case r.Config.Family == "" || r.Config.Depth < 2 || r.Config.Depth != net.Depth:
		return fmt.Errorf("the family is %q, the depth %d, and that of the net %d", r.Config.Family,
			r.Config.Depth, net.Depth)
	case r.Parameters < 1 || net.Width < 1:
		return fmt.Errorf("the net has %d parameters and a width of %d", r.Parameters, net.Width)
	case r.Status != Finished && r.Status != Diverged:
		return fmt.Errorf("the status is %q: there are %q and %q", r.Status, Finished, Diverged)
	case (r.Status == Diverged) != (r.Reason != ""):
		return fmt.Errorf("the status is %q for the reason %q", r.Status, r.Reason)
	case !isShare(r.TestAccuracy):
		return fmt.Errorf("the test accuracy is %g and not a share", r.TestAccuracy)
	case p.Seed != r.Config.Seed || p.Backend == "" || p.Started.IsZero() || !(p.WallSeconds >= 0):
		return fmt.Errorf("the provenance has the seed %d, the backend %q, the start %v and %g seconds",
			p.Seed, p.Backend, p.Started, p.WallSeconds)
	}
	return r.checkCurve()
}

// checkCurve returns an error when the learning curve is none, or does not lead to the end of the run.
func (r *Result) checkCurve() error {
	last := Point{}
	for i, p := range r.Curve {
		if p.Step <= last.Step || p.Step > r.Steps || !(p.Epoch > last.Epoch) ||
			!(p.Seconds >= last.Seconds) || !(p.LearningRate >= 0) {
			return fmt.Errorf("point %d of the curve is at step %d of %d, epoch %g, second %g and learning "+
				"rate %g", i+1, p.Step, r.Steps, p.Epoch, p.Seconds, p.LearningRate)
		}
		if !isShare(p.TrainAccuracy) || !isShare(p.TestAccuracy) || !(p.TrainLoss >= 0) ||
			!(p.TestLoss >= 0) {
			return fmt.Errorf("point %d of the curve has the losses %g and %g and the accuracies %g and %g",
				i+1, p.TrainLoss, p.TestLoss, p.TrainAccuracy, p.TestAccuracy)
		}
		last = p
	}
	switch {
	case r.TrainAccuracy != last.TrainAccuracy || r.TrainLoss != last.TrainLoss:
		return fmt.Errorf("the train accuracy is %g and the loss %g, and those at the end of the curve are "+
			"%g and %g",
			r.TrainAccuracy, r.TrainLoss, last.TrainAccuracy, last.TrainLoss)
	case r.Status == Diverged:
		return nil
	case last.Step != r.Steps || r.Steps < 1 || r.Config.Budget.Steps > 0 &&
		r.Steps != r.Config.Budget.Steps || r.Config.Budget.Epochs > 0 && r.Steps%r.Config.Budget.Epochs != 0:
		return fmt.Errorf("it is finished after %d steps, its curve ends at step %d, and the budget is %s",
			r.Steps, last.Step, r.Config.Budget)
	case r.Config.Budget.TestImages == 0 && r.TestAccuracy != last.TestAccuracy:
		return fmt.Errorf("the test accuracy is %g, and that at the end of the curve %g", r.TestAccuracy,
			last.TestAccuracy)
	}
	return nil
}

// isShare says whether a number is a share, up to the rounding of means in float32.
func isShare(x float64) bool { return x >= 0 && x <= 1+1e-6 }

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
