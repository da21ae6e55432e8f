package figure1_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure1"
	"github.com/shattered-gradients/shattered/pkg/random"
	"github.com/shattered-gradients/shattered/pkg/stats"
	"gonum.org/v1/gonum/mat"
)

// inputs is M of the made-up figure: few, so that a single entry of a matrix can be seen.
const inputs = 48

// madeUp makes up a figure on that many inputs: the nets' gradients are walks that return to 0 faster with
// depth.
func madeUp(t testing.TB, inputs int) *figure1.Result {
	t.Helper()
	x, err := data.Grid(inputs, data.GridLow, data.GridHigh)
	if err != nil {
		t.Fatal(err)
	}
	result := new(figure1.Result)
	add := func(s paper.Series, memory float64) {
		stream := random.Stream(1, uint64(len(result.Columns)))
		values, level := make([]float64, inputs), 0.0
		for i := range values {
			level = memory*level + stream.NormFloat64()
			values[i] = level
		}
		covariance, err := stats.NormalizedOuter(values)
		if err != nil {
			t.Fatal(err)
		}
		result.Columns = append(result.Columns,
			paper.Column{Series: s, X: x, Values: values, Covariance: covariance})
	}
	beta := 0.1
	for _, statistics := range paper.AllStatistics {
		add(paper.Series{Net: "feedforward", Depth: 1, Statistics: statistics}, 1)
		add(paper.Series{Net: "feedforward", Depth: 24, Statistics: statistics}, 0)
		add(paper.Series{Net: "residual", Depth: 50, Beta: &beta, Statistics: statistics}, 0.9)
	}
	add(paper.Series{Net: paper.Brown}, 1)
	add(paper.Series{Net: paper.White}, 0)
	return result
}

func TestGoldenPicture(t *testing.T) {
	figure, err := figure1.Draw(madeUp(t, inputs), norms.Frozen)
	plottest.Golden(t, "figure-1", plottest.Rendered(t, figure, err))
}

func TestPNGIsDeterministic(t *testing.T) {
	first, err := figure1.Draw(madeUp(t, inputs), norms.Coupled)
	want := plottest.Rendered(t, first, err)
	second, err := figure1.Draw(madeUp(t, inputs), norms.Coupled)
	for range 2 {
		if !bytes.Equal(plottest.Rendered(t, second, err), want) {
			t.Error("drawing the same result again gives another PNG")
		}
	}
}

// TestPNGSize holds the largest picture, at the paper's size, to what a notebook with several of them can
// carry.
func TestPNGSize(t *testing.T) {
	figure, err := figure1.Draw(madeUp(t, data.GridPoints), norms.Frozen)
	if size := len(plottest.Rendered(t, figure, err)); size > 250_000 {
		t.Errorf("the PNG has %d bytes, more than 250000", size)
	}
}

// TestTexts checks in the SVG that titles are made from the columns.
func TestTexts(t *testing.T) {
	for statistics, name := range map[norms.Statistics]string{
		"": "figure-1", norms.Frozen: "figure-1", norms.Coupled: "figure-1-coupled",
	} {
		figure, err := figure1.Draw(madeUp(t, inputs), statistics)
		if err != nil {
			t.Fatal(err)
		}
		if figure.Name() != name {
			t.Errorf("with %q statistics the figure's name is %q, not %q", statistics, figure.Name(), name)
		}
		shown := "gradient (frozen)"
		if statistics == norms.Coupled {
			shown = "gradient (coupled)"
		}
		plottest.CheckTexts(t, figure, map[string]int{
			shown: 1, "noise": 1, "input": 5, "≥ 4": 1,
			"(a) 1-layer feedforward": 1, "(b) 24-layer feedforward": 1, "(c) 50-layer resnet, β = 0.1": 1,
			"(d) brown noise": 1, "(e) white noise": 1,
		})
	}
}

// TestAlt checks that the words come from what is drawn.
func TestAlt(t *testing.T) {
	figure, err := figure1.Draw(madeUp(t, inputs), norms.Coupled)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Figure 1 with coupled statistics: gradients of nets, and noise, over a grid of 48 " +
		"inputs, and below each the absolute values of its covariance matrix as a heat map. Panels: (a) " +
		"1-layer feedforward; (b) 24-layer feedforward; (c) 50-layer resnet, β = 0.1; (d) brown noise; (e) " +
		"white noise. Colours: |(g − ḡ)(g − ḡ)ᵀ| / var g."
	if got := figure.Alt(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := figure1.Draw(nil, norms.Frozen)
	plottest.CheckSentence(t, "nil", err, "no net with frozen statistics")
	_, err = figure1.Draw(madeUp(t, inputs), "melted")
	plottest.CheckSentence(t, "statistics", err, "melted")
	columns := func(change func(c []paper.Column)) func(*figure1.Result) {
		return func(r *figure1.Result) { change(r.Columns) }
	}
	for phrase, spoil := range map[string]func(*figure1.Result){
		"no net with coupled statistics":     func(r *figure1.Result) { r.Columns = nil },
		"no net with coupled":                func(r *figure1.Result) { r.Columns = r.Columns[6:] },
		`has no covariance of "white noise"`: columns(func(c []paper.Column) { c[7].Covariance = nil }),
		"value 2 is NaN":                     columns(func(c []paper.Column) { c[3].Values[2] = math.NaN() }),
		"value 1 is +Inf":                    columns(func(c []paper.Column) { c[3].X[1] = math.Inf(1) }),
		"covariance of 3 x 3 for 48 inputs": columns(func(c []paper.Column) {
			c[5].Covariance = mat.NewSymDense(3, nil)
		}),
		"value 1 is NaN": columns(func(c []paper.Column) { c[3].Covariance.SetSym(0, 1, math.NaN()) }),
		`"(b) 24-layer feedforward" has 48 x for 0 values`: columns(func(c []paper.Column) {
			c[4].Values = nil
		}),
	} {
		result := madeUp(t, inputs)
		spoil(result)
		_, err := figure1.Draw(result, norms.Coupled)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
