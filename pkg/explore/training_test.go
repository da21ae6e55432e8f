package explore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// saveTraining trains small nets and saves their results in a new folder, which it returns.
func saveTraining(t *testing.T) string {
	t.Helper()
	e := engine.New(testbackend.Go(t))
	defer e.Close()
	config := earlydense.Quick()
	config.Inputs, config.Steps, config.Draws = 32, []int{0, 1, 4}, 2
	for i := range config.Nets {
		config.Nets[i].Depth, config.Nets[i].Width = 4, 10
	}
	result, err := earlydense.Run(t.Context(), e, config)
	if err != nil {
		t.Fatal(err)
	}
	figure, err := result.Results()
	if err != nil {
		t.Fatal(err)
	}
	figure.Provenance = results.Provenance{Size: "quick"}
	folder := t.TempDir()
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestTrainingFollows goes through steps and nets, in the order and against the order of the messages.
func TestTrainingFollows(t *testing.T) {
	subject, err := openTraining(t.TempDir(), saveTraining(t))
	if err != nil {
		t.Fatal(err)
	}
	r, arrivals, ended := newRecord(), make(chan settings), make(chan error, 1)
	x := &explorer{subject: subject, page: r}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { ended <- x.follow(ctx, arrivals, hanging) }()
	if shown := r.await(t, "picture: "); !strings.Contains(shown, "after 1 training steps") ||
		!strings.Contains(shown, "From early-training.json") || !strings.Contains(shown, "quick size") {
		t.Errorf("to start with there is %q", shown)
	}
	send := func(sequence int, net, statistics string, step int) {
		chosen := trainingChoice{net, norms.Statistics(statistics), step}
		arrivals <- settings{Sequence: sequence, State: written(chosen.fields(), nil)}
	}
	for i, c := range []struct {
		net, statistics string
		step            int
		words           string
	}{
		{"feedforward, centring", "coupled", 4,
			"Feedforward, centring (coupled statistics), depth 4, width 10, after 4 training steps: mean " +
				"squared error "},
		{"resnet, β = 0.1", "frozen", 0,
			"Resnet, β = 0.1 (frozen statistics), depth 4, width 10, after 0 training steps"},
		{"CReLU", "coupled", 4, "CReLU (frozen statistics)"}, // it has no statistics
		{"CReLU, looks-linear", "frozen", 0, "The gradient is the same at all inputs"},
		{"CReLU, looks-linear", "frozen", 4, "Brownness "},
	} {
		send(10+i, c.net, c.statistics, c.step)
		if shown := r.await(t, c.words); strings.Contains(shown, "problem") {
			t.Errorf("%q came with %q", c.words, shown)
		}
	}
	// An old message changes nothing, and a wrong one gives a sentence.
	send(3, "CReLU", "frozen", 1)
	send(20, "CReLU", "frozen", 2)
	if shown := r.await(t, "problem"); !strings.Contains(shown, "after [0 1 4] steps, and not after 2") ||
		strings.Contains(shown, "picture: ") {
		t.Errorf("a step that is not there gives %q", shown)
	}
	send(21, "fishing", "frozen", 1)
	r.await(t, `no net "fishing"`)
	arrivals <- settings{Sequence: 22, Done: true}
	select {
	case err := <-ended:
		if err != errDone {
			t.Errorf("the explorer ended with %v", err)
		}
	case <-time.After(hanging):
		t.Fatal("the explorer does not end")
	}
}

// TestTrainingShowsTheNumbers compares a view with the results.
func TestTrainingShowsTheNumbers(t *testing.T) {
	subject, err := openTraining(saveTraining(t))
	if err != nil {
		t.Fatal(err)
	}
	s := subject.series[0]
	var seen view
	chosen := trainingChoice{s.Title(), norms.Frozen, 4}
	err = subject.look(t.Context(), written(chosen.fields(), nil),
		func(v view) error { seen = v; return nil })
	if err != nil {
		t.Fatal(err)
	}
	step := seen.(*trainingView).step
	if step.Step != 4 || len(step.Losses) != 5 || step.Losses[3] != float64(s.First.Losses[3]) ||
		step.Column.Values[7] != float64(s.First.Gradients[2][7]) {
		t.Errorf("the view is not of the results: step %d, %d losses", step.Step, len(step.Losses))
	}
	if !slices.Equal(step.Column.X, s.First.X) || step.Column.Covariance.SymmetricDim() != 32 ||
		step.Column.Mean[0] != 1 {
		t.Error("grid, covariance or autocorrelation is not the gradient's")
	}
}

func TestTrainingControls(t *testing.T) {
	subject, err := openTraining(saveTraining(t))
	if err != nil {
		t.Fatal(err)
	}
	page, err := subject.controls().html("the-id", "/the/address")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`aria-label="Explorer: go through the steps of training"`,
		`<option value="feedforward, centring" selected>feedforward, centring</option>`,
		`<option value="CReLU, looks-linear">`,
		`data-for="step" aria-label="training step, slider" min="0" max="2" step="1" value="1" data-values="[0,1,4]"><input type="number" name="step" `,
		`<option value="coupled">coupled</option>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the controls lack %s", want)
		}
	}
	if strings.Contains(page, `data-tool="pin"`) || strings.Count(page, `<option value="CReLU">`) != 1 {
		t.Errorf("the controls are %s", page)
	}
}

func TestTrainingErrors(t *testing.T) {
	if _, err := openTraining(t.TempDir()); err == nil || !strings.Contains(err.Error(),
		"run the notebook 07_early_training first") {
		t.Errorf("without results there is the error %v", err)
	}
	folder := t.TempDir()
	for _, series := range []string{`[]`, `[{"steps": [0, 1]}]`, `"none"`} {
		figure := results.Figure{Figure: "early-training", Title: "of another shape",
			Series: json.RawMessage(series)}
		if err := figure.Save(folder); err != nil {
			t.Fatal(err)
		}
		if _, err := openTraining(folder); err == nil || !strings.Contains(err.Error(),
			"run that notebook again") {
			t.Errorf("series of %s give the error %v", series, err)
		}
	}
}

// TestTrainingWithoutAPage shows what comes with the project, where nothing can answer.
func TestTrainingWithoutAPage(t *testing.T) {
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "")
	t.Setenv(backend.OverrideVariable, "go")
	t.Setenv(lab.ResultsVariable, t.TempDir())
	s, err := lab.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := Training(s); err != nil {
		t.Error(err)
	}
}
