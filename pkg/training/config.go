package training

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/models"
)

// Config describes a run: one net, trained once.
type Config struct {
	// Family is one of Families.
	Family string `json:"family"`

	// Depth is L, the number of convolutions, at least 2.
	Depth int `json:"depth"`

	// Width is the number of filters at the input, for nets that have as many as the paper's; 0 means
	// PaperWidth.
	Width int `json:"width"`

	// Seed determines the weights, the order of the images and their augmentation.
	Seed uint64 `json:"seed"`

	// Budget is how long and on what the net trains.
	Budget Budget `json:"budget"`

	// Optimizer is how it trains.
	Optimizer Optimizer `json:"optimizer"`

	// Shortcut is one of models.Shortcuts, for families with skips; empty means option A.
	Shortcut string `json:"shortcut,omitempty"`

	// Probe says how the net is looked at while it trains.
	Probe Probe `json:"probe,omitzero"`
}

// Budget is how long and on what a net trains. The zero value of every field but Epochs and Steps, of which
// one is set, is a default.
type Budget struct {
	// Images is the number of training images; 0 means all. The images are the same for every seed.
	Images int `json:"images"`

	// Epochs or Steps says how long: in passes over the images or in batches.
	Epochs int `json:"epochs,omitempty"`
	Steps  int `json:"steps,omitempty"`

	// Batch is the number of images in a batch; 0 means 100.
	Batch int `json:"batch"`

	// EvalEvery is the number of steps from one point of the learning curve to the next; 0 means an epoch.
	EvalEvery int `json:"eval_every"`

	// TestImages is the number of test images that a point of the learning curve is measured on; 0 means all.
	// The accuracy at the end is always that on all of them.
	TestImages int `json:"test_images"`
}

// String describes the budget for a label, such as "5000 images, 10 epochs".
func (b Budget) String() string {
	images, length := "all images", fmt.Sprintf("%d epochs", b.Epochs)
	if b.Images > 0 {
		images = fmt.Sprintf("%d images", b.Images)
	}
	if b.Epochs == 0 {
		length = fmt.Sprintf("%d steps", b.Steps)
	}
	if b.Batch == 0 {
		b.Batch = defaultBatch
	}
	return fmt.Sprintf("%s, %s, batches of %d", images, length, b.Batch)
}

// SameTraining says whether nets train alike under two budgets: on the same images, in batches of the same
// size, for the same number of steps. How often and on what the learning curve is measured makes no
// difference to the training.
func (b Budget) SameTraining(other Budget) bool {
	return b.length() == other.length()
}

// length is what a budget says of the training itself: in steps where they can be told from the budget alone.
func (b Budget) length() Budget {
	if b.Batch == 0 {
		b.Batch = defaultBatch
	}
	if b.Images > 0 {
		b.Steps, b.Epochs = b.Steps+b.Epochs*(b.Images/b.Batch), 0
	}
	return Budget{Images: b.Images, Epochs: b.Epochs, Steps: b.Steps, Batch: b.Batch}
}

// Optimizer is GoMLX's Adam with its defaults but for the learning rate.
type Optimizer struct {
	// LearningRate is the rate that training begins with; 0 means 0.001.
	LearningRate float64 `json:"learning_rate"`

	// Schedule is one of Schedules; empty means that the plateau rule drops the rate.
	Schedule string `json:"schedule,omitempty"`

	// Plateau is that rule. It is left out where there is a schedule.
	Plateau Plateau `json:"plateau,omitzero"`
}

// Defaults, and the number of images that are tested at once: the batch that batch normalisation takes its
// statistics over.
const (
	defaultBatch        = 100
	defaultLearningRate = 1e-3
	testBatch           = 500
)

// WeightCopies is how often the weights of a net are there in training: with their gradients and the two
// moments of Adam.
const WeightCopies = 4

// float32Size is the number of bytes of a weight.
const float32Size = 4

