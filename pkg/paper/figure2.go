package paper

import (
	"context"
	"slices"
	"strconv"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Figure2Config describes Figure 2, the autocorrelation of gradients against depth.
type Figure2Config struct {
	// Nets are the families of nets, one a panel; their Depth and Statistics are filled in.
	Nets []models.Config `json:"nets"`

	// Depths are the depths L of the curves of a panel.
	Depths []int `json:"depths"`

	// Inputs is M, the number of points of the grid on [-2, 2].
	Inputs int `json:"inputs"`

	// Draws is the number of draws of the weights that a curve averages. Nets of different depths have draws of their own;
	// nets of one depth share theirs.
	Draws int `json:"draws"`

	// WhitenessDraws is the number of further draws on which the deep feedforward nets are tested for whiteness: a share of
	// 20 draws is too coarse to tell one rejection in 20 from one in 10.
	WhitenessDraws int `json:"whiteness_draws"`

	// Seed determines all weights and noises.
	Seed uint64 `json:"seed"`
}

// Figure2Paper returns the config at the paper's size: 20 draws of nets of 200 units a layer on 256 inputs; feedforward
// nets with mean-centring, residual nets with batch normalisation and beta = 1 and 0.1.
func Figure2Paper() Figure2Config {
	return Figure2Config{
		Nets:   []models.Config{centredFeedforward, batchResidual(1), batchResidual(0.1)},
		Depths: []int{2, 4, 10, 24, 50},
		Inputs: data.GridPoints,
		Draws:  20, WhitenessDraws: 200,
		Seed: 1,
	}
}

// Figure2Quick returns a config of the same shape that takes seconds on any backend.
func Figure2Quick() Figure2Config {
	c := Figure2Paper()
	c.Nets = narrower(c.Nets, 32)
	c.Depths, c.Inputs, c.Draws, c.WhitenessDraws = []int{2, 4, 24, 50}, 128, 4, 4
	return c
}

// centredFeedforward is the family of feedforward nets in Figures 1 and 2: with mean-centring.
var centredFeedforward = models.Config{Net: "feedforward", Norm: norms.Center, Width: models.PaperWidth}

// batchResidual is the family of residual nets in Figures 1 and 2: with batch normalisation, for a beta.
func batchResidual(beta float64) models.Config {
	return resnet(norms.Batch, beta)
}

// narrower returns copies of the nets with another width.
func narrower(nets []models.Config, width int) []models.Config {
	copies := append([]models.Config(nil), nets...)
	for i := range copies {
		copies[i].Width = width
	}
	return copies
}

// Figure2Result holds the curves of Figure 2.
type Figure2Result struct {
	Config Figure2Config

	// Series holds a curve for every kind of statistics, net and depth, in that order of nesting, and then brown and white
	// noise.
	Series []Series

	// Whiteness holds the tests of the deep feedforward nets, for every kind of statistics and depth.
	Whiteness []Whiteness
}

// Whiteness is the test of whether the gradients of a deep feedforward net are white noise.
type Whiteness struct {
	Net        string           `json:"net"`
	Depth      int              `json:"depth"`
	Statistics norms.Statistics `json:"statistics"`
	gradients.Whiteness
}

// Figure2 computes Figure 2.
func Figure2(ctx context.Context, e *engine.Engine, config Figure2Config) (*Figure2Result, error) {
	result := &Figure2Result{Config: config}
	if err := config.check(); err != nil {
		return nil, err
	}
	ctx = progress.Start(ctx, "Figure 2", config.steps())
	for _, statistics := range AllStatistics {
		for _, net := range config.Nets {
			for _, depth := range config.Depths {
				run := config.gradients(net, depth, statistics)
				kept, err := part(ctx, "autocorrelation of each draw", net, run, run.Draws, func() (keptSeries, error) {
					ensemble, err := netEnsemble(ctx, e, run)
					return keep(ensemble.Series), err
				})
				if err != nil {
					return nil, err
				}
				result.Series = append(result.Series, kept.series())
			}
		}
		for _, depth := range config.whiteDepths() {
			run := config.whiteness(depth, statistics)
			test, err := part(ctx, "whiteness", run.Net, run, run.Draws, func() (Whiteness, error) { return testWhiteness(ctx, e, run) })
			if err != nil {
				return nil, err
			}
			result.Whiteness = append(result.Whiteness, test)
		}
	}
	x, err := data.Grid(config.Inputs, data.GridLow, data.GridHigh)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{Brown, White} {
		ensemble, err := noiseEnsemble(ctx, name, x, config.Draws, config.Seed)
		if err != nil {
			return nil, err
		}
		result.Series = append(result.Series, ensemble.Series)
	}
	return result, nil
}

// check checks all runs before the first one takes its time.
func (c Figure2Config) check() error {
	for _, depth := range c.Depths {
		for _, net := range c.Nets {
			if err := checkRun(c.gradients(net, depth, norms.Frozen)); err != nil {
				return err
			}
		}
	}
	if len(c.whiteDepths()) == 0 || len(c.Nets) == 0 {
		return nil
	}
	return checkRun(c.whiteness(c.whiteDepths()[0], norms.Frozen))
}

// steps returns the number of draws of nets and noise.
func (c Figure2Config) steps() int {
	perStatistics := c.Draws*len(c.Nets)*len(c.Depths) + c.WhitenessDraws*len(c.whiteDepths())
	return len(AllStatistics)*perStatistics + 2*c.Draws
}

// drawsApart is the distance between the numbers of the first draws of two depths, so that they share none.
const drawsApart = 1 << 20

// gradients returns the config of the gradients behind a curve.
func (c Figure2Config) gradients(net models.Config, depth int, statistics norms.Statistics) gradients.Config {
	net.Depth, net.Statistics = depth, statistics
	return gradients.Config{Net: net, Inputs: c.Inputs, Draws: c.Draws, First: uint64(depth) * drawsApart, Seed: c.Seed}
}

// whiteDepths returns the depths from which the gradients of feedforward nets can't be told from white noise.
func (c Figure2Config) whiteDepths() []int {
	return slices.DeleteFunc(slices.Clone(c.Depths), func(depth int) bool { return depth < whiteFrom })
}

// whiteness returns the config of the gradients on which the feedforward net of the given depth is tested: draws that no curve uses.
func (c Figure2Config) whiteness(depth int, statistics norms.Statistics) gradients.Config {
	config := c.gradients(centredFeedforward, depth, statistics)
	config.Net.Width = c.Nets[0].Width
	config.First += uint64(c.Draws)
	config.Draws = c.WhitenessDraws
	return config
}

// testWhiteness tests the gradients that the config asks for.
func testWhiteness(ctx context.Context, e *engine.Engine, config gradients.Config) (Whiteness, error) {
	test := Whiteness{Net: config.Net.Net, Depth: config.Net.Depth, Statistics: config.Net.Statistics}
	result, err := gradients.Run(ctx, e, config)
	if err != nil {
		return test, err
	}
	tested, err := gradients.TestWhiteness(result.Gradients, config.Seed)
	if err != nil {
		return test, err
	}
	test.Whiteness = *tested
	return test, nil
}

// Select returns the curves of one panel, in order of depth. For noise beta is 0 and statistics empty.
func (r *Figure2Result) Select(net string, beta float64, statistics norms.Statistics) []Series {
	var selected []Series
	for _, s := range r.Series {
		if s.Net == net && s.Statistics == statistics && isBeta(s.Beta, beta) {
			selected = append(selected, s)
		}
	}
	return selected
}

// Panel returns the curves of one panel, those of a net of the config, in order of depth, and what the net is called by.
func (r *Figure2Result) Panel(net models.Config, statistics norms.Statistics) (models.Name, []Series) {
	name := seriesName(net)
	return name, slices.DeleteFunc(r.Select(net.Net, net.Beta, statistics), func(s Series) bool { return s.Also != name.Also })
}

// Table returns the whiteness tests for reading.
func (r *Figure2Result) Table() *results.Table {
	table := &results.Table{
		Caption: "Share of the draws of feedforward nets on which a Ljung–Box test at 5 % rejects white noise, with 95 % intervals.",
		Header:  []string{"Layers", "Statistics", "Gradients as they are", "Only their signs", "In random order", "Correlation of neighbours' squares"},
	}
	for _, w := range r.Whiteness {
		table.Rows = append(table.Rows, []string{strconv.Itoa(w.Depth), string(w.Statistics), w.Rejected.String(), w.RejectedSigns.String(),
			w.RejectedShuffled.String(), w.SizeCorrelation.String()})
	}
	return table
}
