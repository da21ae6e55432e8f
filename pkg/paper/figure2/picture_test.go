package figure2_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/plottest"
	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
)

func ExampleDraw() {
	b, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	config := figure2.Quick()
	for i := range config.Nets {
		config.Nets[i].Width = 8 // smaller still, to be quick
	}
	config.Depths, config.Inputs, config.Draws = []int{2, 4}, 32, 2
	result, err := figure2.Run(context.Background(), engine.New(b), config)
	if err != nil {
		log.Fatal(err)
	}
	figure, err := figure2.Draw(result)
	if err != nil {
		log.Fatal(err)
	}
	png, err := figure.PNG()
	if err != nil {
		log.Fatal(err)
	}
	width, _ := figure.Size()
	fmt.Printf("%s: %.0f points wide, a %s", figure.Name(), width, png[1:4])
	// Output: figure-2: 720 points wide, a PNG
}

// madeUp makes up a figure: autocorrelations fall geometrically, faster with depth.
func madeUp() *figure2.Result {
	result := &figure2.Result{Config: figure2.Config{
		Nets: []models.Config{
			{Net: "feedforward", Norm: norms.Center}, {Net: "residual", Norm: norms.Batch, Beta: 1},
			{Net: "residual", Norm: norms.Batch, Beta: 0.1},
		},
		Depths: []int{2, 4, 10, 24, 50},
		Inputs: 48,
	}}
	add := func(s paper.Series, memory float64) {
		for lag := range 16 {
			mean := math.Pow(memory, float64(lag))
			spread := 0.3 * (1 - math.Pow(0.8, float64(lag)))
			s.Lags = append(s.Lags, lag)
			s.Mean = append(s.Mean, mean)
			s.StdErr = append(s.StdErr, spread/5)
			s.Lower = append(s.Lower, mean-spread)
			s.Upper = append(s.Upper, mean+spread/2)
		}
		result.Series = append(result.Series, s)
	}
	for i, statistics := range paper.AllStatistics {
		for _, net := range result.Config.Nets {
			for _, depth := range result.Config.Depths {
				s := paper.Series{Net: net.Net, Depth: depth, Beta: paper.BetaOf(net), Statistics: statistics}
				forget := 0.02 * float64(depth)
				if s.Beta != nil {
					forget *= 0.3 * math.Sqrt(net.Beta)
				}
				if statistics == norms.Frozen {
					for lag := range 16 {
						s.Theory = append(s.Theory, math.Pow(max(0, 1-1.1*forget), float64(lag)))
					}
				}
				add(s, max(0, 1-forget*float64(i+1)))
			}
		}
	}
	add(paper.Series{Net: paper.Brown}, 0.97)
	add(paper.Series{Net: paper.White}, 0)
	return result
}

// TestGoldenPicture compares, and makes sure that the tolerance of the comparison lets no change of the data
// pass.
func TestGoldenPicture(t *testing.T) {
	figure, err := figure2.Draw(madeUp())
	want := plottest.Rendered(t, figure, err)
	plottest.Golden(t, "figure-2", want)
	changed := madeUp()
	changed.Series[0].Mean[7] += 0.02
	figure, err = figure2.Draw(changed)
	plottest.CheckDiffers(t, "one autocorrelation by 0.02", plottest.Rendered(t, figure, err), want)
}

func TestTexts(t *testing.T) {
	figure, err := figure2.Draw(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	if figure.Name() != "figure-2" {
		t.Errorf("the figure's name is %q", figure.Name())
	}
	plottest.CheckTexts(t, figure, map[string]int{
		"frozen statistics": 1, "coupled statistics": 1, "autocorrelation": 2, "lag": 4,
		"(a) feedforward": 1, "(b) resnet, β = 1": 1, "(c) resnet, β = 0.1": 1, "(d) noise": 1,
		"depth 2": 1, "depth 4": 1, "depth 10": 1, "depth 24": 1, "depth 50": 1, "brown noise": 1,
		"white noise": 1,
	})
	const want = "Figure 2: autocorrelation of the gradients of nets over 48 inputs, and of noise, against " +
		"the lag, a curve for each depth. Panels: (a) feedforward; (b) resnet, β = 1; (c) resnet, β = 0.1; " +
		"(d) noise. Rows: frozen statistics; coupled statistics. Legend: depth 2; depth 4; depth 10; " +
		"depth 24; depth 50; brown noise; white noise; "
	if got := figure.Alt(); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOwnNetsHaveTheirOwnTitles changes nets of the paper's figure into ones of a user's, as notebooks invite
// to.
func TestOwnNetsHaveTheirOwnTitles(t *testing.T) {
	own := madeUp()
	own.Config.Nets[0].Norm = norms.Batch
	for i := range own.Series {
		if own.Series[i].Net == "feedforward" {
			own.Series[i].Also = "batch norm"
		}
	}
	figure, err := figure2.Draw(own)
	if err != nil {
		t.Fatal(err)
	}
	plottest.CheckTexts(t, figure, map[string]int{"(a) feedforward, batch norm": 1})
}

func TestPicturesOfBrokenResults(t *testing.T) {
	_, err := figure2.Draw(nil)
	plottest.CheckSentence(t, "nil", err, "nothing to draw in figure-2")
	for phrase, spoil := range map[string]func(*figure2.Result){
		"nothing to draw in figure-2": func(r *figure2.Result) { r.Config.Nets = nil },
		"has 0 inputs":                func(r *figure2.Result) { r.Config.Inputs = 0 },
		`panel "(a) feedforward" has no curve of feedforward with frozen statistics`: func(r *figure2.Result) {
			r.Series = nil
		},
		"no curve of feedforward with coupled statistics": func(r *figure2.Result) {
			r.Series = append(r.Series[:15:15], r.Series[30:]...)
		},
		"0 curves of white noise": func(r *figure2.Result) { r.Series = r.Series[:31] },
		"two curves of depth 2":   func(r *figure2.Result) { r.Series[1].Depth = 2 },
		`16 x for 3 values of the series "depth 2"`: func(r *figure2.Result) {
			r.Series[5].Mean = r.Series[5].Mean[:3]
		},
		`panel "(b) resnet, β = 1" can't draw the series "depth 10": value 4 is NaN`: func(r *figure2.Result) {
			r.Series[7].StdErr[4] = math.NaN()
		},
	} {
		result := madeUp()
		spoil(result)
		_, err := figure2.Draw(result)
		plottest.CheckSentence(t, phrase, err, phrase)
	}
}
