// Package explore is the lab's explorer: sliders, selectors and fields below a cell that redraw, in place and
// while they move, the gradient of a net over the grid of inputs, its autocorrelation and its covariance.
//
//	s := must.M1(lab.Open())
//	defer s.Close()
//	must.M(explore.Run(s, explore.Defaults()))
//
// The picture of one draw of the weights is there at once and becomes finer as more are drawn. A picture can
// be pinned, to compare another net with it; any picture has a name that brings it back (Config.State), and a
// cell that makes it. [Show] shows one net in the same way, without controls. [Train] shows how nets learn,
// in curves that grow while they do.
//
// The cell runs, and its compiled steps stay warm, until Done or the stop button is pressed; until then other
// cells wait. Where no page can answer, as in a notebook that is executed without a browser, [Run] draws the
// picture of its config and returns.
//
// Its parts: [Look] and watch.go compute what there is to see of a net, picture.go draws it, and theory.go
// adds the curve of an infinitely wide net. state.go says what the controls can be set to, controls.go which
// there are, page.go, page.html and page.js are the controls in the notebook, loop.go decides what to compute
// when settings arrive faster than pictures, warm.go compiles ahead, and code.go writes the cell that makes a
// picture.
package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// Config says where the explorer starts and what its sliders offer. A Net that is left out, numbers of 0 and
// empty lists stand for those of [Defaults].
type Config struct {
	// Net is the net to start from. What of it has no control stays as it is. A normalisation, activation or
	// initialiser of one's own is offered beside the registered ones.
	Net models.Config

	// Draws is the number of draws of the weights to start with, and Seed determines them.
	Draws int
	Seed  uint64

	// Inputs is the number of points of the grid to start with, and Low and High are its ends; both 0 means
	// [-2, 2].
	Inputs    int
	Low, High float64

	// Theory starts with the curve of an infinitely wide net beside the measured one.
	Theory bool

	// State is the name of a picture, which the explorer gives, to start from instead.
	State string

	// Depths, Widths, Alphas, Betas, Gamma2s, DrawCounts and InputCounts are the values on the sliders, from
	// left to right. The one to start from is added where it is missing.
	Depths, Widths         []int
	Alphas, Betas, Gamma2s []float64
	DrawCounts             []int
	InputCounts            []int

	// pinned is the net to start beside, nil for none.
	pinned *gradients.Config
}

// Defaults returns the config of a 50-layer resnet with batch normalisation and beta = 0.1, the net of Figure
// 1(c), and one draw. The sliders go over depths from 1 to 100, widths from 10 to 400, betas from 0.01 to 2,
// 1 to 50 draws and 32 to 1024 inputs.
func Defaults() Config {
	c := Config{
		Net: models.Config{Net: "residual", Depth: 50, Width: models.PaperWidth, Norm: norms.Batch,
			Statistics: norms.Frozen, Beta: 0.1},
		Draws:       1,
		Seed:        1,
		Inputs:      data.GridPoints,
		Low:         data.GridLow,
		High:        data.GridHigh,
		Widths:      []int{10, 20, 50, 100, 150, 200, 300, 400},
		Alphas:      []float64{0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2},
		Betas:       []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2},
		Gamma2s:     []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1},
		DrawCounts:  []int{1, 2, 5, 10, 20, 50},
		InputCounts: []int{32, 64, 128, 256, 512, 1024},
	}
	for depth := range 100 {
		c.Depths = append(c.Depths, depth+1)
	}
	return c
}

// withDefaults fills in zero values, takes over the state to start from, and puts the values to start from on
// the sliders.
func (c Config) withDefaults() (Config, error) {
	d := Defaults()
	if reflect.ValueOf(c.Net).IsZero() {
		c.Net = d.Net
	}
	c.Net.Width = cmp.Or(c.Net.Width, d.Net.Width)
	c.Net.Norm = cmp.Or(c.Net.Norm, norms.None)
	c.Net.Statistics = cmp.Or(c.Net.Statistics, d.Net.Statistics)
	c.Net.Activation = cmp.Or(c.Net.Activation, activations.ReLU)
	c.Net.Initializer = cmp.Or(c.Net.Initializer, initializers.He)
	c.Draws, c.Inputs = cmp.Or(c.Draws, d.Draws), cmp.Or(c.Inputs, d.Inputs)
	if c.Low == 0 && c.High == 0 {
		c.Low, c.High = d.Low, d.High
	}
	if takes(c.Net.Net, "alpha") {
		c.Net.Alpha = cmp.Or(c.Net.Alpha, 1)
	}
	if c.State != "" {
		w, err := c.read(c.State)
		if err != nil {
			return c, err
		}
		p := w.config
		c.Net, c.Draws, c.Seed, c.Inputs, c.Low, c.High = p.Net, p.Draws, p.Seed, p.Inputs, p.Low, p.High
		c.Theory, c.pinned = w.theory, w.pinned
	}
	c.Depths = onSlider(c.Net.Depth, c.Depths, d.Depths)
	c.Widths = onSlider(c.Net.Width, c.Widths, d.Widths)
	c.Alphas = onSlider(c.Net.Alpha, c.Alphas, d.Alphas)
	c.Betas = onSlider(c.Net.Beta, c.Betas, d.Betas)
	c.Gamma2s = onSlider(c.Net.Gamma2, c.Gamma2s, d.Gamma2s)
	c.DrawCounts = onSlider(c.Draws, c.DrawCounts, d.DrawCounts)
	c.InputCounts = onSlider(c.Inputs, c.InputCounts, d.InputCounts)
	return c, nil
}

