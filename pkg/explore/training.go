package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Training shows, below the running cell, a slider that goes through the steps of the training of a dense
// net, and a selector of nets: with them change, in place, the training loss up to that step, the gradient
// over the grid, its autocorrelation and its covariance. It returns when Done or the stop button was pressed;
// where no page can answer it draws one picture and returns.
//
// It computes no training. Its numbers are those of the first draw in 07_early_training's results: of your
// own, where that notebook has run, and otherwise of those that come with the project.
func Training(s *lab.Session) error {
	t, err := openTraining(lab.ResultsFolder(), filepath.Join(lab.Home(), "notebooks", "data"))
	if err != nil {
		return err
	}
	if canAnswer() {
		return interact(s, t, t.controls())
	}
	return t.look(s.Context, t.start(), show)
}

// trainingFigure names the results of 07_early_training.
const trainingFigure = "early-training"

// trainings are the nets in training to look at. They implement subject.
type trainings struct {
	series []earlydense.Series

	// origin says where they come from.
	origin string
}

// openTraining reads the results from the first of the folders that has them.
func openTraining(folders ...string) (*trainings, error) {
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, trainingFigure+".json")); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		figure, err := results.Load(folder, trainingFigure)
		if err != nil {
			return nil, err
		}
		t := &trainings{origin: fmt.Sprintf("From %s.json in the folder %s, of %s size.", trainingFigure,
			filepath.Base(folder), figure.Provenance.Size)}
		content, _ := figure.Series.(json.RawMessage)
		if err := json.Unmarshal(content, &t.series); err != nil || !t.whole() {
			return nil, fmt.Errorf("%s.json in %s is not what 07_early_training saves: run that notebook "+
				"again", trainingFigure, folder)
		}
		return t, nil
	}
	return nil, fmt.Errorf("there are no results of training to go through: run the notebook " +
		"07_early_training first")
}

// whole says whether there is something to look at in all series, at the same steps.
func (t *trainings) whole() bool {
	for _, s := range t.series {
		if len(s.Steps) == 0 || len(s.First.Gradients) != len(s.Steps) || !slices.Equal(s.Steps,
			t.series[0].Steps) {
			return false
		}
	}
	return len(t.series) > 0
}

// trainingChoice is a net in training and what to look at of it.
type trainingChoice struct {
	net        string // the title of the net
	statistics norms.Statistics
	step       int
}

// fields returns the fields of a choice, in the order of the controls.
func (c *trainingChoice) fields() []field {
	return []field{word("net", &c.net), word("statistics", &c.statistics), whole("step", &c.step, 0)}
}

// first returns the choice to start from: the first net, in the middle of the steps.
func (t *trainings) first() trainingChoice {
	first := t.series[0]
	return trainingChoice{net: first.Title(), statistics: norms.Frozen, step: first.Steps[len(first.Steps)/2]}
}

// start implements subject.
func (t *trainings) start() string {
	chosen := t.first()
	return written(chosen.fields(), nil)
}

// controls returns the controls of the nets.
func (t *trainings) controls() controls {
	start := t.first()
	var nets []string
	for _, s := range t.series {
		if !slices.Contains(nets, s.Title()) {
			nets = append(nets, s.Title())
		}
	}
	return controls{
		About: "go through the steps of training",
		Selectors: []selectorView{
			{"net", "net", start.net, titled(nets, func(title string) string { return title })},
			{"statistics", "statistics", string(start.statistics), statisticsOptions()},
		},
		Numbers: []numberView{newNumber("training step", "step", t.series[0].Steps,
			strconv.Itoa(start.step))},
	}
}

// look implements subject. Nets without normalisation have one gradient, whatever the statistics.
func (t *trainings) look(_ context.Context, state string, show func(view) error) error {
	chosen := t.first()
	if err := parse(chosen.fields(), state); err != nil {
		return err
	}
	for i := range t.series {
		s := &t.series[i]
		if s.Title() != chosen.net || s.Statistics != chosen.statistics && s.Norm != norms.None.Name {
			continue
		}
		step := slices.Index(s.Steps, chosen.step)
		if step < 0 {
			return &fieldError{"step",
				fmt.Errorf("the nets were looked at after %v steps, and not after %d", s.Steps, chosen.step)}
		}
		seen, err := s.Step(step)
		if err != nil {
			return err
		}
		looked, err := newTrainingView(seen, s.Width, t.origin)
		if err != nil {
			return err
		}
		return show(looked)
	}
	return fmt.Errorf("there is no net %q with %s statistics: choose another", chosen.net, chosen.statistics)
}

// prepare, full and empty implement subject: there is nothing to prepare.
func (t *trainings) prepare(context.Context, string) {}
func (t *trainings) full() bool                      { return false }
func (t *trainings) empty()                          {}

// trainingView is what there is to see of a net at one step. It implements view.
type trainingView struct {
	step *earlydense.Step
	text []string
}

// newTrainingView says in words what there is to see.
func newTrainingView(step *earlydense.Step, width int, origin string) (*trainingView, error) {
	c := step.Column
	name := fmt.Sprintf("%s (%s statistics), depth %d, width %d, after %d training steps: mean squared "+
		"error %.3g, where it was %.3g at initialisation.",
		step.Title(), c.Statistics, c.Depth, width, step.Step, step.Losses[step.Step], step.Losses[0])
	numbers := "The gradient is the same at all inputs: it has no autocorrelation, and nothing to vary with."
	if !step.Constant() {
		var err error
		if numbers, err = numbersOfOne(c.Values, c.Mean); err != nil {
			return nil, err
		}
	}
	return &trainingView{step: step, text: []string{capital(name), numbers, origin}}, nil
}

func (v *trainingView) figure() (*plots.Figure, error) { return earlydense.DrawStep(v.step) }
func (v *trainingView) lines() []string                { return slices.Clone(v.text) }