// semantics counts the versions of this package's code that train differently: runs of another version are
// other runs. Version 2 draws weights by another generator than version 1.
const semantics = 2

// withDefaults fills in the defaults and checks what the net and the data don't.
func (c Config) withDefaults() (Config, error) {
	if c.Width == 0 {
		c.Width = PaperWidth
	}
	b := &c.Budget
	if b.Batch == 0 {
		b.Batch = defaultBatch
	}
	if c.Optimizer.LearningRate == 0 {
		c.Optimizer.LearningRate = defaultLearningRate
	}
	for _, number := range []struct {
		of    string
		value int
	}{
		{"images", b.Images}, {"epochs", b.Epochs}, {"steps", b.Steps}, {"images in a batch", b.Batch},
		{"steps between evaluations", b.EvalEvery}, {"test images", b.TestImages},
	} {
		if number.value < 0 {
			return c, fmt.Errorf("the budget's number of %s is %d: give a positive number, or 0 for the "+
				"default", number.of, number.value)
		}
	}
	// What an epoch is, is known with the data.
	if err := cost.Steps(fmt.Sprintf("the budget of %d epochs and %d steps", b.Epochs, b.Steps),
		float64(b.Epochs)+float64(b.Steps), "steps at least"); err != nil {
		return c, err
	}
	if (b.Epochs > 0) == (b.Steps > 0) {
		return c, fmt.Errorf("the budget has %d epochs and %d steps: give one of the two", b.Epochs, b.Steps)
	}
	if rate := c.Optimizer.LearningRate; !(rate > 0 && numbers.Finite(rate)) {
		return c, fmt.Errorf("the learning rate is %g: give a finite number above 0, or 0 for %g", rate,
			defaultLearningRate)
	}
	var err error
	if c.Optimizer, err = c.Optimizer.withSchedule(); err != nil {
		return c, err
	}
	if c.Shortcut == models.OptionA.Name { // one run has one config
		c.Shortcut = ""
	}
	c.Probe, err = c.Probe.withDefaults()
	return c, err
}

// resolve returns the config with its defaults, the net, and what identifies the run: a hash of everything
// that determines its numbers but the backend.
func (c Config) resolve(data Data) (Config, *models.Net, string, error) {
	return c.resolveFor(semantics, data)
}

// resolveFor is resolve for a version of this package's code.
func (c Config) resolveFor(version int, data Data) (Config, *models.Net, string, error) {
	c, err := c.withDefaults()
	if err != nil {
		return c, nil, "", err
	}
	net, err := c.net(data.Shape())
	if err != nil {
		return c, nil, "", err
	}
	if err := net.CheckMemory(c.Budget.Batch, float32Size, WeightCopies, 1); err != nil {
		return c, nil, "", err
	}
	text, err := json.Marshal(struct {
		Semantics int
		Config    Config
		Net       models.Config
		Data      string
	}{version, c, net.Config, data.Checksum()})
	if err != nil {
		return c, nil, "", fmt.Errorf("the config of a run can't be written as JSON: %w", err)
	}
	return c, net, fmt.Sprintf("%x", sha256.Sum256(text)), nil
}

// name is the name of the run's folder.
func (c Config) name(id string) string {
	return fmt.Sprintf("%s-%d-%d-%s", strings.ReplaceAll(c.Curve("-"), "/", "_"), c.Depth, c.Seed, id[:8])
}

// Curve names the curve of a figure that the run belongs to: the family, and after the separator the
// shortcut, where it has one that is not option A.
func (c Config) Curve(separator string) string {
	if c.Shortcut == "" || c.Shortcut == models.OptionA.Name {
		return c.Family
	}
	return c.Family + separator + c.Shortcut
}

// String names the run, such as "ll, 50 layers, seed 1", or "resnet with projection, 50 layers, seed 1".
func (c Config) String() string {
	return fmt.Sprintf("%s, %d layers, seed %d", c.Curve(" with "), c.Depth, c.Seed)
}