// start returns what the config starts from.
func (c Config) start() wish {
	return wish{
		config: gradients.Config{Net: c.Net, Inputs: c.Inputs, Low: c.Low, High: c.High, Draws: c.Draws,
			Seed: c.Seed},
		theory: c.Theory, pinned: c.pinned,
	}
}

// onSlider returns the values of a slider, in order, with the one to start from among them; without values
// those of the defaults. A value to start from that is not above 0 is none: there is nothing to set, or it is
// wrong and whoever computes with it says so.
func onSlider[T int | float64](start T, values, defaults []T) []T {
	if len(values) == 0 {
		values = defaults
	}
	values = slices.Clone(values)
	if start > 0 {
		values = append(values, start)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// patience is how long Run waits for the page to answer. A page in a browser does so within a second, on a
// busy machine within some.
const patience = 10 * time.Second

// Run shows the explorer below the running cell and returns when Done or the stop button was pressed.
// Settings that make no net are no error: the picture stays until they are changed, and a sentence beside the
// controls says what is wrong.
//
// Where no page can answer it draws the picture of the config and returns; then what is wrong with the config
// is an error.
func Run(s *lab.Session, config Config) error {
	config, err := config.withDefaults()
	if err != nil {
		return err
	}
	if canAnswer() {
		return interact(s, newOven(s.Engine, config), config.controls())
	}
	w := config.start()
	return Show(s, w.config, func(all *wish) { *all = w })
}

// canAnswer says whether there may be a page that answers.
func canAnswer() bool { return os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV) != "" }

// interact shows controls and what they ask for, until Done or the stop button is pressed.
func interact(s *lab.Session, subject subject, c controls) error {
	n := newNotebook()
	if err := n.controls(c); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.Context)
	defer cancel()
	x := &explorer{subject: subject, page: n}
	err := x.follow(s.Context, listen(ctx, n), patience)
	switch {
	case errors.Is(err, errDone), errors.Is(err, context.Canceled):
		text := []string{"The explorer has ended. Run the cell again to have its controls back."}
		if c.Tools && x.last != nil {
			text = append(text, fmt.Sprintf("explore.Config{State: %q} starts from this picture.", x.state))
		}
		n.end(text...)
	case errors.Is(err, errUnanswered):
		n.end("No page answered, so there are no controls. Run the cell in JupyterLab to have them.")
	}
	if x.last == nil {
		gonbui.Sync()
		return nil
	}
	return n.keep(x.last)
}

// Option is something to show besides the net of [Show].
type Option func(*wish)

// WithTheory adds the expected autocorrelation of an infinitely wide net (package meanfield). Where the
// theory does not cover the net, a sentence says so.
func WithTheory(w *wish) { w.theory = true }

// Beside puts the picture of another net above, to compare with, as if it were pinned.
func Beside(pinned gradients.Config) Option { return func(w *wish) { w.pinned = &pinned } }

// Show shows a net as the explorer does, without controls: the picture of its gradient, autocorrelation and
// covariance, and their numbers. Outside of a notebook it prints the numbers.
func Show(s *lab.Session, config gradients.Config, options ...Option) error {
	w := wish{config: config}
	for _, option := range options {
		option(&w)
	}
	seer := &seer{engine: s.Engine}
	seen, err := seer.look(s.Context, w, nil)
	s.ClearProgress()
	if err != nil {
		return err
	}
	return show(seen)
}

// show shows a view without controls; outside of a notebook it prints what it is.
func show(seen view) error {
	if !gonbui.IsNotebook {
		fmt.Println(strings.Join(seen.lines(), "\n"))
		return nil
	}
	return newNotebook().keep(seen)
}
