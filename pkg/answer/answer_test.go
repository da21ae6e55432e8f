package answer

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/resultstest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// probed returns the answer of a small net.
func probed(t *testing.T, model Model, config models.Config) *Answer {
	t.Helper()
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	net, err := models.New(config)
	if err != nil {
		t.Fatal(err)
	}
	result, err := path.Run(t.Context(), e, path.Config{
		Subject: subject.Subject{Net: net, Draws: 3}, Points: 20,
		Pairs: []path.Pair{{From: []float64{-2}, To: []float64{2}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(model, result, results.Provenance{Backend: "go", Size: "paper", Modules: map[string]string{}})
}

// small is a net that runs in a moment.
var small = models.Config{Net: "residual", Depth: 3, Width: 6, Beta: 0.5}

// TestSentences holds the sentence to its forms, of answers that were measured, not reached and not resolved.
func TestSentences(t *testing.T) {
	a := probed(t, Model{Name: "mine", Input: []int{1}, Inputs: "a.npy"}, small)
	at := func(value float64) path.Length {
		return path.Length{Length: subject.Estimate{Value: value}, Reached: true, Resolved: true, Step: 0.01}
	}
	never, near := path.Length{Step: 0.01}, path.Length{Reached: true, Step: 0.01}
	reference := &Reference{Called: "another's"}
	elsewhere := &Reference{Called: "another's", Elsewhere: true, Model: Model{Inputs: "images"}}
	for _, test := range []struct {
		own       path.Length
		reference *Reference
		theirs    path.Length
		want      string
	}{
		{at(0.0312), nil, never, "mine: gradients 0.031 apart (in units of the distance between two " +
			"inputs) have lost half of their correlation"},
		{at(0.0312), reference, at(0.21), "mine: gradients 0.031 apart (in units of the distance between " +
			"two inputs) have lost " +
			"half of their correlation; another's at 0.21"},
		{never, elsewhere, never, "mine: gradients keep more than half of their correlation over the whole " +
			"distance between " +
			"two inputs; another's keep more than half over all of it, on images"},
		{near, elsewhere, near, "mine: gradients less than 0.01 apart (in units of the distance between " +
			"two inputs) have lost half of their correlation; another's at less than 0.01, on images"},
	} {
		a.Measured.Length, a.Reference = test.own, test.reference
		if a.Reference != nil {
			a.Reference.Measured.Length = test.theirs
		}
		if got := a.Sentence(); got != test.want {
			t.Errorf("%q\nwant %q", got, test.want)
		}
	}
	a.result.Config.Scalar = subject.Output(3)
	if got := a.Sentence(); !strings.HasPrefix(got, "mine: gradients of output 3 less than") {
		t.Error(got)
	}
}

// TestKeptAnswers reads the answers that are compared with: they are whole, of the net that they are called,
// and come from somewhere.
func TestKeptAnswers(t *testing.T) {
	for _, name := range []string{"resnet-50-numbers", "resnet-50-images"} {
		r, err := keptReference(name)
		if err != nil {
			t.Fatal(err)
		}
		l := r.Measured.Length
		if !l.Reached || !l.Resolved || l.Length.Low == nil ||
			len(r.Measured.Correlation) != len(r.Measured.Distance) {
			t.Errorf("%s: correlation length %+v at %d of %d "+
				"distances", name, l, len(r.Measured.Correlation), len(r.Measured.Distance))
		}
		if !strings.Contains(r.Model.Source, "resnet") || !strings.Contains(r.Model.Source, "β = 0.1") ||
			!strings.Contains(r.Model.Source, "depth 50") {
			t.Errorf("%s is of %q", name, r.Model.Source)
		}
		if r.Provenance.Commit == "" || r.Provenance.Plugin == "" || r.Provenance.Started.IsZero() {
			t.Errorf("%s does not say where it comes from: %+v", name, r.Provenance)
		}
	}
	images, numbers := referenceFor(Model{Input: []int{3, 8}}), referenceFor(Model{Input: []int{1}})
	if images.Model.Input[0] != 32 || numbers.Model.Input[0] != 1 || !images.Elsewhere {
		t.Errorf("references of inputs %v and %v", images.Model.Input, numbers.Model.Input)
	}
	if referenceFor(numbers.Model) != nil {
		t.Error("the reference is compared with itself")
	}
}

// TestSave writes an answer: its numbers, as those of figures are, its picture, and a page that needs nothing
// else.
func TestSave(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	a := probed(t, Model{Name: "my <net>&co", Source: "x.onnx", Input: []int{1}, Inputs: "a.npy"}, small)
	if _, err := a.Save(folder); err == nil || !strings.Contains(err.Error(), "no name for a figure") {
		t.Errorf("a name that is none for a file gives %v", err)
	}
	a.Model.Name = "mine"
	page, err := a.Save(folder)
	if err != nil || page != "probe-mine.html" {
		t.Fatal(page, err)
	}
	resultstest.CheckData(t, folder, "probe-mine")
	picture, err := os.ReadFile(filepath.Join(folder, "probe-mine.png"))
	if err != nil {
		t.Fatal(err)
	}
	if config, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || config.Width < 1000 {
		t.Errorf("the picture is %+v, %v", config, err)
	}
	content, err := os.ReadFile(filepath.Join(folder, page))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, want := range []string{"mine: gradients", "at 0.0", "probe-mine.npz", "probe-mine.json",
		"Brownness", "x.onnx", "95 % interval"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, address := range regexp.MustCompile(`(?:src|href)="([^"]{0,5})`).FindAllStringSubmatch(text, -1) {
		if address[1] != "data:" {
			t.Errorf("the page needs %s", address[0])
		}
	}
	loaded, err := results.Load(folder, "probe-mine")
	if err != nil || len(loaded.Claims) != 0 {
		t.Errorf("the results can't be read again: %v", err)
	}
}

// TestLinearModelHasNoSeries: a net of which the derivative along a path doesn't change has an answer all the
// same.
func TestLinearModelHasNoSeries(t *testing.T) {
	net, err := models.Compose("linear", []int{1},
		models.Stage{Name: "map", Block: models.Linear{In: 1, Out: 2}})
	if err != nil {
		t.Fatal(err)
	}
	a := probed(t, Model{Name: "linear", Input: []int{1}}, net.Config)
	if a.Measured.Series != nil || !strings.Contains(a.Measured.NoSeries, "constant") {
		t.Errorf("series %+v, %q", a.Measured.Series, a.Measured.NoSeries)
	}
	if _, err := a.Save(t.TempDir()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(a.Sentence(), "keep more than half") {
		t.Error(a.Sentence())
	}
}
