// Package answer says what a probe of paths (pkg/probes/path) says of a model: in one sentence, in a picture,
// in files of numbers, and on a page of its own that needs no network and no other file.
//
// A [Model] and the path.Result of its gradients make an [Answer]. [Answer.Save] writes it: NAME.json,
// NAME.csv and NAME.npz, as the figures' numbers are written (pkg/results), NAME.png and NAME.svg, and the
// page NAME.html.
package answer

import (
	"errors"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/results"
	"gonum.org/v1/gonum/mat"
)

// Model says what was asked: it is the config of the results.
type Model struct {
	// Name calls the model in sentences; the files have it in their names.
	Name string `json:"model"`

	// Source is the model's file, or the paper's net; Sum is the SHA-256 of the file, in hexadecimal.
	Source string `json:"source"`
	Sum    string `json:"sha256,omitempty"`

	// Weights says what the weights are: as they are, or how they are drawn.
	Weights string `json:"weights"`

	// Input is the shape of one input.
	Input []int `json:"input"`

	// Inputs says where the inputs come from, Given how many there were to make pairs of, and Shared whether
	// some are in several pairs.
	Inputs string `json:"inputs"`
	Given  int    `json:"given"`
	Shared bool   `json:"shared"`
}

// Curve is what a path says, at all distances: the series of the results.
type Curve struct {
	// Distance is in units of the length of a path, which on a line is the distance between its two inputs.
	Distance []float64 `json:"distance"`

	// Correlation is R at the distance, and Lower and Upper the ends of its 95 % interval, where there are
	// several pairs or draws.
	Correlation []float64 `json:"correlation"`
	Lower       []float64 `json:"lower,omitempty"`
	Upper       []float64 `json:"upper,omitempty"`
}

// Series is the series of directional derivatives along the paths.
type Series struct {
	// ACF is its autocorrelation at the Lags, in steps along the path, and Brownness where that lies between
	// white (0) and brown noise (1).
	Lags      []int            `json:"lags"`
	ACF       []float64        `json:"acf"`
	Brownness subject.Estimate `json:"brownness"`
}

// Measured are the numbers of an answer.
type Measured struct {
	Curve

	// Length is the correlation length.
	Length path.Length `json:"correlation_length"`

	// Series is nil where the directional derivatives don't change along a path, and NoSeries says so.
	Series   *Series `json:"series,omitempty"`
	NoSeries string  `json:"no_series,omitempty"`
}

// Answer is what was found of a model.
type Answer struct {
	Model    Model
	Measured Measured

	// Reference is what the paper's net has, for comparison; nil for none.
	Reference *Reference

	// Provenance says where the numbers come from. Its seed is that of the draws and the pairs.
	Provenance results.Provenance

	result *path.Result
}

// New returns the answer that a result of the probe gives.
func New(model Model, result *path.Result, provenance results.Provenance) *Answer {
	a := &Answer{Model: model, Provenance: provenance, result: result}
	m := &a.Measured
	m.Distance, m.Length = result.Distances, result.Length()
	for _, r := range result.Correlation() {
		m.Correlation = append(m.Correlation, r.Value)
		if r.Low != nil {
			m.Lower, m.Upper = append(m.Lower, *r.Low), append(m.Upper, *r.High)
		}
	}
	// An interval that could not be made at some distance is none of the curve.
	if len(m.Lower) < len(m.Correlation) {
		m.Lower, m.Upper = nil, nil
	}
	colour, err := result.Colour()
	if err != nil {
		m.NoSeries = err.Error()
	} else {
		m.Series = &Series{Brownness: colour.Brownness}
		for lag, r := range colour.ACF {
			m.Series.Lags, m.Series.ACF = append(m.Series.Lags, lag), append(m.Series.ACF, r.Value)
		}
	}
	a.Reference = referenceFor(model)
	return a
}

