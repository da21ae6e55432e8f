// Package explore is the lab's explorer: sliders and selectors below a cell that redraw, in place and while they move, the gradient of a net
// over the grid of inputs, its autocorrelation and its covariance.
//
//	s := must.M1(lab.Open())
//	defer s.Close()
//	must.M(explore.Run(s, explore.Defaults()))
//
// [Show] shows one net in the same way, without controls. [Train] shows how nets learn, in curves that grow while they do.
//
// The cell runs, and its compiled steps stay warm, until Done or the stop button is pressed; until then other cells wait. Where no page can
// answer, as in a notebook that is executed without a browser, [Run] draws the picture of its config and returns.
//
// Its parts: [Look] computes what there is to see of a net, settings.go says what the controls can be set to, page.go and page.html
// are the controls in the notebook, loop.go decides what to compute when settings arrive faster than pictures, and warm.go compiles ahead.
package explore

import (
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
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// Config says where the explorer starts and what its sliders offer. A Net that is left out, Draws of 0 and empty lists stand for those of
// [Defaults].
type Config struct {
	// Net is the net to start from. Its activation, initialiser and what else has no control stay as they are. A normalisation of one's own is
	// offered beside the registered ones.
	Net models.Config

	// Draws is the number of draws of the weights to start with, and Seed determines them.
	Draws int
	Seed  uint64

	// Depths, Widths, Betas and DrawCounts are the values on the sliders, from left to right. The one to start from is added where it is
	// missing.
	Depths, Widths []int
	Betas          []float64
	DrawCounts     []int
}

// Defaults returns the config of a 50-layer resnet with batch normalisation and beta = 0.1, the net of Figure 1(c), and one draw. The sliders go
// over depths from 1 to 100, widths from 10 to 400, betas from 0.01 to 2 and 1 to 50 draws.
func Defaults() Config {
	c := Config{
		Net:        models.Config{Net: "residual", Depth: 50, Width: models.PaperWidth, Norm: norms.Batch, Statistics: norms.Frozen, Beta: 0.1},
		Draws:      1,
		Seed:       1,
		Widths:     []int{10, 20, 50, 100, 150, 200, 300, 400},
		Betas:      []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2},
		DrawCounts: []int{1, 2, 5, 10, 20, 50},
	}
	for depth := range 100 {
		c.Depths = append(c.Depths, depth+1)
	}
	return c
}

// withDefaults fills in zero values and puts the values to start from on the sliders.
func (c Config) withDefaults() Config {
	d := Defaults()
	if reflect.ValueOf(c.Net).IsZero() {
		c.Net = d.Net
	}
	if c.Net.Width == 0 {
		c.Net.Width = d.Net.Width
	}
	if c.Net.Norm == nil {
		c.Net.Norm = norms.None
	}
	if c.Net.Statistics == "" {
		c.Net.Statistics = d.Net.Statistics
	}
	if c.Draws == 0 {
		c.Draws = d.Draws
	}
	c.Depths = onSlider(c.Net.Depth, c.Depths, d.Depths)
	c.Widths = onSlider(c.Net.Width, c.Widths, d.Widths)
	c.Betas = onSlider(c.Net.Beta, c.Betas, d.Betas)
	c.DrawCounts = onSlider(c.Draws, c.DrawCounts, d.DrawCounts)
	return c
}

// onSlider returns the values of a slider, in order, with the one to start from among them; without values those of the defaults. A value to start from
// that is not above 0 is none: there is nothing to set, or it is wrong and whoever computes with it says so.
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

// patience is how long Run waits for the page to answer. A page in a browser does so within a second, on a busy machine within some.
const patience = 10 * time.Second

// Run shows the explorer below the running cell and returns when Done or the stop button was pressed. Settings that make no net are no
// error: a sentence stands in place of the picture until they are changed.
//
// Where no page can answer it draws the picture of the config and returns; then what is wrong with the config is an error.
func Run(s *lab.Session, config Config) error {
	config = config.withDefaults()
	if !canAnswer() {
		return still(s, config)
	}
	return interact(s, &oven{engine: s.Engine, config: config}, config.controls())
}

// canAnswer says whether there may be a page that answers.
func canAnswer() bool { return os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV) != "" }

// interact shows controls and what they ask for, until Done or the stop button is pressed.
func interact[C comparable](s *lab.Session, subject subject[C], c controls) error {
	n := newNotebook()
	if err := n.controls(c); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.Context)
	defer cancel()
	x := &explorer[C]{subject: subject, page: n, computed: s.ClearProgress}
	err := x.follow(s.Context, listen[C](ctx, n), patience)
	switch {
	case errors.Is(err, errDone), errors.Is(err, context.Canceled):
		n.end("The explorer has ended. Run the cell again to have its controls back.")
	case errors.Is(err, errUnanswered):
		n.end("No page answered, so there are no controls. Run the cell in JupyterLab to have them.")
	}
	if x.last == nil {
		gonbui.Sync()
		return nil
	}
	return n.keep(x.last)
}

// still draws the picture of the config once.
func still(s *lab.Session, config Config) error {
	probe, err := config.probe(config.start())
	if err != nil {
		return err
	}
	return Show(s, probe)
}

// Show shows a net as the explorer does, without controls: the picture of its gradient, autocorrelation and covariance, and their numbers. Outside
// of a notebook it prints the numbers.
func Show(s *lab.Session, config gradients.Config) error {
	seen, err := Look(s.Context, s.Engine, config)
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
