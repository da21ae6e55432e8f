package plots_test

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/random"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/cmpimg"
)

// The numbers of these examples are made up. In a cell of a notebook a session of package lab shows the
// pictures, with s.Plot(panel); here show compares them with those in testdata.

// show says whether a picture is that of its name in testdata, or writes it there with the flag -regen.
func show(picture interface {
	Name() string
	PNG() ([]byte, error)
}) {
	png, err := picture.PNG()
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join("testdata", picture.Name()+".png")
	if *cmpimg.GenerateTestData {
		err = os.WriteFile(path, png, 0o644)
	}
	want, readErr := os.ReadFile(path)
	if err != nil || readErr != nil {
		log.Fatal(err, readErr)
	}
	same, err := cmpimg.EqualApprox("png", png, want, plottest.Tolerance)
	if err != nil || !same && !bytes.Equal(png, want) {
		got := filepath.Join(os.TempDir(), picture.Name()+"-got.png")
		fmt.Println(got, "differs:", err, os.WriteFile(got, png, 0o644))
		return
	}
	fmt.Println("as in", filepath.ToSlash(path))
}

// decay returns a made-up autocorrelation at lags 0 to 15 with its standard errors.
func decay(memory float64) (mean, stdErr []float64) {
	for lag := range 16 {
		mean, stdErr = append(mean, math.Pow(memory, float64(lag))),
			append(stdErr, 0.03*math.Sqrt(float64(lag)))
	}
	return mean, stdErr
}

// walk returns a made-up gradient over n inputs.
func walk(seed uint64, n int) []float64 {
	stream, values, level := random.Stream(seed, 0), make([]float64, n), 0.0
	for i := range values {
		level = 0.97*level + stream.NormFloat64()
		values[i] = level
	}
	return values
}

// Two nets' autocorrelation in one picture. The numbers may come from anything with means and standard
// errors.
func ExampleLines() {
	shallow, shallowErr := decay(0.95)
	deep, deepErr := decay(0.5)

	a := plots.Series{Label: "2 layers", Y: shallow, StdErr: shallowErr}
	b := plots.Series{Label: "50 layers", Y: deep, StdErr: deepErr}
	show(plots.Lines(plots.Count(16), a, b).Labels("lag", "autocorrelation").Named("lines"))
	// Output: as in testdata/lines.png
}

// The raw gradient of three draws.
func ExampleDraws() {
	gradients := [][]float64{walk(1, 200), walk(2, 200), walk(3, 200)}

	show(plots.Lines(plots.Count(200), plots.Draws(gradients)...).Labels("input index", "gradient").
		Named("draws"))
	// Output: as in testdata/draws.png
}

// Brownness against five values of beta, with intervals.
func ExampleErrorBars() {
	var resnets plots.Series
	for _, beta := range []float64{0.01, 0.1, 0.3, 1, 2} {
		value := 1 / (1 + 3*beta)
		resnets.Add(beta, value, value-0.05, value+0.07)
	}
	show(plots.ErrorBars(resnets).LogX().Labels("β", "brownness").Named("error-bars"))
	// Output: as in testdata/error-bars.png
}

func ExampleHistogram() {
	show(plots.Histogram(walk(4, 2000), 24).Labels("gradient", "inputs").Named("histogram"))
	// Output: as in testdata/histogram.png
}

func ExampleHeatMap() {
	g := mat.NewVecDense(40, walk(5, 40))
	var outer mat.Dense
	outer.Outer(1, g, g)
	show(plots.HeatMap(&outer, "g(i) g(j)").Labels("input i", "input j").Named("heat-map"))
	// Output: as in testdata/heat-map.png
}

func ExampleScatter() {
	near := plots.Series{Label: "neighbours", X: walk(6, 100)[:99], Y: walk(6, 100)[1:]}
	far := plots.Series{Label: "strangers", X: walk(6, 99), Y: walk(7, 99)}
	show(plots.Scatter(near, far).Labels("gradient at an input", "gradient at another").Named("scatter"))
	// Output: as in testdata/scatter.png
}

// Panels in a grid: rows share an axis, titles have letters, the legend is collected from the series.
func ExampleGrid() {
	g := &plots.Grid{Aspect: 0.7, PadX: 8, Lettered: true}
	var panels []*plots.Panel
	for i, title := range []string{"feedforward", "resnet"} {
		p := plots.NewPanel("lag", "autocorrelation").Titled(title)
		for k, style := range plots.OrderedStyles(3) {
			mean, stdErr := decay(0.9 - 0.3*float64(k)/float64(1+i))
			p.Curve(plots.Series{Label: fmt.Sprintf("depth %d", 10*k+2), X: plots.Count(16), Y: mean,
				StdErr: stdErr, Style: style})
		}
		p.Level(0, 0, 15, plots.Thin(plots.Faint))
		panels = append(panels, p)
	}
	g.Row(panels...)
	g.ShareRows()
	figure, err := g.Figure("grid", "Made-up autocorrelations against the lag.")
	if err != nil {
		log.Fatal(err)
	}
	show(figure)
	fmt.Println(figure.Alt())
	// Output:
	// as in testdata/grid.png
	// Made-up autocorrelations against the lag. Panels: (a) feedforward; (b) resnet. Legend: depth 2; depth 12; depth 22.
}

// A panel keeps its first error, and the figure reports it.
func ExamplePanel_Fail() {
	p := plots.Lines([]int{1, 2, 3}, plots.Series{Label: "short", Y: []float64{1, 2}},
		plots.Series{Label: "shorter", Y: []float64{1}})
	_, err := p.Named("two-nets").PNG()
	fmt.Println(err)
	// Output:
	// two-nets can't be drawn: it has 3 x for 2 values of the series "short": give equally many, and at least one
}
