// Package experiments lists the paper's experiments. A new one is a folder beside this one, a line in [All],
// and a notebook's cell.
//
// From the list come the order of the page of results and of the notebooks' figures, the commands that name
// an experiment, the description of the files of results, and the tests that interrupt each experiment and
// resume it.
package experiments

//go:generate go -C ../../.. run ./cmd/resultsdoc

import (
	"context"
	"fmt"
	"strings"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/paper/atlastraining"
	"github.com/shattered-gradients/shattered/pkg/paper/closedforms"
	"github.com/shattered-gradients/shattered/pkg/paper/coupled"
	"github.com/shattered-gradients/shattered/pkg/paper/dial"
	"github.com/shattered-gradients/shattered/pkg/paper/donsker"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
	"github.com/shattered-gradients/shattered/pkg/paper/figure1"
	"github.com/shattered-gradients/shattered/pkg/paper/figure2"
	"github.com/shattered-gradients/shattered/pkg/paper/figure3"
	"github.com/shattered-gradients/shattered/pkg/paper/figure4"
	"github.com/shattered-gradients/shattered/pkg/paper/figure5"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/paper/finitewidth"
	"github.com/shattered-gradients/shattered/pkg/paper/lasting"
	"github.com/shattered-gradients/shattered/pkg/paper/law"
	"github.com/shattered-gradients/shattered/pkg/paper/normalization"
	"github.com/shattered-gradients/shattered/pkg/paper/realnets"
	"github.com/shattered-gradients/shattered/pkg/paper/rejections"
	"github.com/shattered-gradients/shattered/pkg/paper/resolution"
	"github.com/shattered-gradients/shattered/pkg/paper/theorems"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Result is what an experiment comes to: what lab.Session saves.
type Result interface {
	Results() (*results.Figure, error)
	Seed() uint64
}

// Experiment is an experiment of the paper.
type Experiment struct {
	// Name names it and its results, such as "figure-5", and Title is the title of these.
	Name, Title string

	// Shows says in a sentence what it shows, and Cost what it takes at the paper's size on two processors.
	Shows, Cost string

	// Notebook is the notebook that runs it, less its ending, and Figures are the pictures that it draws.
	Notebook string
	Figures  []string

	// Series and Tests are empty values of the types of what its file of results holds; Tests is nil where it
	// holds none. From these types and their comments go generate, here, makes docs/results.schema.json and
	// the tables of docs/results.md.
	Series, Tests any

	// Run runs it at a size, results.Quick or another.
	Run func(ctx context.Context, e *engine.Engine, size string) (Result, error)

	// Kept is the file, from the project's folder, of its parts that are kept with the code; empty where all
	// is computed in every run.
	Kept string
}

// All lists the experiments, in the order of the notebooks.
var All = []Experiment{
	{
		Name: figure1.Name, Title: figure1.Title,
		Series: []paper.Column(nil),
		Shows: "Gradients of deep feedforward nets look like white noise, those of shallow ones like brown " +
			"noise", Cost: "4 s",
		Notebook: "01_gradients", Figures: []string{"figure-1", "figure-1-coupled"},
		Run: onGrid(figure1.Run, figure1.Paper, figure1.Quick),
	}, {
		Name: figure2.Name, Title: figure2.Title,
		Series: []paper.Series(nil), Tests: []figure2.Whiteness(nil),
		Shows:    "The autocorrelation of gradients falls with depth, less in resnets, least with a small β",
		Cost:     "31 s, or 3 s with the parts kept with the code",
		Notebook: "01_gradients", Figures: []string{"figure-2"},
		Run:  onGrid(figure2.Run, figure2.Paper, figure2.Quick),
		Kept: "pkg/paper/figure2/parts.jsonl.gz",
	}, {
		Name: figure3.Name, Title: figure3.Title,
		Series: []figure3.Series(nil),
		Shows: "With batch normalisation a unit is on for half of the inputs and for a quarter of their " +
			"pairs", Cost: "half a minute, or 3 s with the parts kept with the code",
		Notebook: "02_activations", Figures: []string{"figure-3"},
		Run:  onGrid(figure3.Run, figure3.Paper, figure3.Quick),
		Kept: "pkg/paper/figure3/parts.jsonl.gz",
	}, {
		Name: figure4.Name, Title: figure4.Title,
		Series: []figure4.Pattern(nil),
		Shows:  "Which inputs the units of deep nets are on for", Cost: "11 s",
		Notebook: "02_activations", Figures: []string{"figure-4", "figure-4-resnets",
			"figure-4-resnets-bn"},
		Run: onGrid(figure4.Run, figure4.Paper, figure4.Quick),
	}, {
		Name: normalization.Name, Title: normalization.Title,
		Series:   []normalization.Row(nil),
		Shows:    "What normalisation and β each contribute",
		Cost:     "25 s, or 3 s with the parts kept with the code",
		Notebook: "02_activations",
		Run:      onGrid(normalization.Run, normalization.Paper, normalization.Quick),
		Kept:     "pkg/paper/normalization/parts.jsonl.gz",
	}, {
		Name: theorems.Name, Title: theorems.Title,
		Series: []theorems.Series(nil),
		Shows:  "The theorems hold where their assumptions are exact", Cost: "7 s",
		Notebook: "03_theory", Figures: []string{"theorems"},
		Run: onGrid(theorems.Run, theorems.Paper, theorems.Quick),
	}, {
		Name: realnets.Name, Title: realnets.Title,
		Series:   []realnets.Series(nil),
		Shows:    "Real nets lose their correlation at other rates than the theorems say",
		Cost:     "1 minute, or 5 s with the parts kept with the code",
		Notebook: "03_theory", Figures: []string{"real-nets", "real-nets-rates"},
		Run:  onGrid(realnets.Run, realnets.Paper, realnets.Quick),
		Kept: "pkg/paper/realnets/parts.jsonl.gz",
	}, {
		Name: donsker.Name, Title: donsker.Title,
		Series: []donsker.Series(nil), Tests: (*donsker.Fit)(nil),
		Shows:    "The gradient of a one-layer net is a Brownian motion in the limit of infinite width",
		Cost:     "17 s",
		Notebook: "03_theory", Figures: []string{"donsker"},
		Run: onGrid(donsker.Run, donsker.Paper, donsker.Quick),
	}, {
		Name: dial.Name, Title: dial.Title,
		Series:   []dial.Series(nil),
		Shows:    "β turns a resnet's gradients from brown to white",
		Cost:     "1 minute, or 3 s with the parts kept with the code",
		Notebook: "03_theory", Figures: []string{"beta-dial"},
		Run:  onGrid(dial.Run, dial.Paper, dial.Quick),
		Kept: "pkg/paper/dial/parts.jsonl.gz",
	}, {
		Name: finitewidth.Name, Title: finitewidth.Title,
		Series: []law.Series(nil), Tests: []finitewidth.Fit(nil),
		Shows:    "Nets differ from the theory of infinitely wide ones by a constant over their width",
		Cost:     "1 minute, or 6 s with the parts kept with the code",
		Notebook: "04_law", Figures: []string{finitewidth.Name},
		Run:  onGrid(finitewidth.Run, finitewidth.Paper, finitewidth.Quick),
		Kept: "pkg/paper/finitewidth/parts.jsonl.gz",
	}, {
		Name: resolution.Name, Title: resolution.Title,
		Series: []law.Series(nil),
		Shows: "Whether gradients look white is decided by the grid: a finer one shows structure in " +
			"deeper nets",
		Cost:     "2 minutes, or 5 s with the parts kept with the code",
		Notebook: "04_law", Figures: []string{resolution.Name},
		Run:  onGrid(resolution.Run, resolution.Paper, resolution.Quick),
		Kept: "pkg/paper/resolution/parts.jsonl.gz",
	}, {
		Name: rejections.Name, Title: rejections.Title,
		Series: []law.Series(nil),
		Shows:  "The sizes of deep gradients have an envelope, which is what a test of white noise sees",
		Cost:   "8 s", Notebook: "04_law", Figures: []string{rejections.Name},
		Run: onGrid(rejections.Run, rejections.Paper, rejections.Quick),
	}, {
		Name: closedforms.Name, Title: closedforms.Title,
		Series: []law.Series(nil),
		Shows: "Without normalisation gradients shatter like a power of the depth; closed forms that real " +
			"nets obey",
		Cost: "10 s", Notebook: "04_law", Figures: []string{closedforms.Name},
		Run: onGrid(closedforms.Run, closedforms.Paper, closedforms.Quick),
	}, {
		Name: coupled.Name, Title: coupled.Title,
		Series: []law.Series(nil),
		Shows:  "How far a guess at gradients through the batch statistics is off",
		Cost:   "half a minute, or 3 s with the parts kept with the code", Notebook: "04_law",
		Figures: []string{coupled.Name},
		Run:     onGrid(coupled.Run, coupled.Paper, coupled.Quick),
		Kept:    "pkg/paper/coupled/parts.jsonl.gz",
	}, {
		Name: figure5.Name, Title: figure5.Title,
		Series:   []figure5.Series(nil),
		Shows:    "Gradients shatter in convolutional nets on images too",
		Cost:     "an hour, or 25 s with the parts kept with the code",
		Notebook: "05_convnets", Figures: []string{"figure-5", "figure-5-rank"},
		Run:  onImages(figure5.Run, figure5.Paper, figure5.Quick, trainingSet),
		Kept: "pkg/paper/figure5/parts.jsonl.gz",
	}, {
		Name: figure6.Name, Title: figure6.Title,
		Series: []figure6.Point(nil), Tests: []figure6.LearningCurve(nil),
		Shows:    "Which very deep nets can be trained",
		Cost:     "nothing with the runs kept with the code; hours with scripts/train",
		Notebook: "06_looks_linear", Figures: []string{"figure-6", "figure-6-training"},
		Run: trained(figure6.Small, figure6.Of),
	}, {
		Name: figure6.TenEpochsName, Title: figure6.TenEpochsTitle,
		Series: []figure6.Point(nil), Tests: []figure6.LearningCurve(nil),
		Shows:    "Which very deep nets can be trained in ten epochs on all images",
		Cost:     "nothing with the runs kept with the code; hours with scripts/train",
		Notebook: "06_looks_linear",
		Figures:  []string{"figure-6-ten-epochs", "figure-6-ten-epochs-training"},
		Run:      trained(figure6.TenEpochs, figure6.Of),
	}, {
		Name: lasting.Name, Title: lasting.Title,
		Series:   []lasting.Series(nil),
		Shows:    "Whether the structure of gradients lasts through a whole training",
		Cost:     "nothing with the runs kept with the code; hours with scripts/train",
		Notebook: "06_looks_linear", Figures: []string{"lasting-structure"},
		Run: trained(lasting.Paper, lasting.Of),
	}, {
		Name: earlydense.Name, Title: earlydense.Title,
		Series:   []earlydense.Series(nil),
		Shows:    "What becomes of the gradients of dense nets in the first steps of training",
		Cost:     "12 minutes, or 5 s with the parts kept with the code",
		Notebook: "07_early_training", Figures: []string{"early-training"},
		Run:  onGrid(earlydense.Run, earlydense.Paper, earlydense.Quick),
		Kept: "pkg/paper/earlydense/parts.jsonl.gz",
	}, {
		Name: earlyimages.Name, Title: earlyimages.Title,
		Series:   []earlyimages.Series(nil),
		Shows:    "What becomes of the gradients of convolutional nets in the first steps of training",
		Cost:     "20 minutes, or 20 s with the parts kept with the code",
		Notebook: "07_early_training", Figures: []string{"early-training-images"},
		Run:  onImages(earlyimages.Run, earlyimages.Paper, earlyimages.Quick, both),
		Kept: "pkg/paper/earlyimages/parts.jsonl.gz",
	}, {
		Name: atlas.Name, Title: atlas.Title,
		Series: []atlas.Series(nil), Tests: []atlas.Rate(nil),
		Shows:    "How much today's nets shatter, in one order",
		Cost:     "an hour, or a minute with the parts kept with the code",
		Notebook: "11_atlas", Figures: []string{"atlas", "atlas-growth"},
		Run:  onGrid(atlas.Run, atlas.Paper, atlas.Quick),
		Kept: "pkg/paper/atlas/parts.jsonl.gz",
	}, {
		Name: atlastraining.Name, Title: atlastraining.Title,
		Series: []atlastraining.Series(nil), Tests: (*atlastraining.Analysis)(nil),
		Shows:    "Whether nets whose gradients shatter train worse, or those whose gradients explode",
		Cost:     "half an hour, or 10 s with the parts kept with the code",
		Notebook: "11_atlas", Figures: []string{"atlas-training"},
		Run:  onGrid(atlastraining.Run, atlastraining.Paper, atlastraining.Quick),
		Kept: "pkg/paper/atlastraining/parts.jsonl.gz",
	}, {
		Name: atlastraining.ImagesName, Title: atlastraining.ImagesTitle,
		Series: []atlastraining.Series(nil), Tests: (*atlastraining.Analysis)(nil),
		Shows: "Whether convolutional nets whose gradients shatter train worse, or those whose gradients " +
			"explode",
		Cost:     "2 hours, or 30 s with the parts kept with the code",
		Notebook: "11_atlas", Figures: []string{"atlas-training-images"},
		Run:  onImages(atlastraining.RunImages, atlastraining.PaperImages, atlastraining.QuickImages, both),
		Kept: "pkg/paper/atlastraining/images.jsonl.gz",
	},
}

// Names returns the names of All in their order.
func Names() []string {
	var names []string
	for _, e := range All {
		names = append(names, e.Name)
	}
	return names
}

// Get returns the experiment with the name.
func Get(name string) (Experiment, error) {
	for _, e := range All {
		if e.Name == name {
			return e, nil
		}
	}
	return Experiment{}, fmt.Errorf("there is no experiment %q: choose one of %s", name,
		strings.Join(Names(), ", "))
}
