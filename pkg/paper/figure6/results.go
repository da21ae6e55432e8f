package figure6

import (
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// Names of the experiments, one a budget, and of their files, and titles that say what they show.
const (
	Name           = "figure-6"
	Title          = "Figure 6, accuracy of trained convolutional nets against depth"
	TenEpochsName  = "figure-6-ten-epochs"
	TenEpochsTitle = "Figure 6 after ten epochs, accuracy of trained convolutional nets against depth"
)

// atTenEpochs tells whether the figure is that of [TenEpochs].
func (r *Result) atTenEpochs() bool {
	config := TenEpochs()
	return r.Config.Budget.SameTraining(config.Budget) && r.Config.Schedule == config.Schedule
}

// name names the experiment of the budget.
func (r *Result) name() string {
	if r.atTenEpochs() {
		return TenEpochsName
	}
	return Name
}

// Seed returns the first seed: the others follow, and the points name them.
func (r *Result) Seed() uint64 { return 1 }

// Results returns what the budget's file of results holds, less the provenance, which says who drew the
// figure. Where its runs come from is in the config.
func (r *Result) Results() (*results.Figure, error) {
	title := Title
	if r.atTenEpochs() {
		title = TenEpochsTitle
	}
	return &results.Figure{
		Figure: r.name(), Title: title,
		Config: struct {
			Config
			Origin RunsOrigin `json:"origin"`
		}{r.Config, r.Origin},
		Claims: r.Claims(),
		Series: r.Points,
		Tests:  r.Curves,
		Table:  r.Table(),
	}, nil
}

// Table returns the points with what is not in the picture: learning rates, and the gap to the resnet of the
// same depth.
func (r *Result) Table() *results.Table {
	table := &results.Table{
		Caption: fmt.Sprintf("%d runs, %s. Means over seeds with 95 %% intervals by Student's t "+
			"distribution, "+
			"which a single seed does not have; nets are compared in the seeds that both have. The learning "+
			"rate "+
			"is the one of those tried that has the lowest training loss at the end; test images had no say.",
			r.Origin.Runs, r.Config.Budget),
		Header: []string{"Net", "Layers", "Seeds", "Learning rate (of)", "Test accuracy, %",
			"less the resnet's",
			"Training loss", "Diverged"},
	}
	for i := range r.Points {
		p := &r.Points[i]
		table.Rows = append(table.Rows, []string{
			p.Title, fmt.Sprint(p.Depth), fmt.Sprint(len(p.Seeds)), p.rates(),
			formatInterval(p.Accuracy, "%.1f", 100), r.gap(p), formatInterval(p.TrainLoss, "%.2f", 1),
			fmt.Sprint(p.Diverged),
		})
	}
	return table
}

// rates names the learning rate, and those that were tried where there were several.
func (p *Point) rates() string {
	if len(p.RatesTried) == 1 {
		return fmt.Sprintf("%g", p.LearningRate)
	}
	tried := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.RatesTried), " ", ", "), "[]")
	return fmt.Sprintf("%g (%s)", p.LearningRate, tried)
}

// gap is what the accuracy has beyond that of the resnet of the same depth, in percentage points.
func (r *Result) gap(p *Point) string {
	for _, resnet := range r.Select("resnet") {
		if resnet.Depth != p.Depth || resnet.Family == p.Family {
			continue
		}
		if c := compare(p, resnet, less); c.seeds > 0 {
			return formatInterval(c.difference, "%+.1f", 100)
		}
	}
	return "–"
}

// formatInterval formats the mean over seeds, and its interval where it has one, in units of 1/scale.
func formatInterval(e stats.Estimate, layout string, scale float64) string {
	text := fmt.Sprintf(layout, scale*e.Value)
	if e.Draws > 1 {
		text += fmt.Sprintf(" ["+layout+", "+layout+"]", scale*e.Low, scale*e.High)
	}
	return strings.ReplaceAll(text, "-", "−")
}