// Sentence says how far apart gradients lose half of their correlation, beside the reference.
func (a *Answer) Sentence() string {
	what := "gradients"
	if scalar := a.result.Config.Scalar; scalar != subject.Sum {
		what = "gradients of " + scalarWords(scalar)
	}
	text := a.Model.Name + ": " + what
	switch length := a.Measured.Length; {
	case !length.Reached:
		text += " keep more than half of their correlation over the whole distance between two inputs"
	case !length.Resolved:
		text += fmt.Sprintf(" less than %.2g apart%s have lost half of their correlation", length.Step, units)
	default:
		text += fmt.Sprintf(" %.2g apart%s have lost half of their correlation", length.Length.Value, units)
	}
	return text + a.comparison()
}

// units says what distances are measured in.
const units = " (in units of the distance between two inputs)"

// comparison says where the reference's gradients have lost half of their correlation.
func (a *Answer) comparison() string {
	r := a.Reference
	if r == nil {
		return ""
	}
	where := ""
	if r.Elsewhere {
		where = ", on " + r.Model.Inputs
	}
	switch length := r.Measured.Length; {
	case !length.Reached:
		return fmt.Sprintf("; %s keep more than half over all of it%s", r.Called, where)
	case !length.Resolved:
		return fmt.Sprintf("; %s at less than %.2g%s", r.Called, length.Step, where)
	default:
		return fmt.Sprintf("; %s at %.2g%s", r.Called, length.Length.Value, where)
	}
}

// scalarWords names the number that was differentiated.
func scalarWords(scalar subject.Scalar) string {
	switch scalar {
	case subject.Sum:
		return "the sum of the outputs"
	case subject.Loss:
		return "the loss (the cross-entropy with the class of the path's first input)"
	}
	return "output " + scalar.String()
}

// FileName is the name of the answer's files, less their extensions.
func (a *Answer) FileName() string { return "probe-" + a.Model.Name }

// Config is what determines an answer's numbers.
type Config struct {
	Model
	path.Config
	Pairs int `json:"pairs"`
}

// Results returns the answer as results are written.
func (a *Answer) Results() (*results.Figure, error) {
	if a.Model.Name == "" {
		return nil, errors.New("the model has no name: give one, by which its files are called")
	}
	t := a.result.Config.Points
	correlation, err := results.NewArray("map", mat.DenseCopyOf(a.result.Map).RawMatrix().Data, t, t)
	if err != nil {
		return nil, err
	}
	paths := len(a.result.Series)
	derivatives, err := results.NewArray("directional_derivatives", flat(a.result.Series), paths, t)
	if err != nil {
		return nil, err
	}
	return &results.Figure{
		Figure: a.FileName(), Title: "How fast the gradients of " + a.Model.Name + " lose each other " +
			"between two inputs",
		Config:     Config{Model: a.Model, Config: a.result.Config, Pairs: len(a.result.Config.Pairs)},
		Provenance: a.Provenance, Claims: []claims.Claim{}, Series: []Measured{a.Measured},
		Arrays: []results.Array{correlation, derivatives},
	}, nil
}

// flat returns rows one after the other.
func flat(rows [][]float64) []float64 {
	var values []float64
	for _, row := range rows {
		values = append(values, row...)
	}
	return values
}

// Save writes the answer's files into the folder, making it when it is missing, and returns the name of the
// page. Each file is complete or not there.
func (a *Answer) Save(folder string) (page string, err error) {
	figure, err := a.Results()
	if err != nil {
		return "", err
	}
	if err := figure.Save(folder); err != nil {
		return "", err
	}
	picture, err := a.Figure()
	if err != nil {
		return "", err
	}
	png, err := picture.PNG()
	if err != nil {
		return "", err
	}
	svg, err := picture.SVG()
	if err != nil {
		return "", err
	}
	content, err := a.page(folder, picture, png)
	if err != nil {
		return "", err
	}
	name := a.FileName()
	for _, file := range []struct {
		extension string
		content   []byte
	}{{".png", png}, {".svg", svg}, {".html", content}} {
		if err := results.WriteFile(folder, name+file.extension, file.content); err != nil {
			return "", err
		}
	}
	return name + ".html", nil
}
