package training

import "fmt"

// Grid describes the runs of a figure: every family at every depth from every seed.
type Grid struct {
	// Families and Depths are the curves and their points.
	Families []string
	Depths   []int

	// Seeds is the number of nets that a point is the mean of: those of the seeds from 1 on.
	Seeds int

	// Width, Budget and Optimizer are those of every run.
	Width     int
	Budget    Budget
	Optimizer Optimizer

	// Shortcuts are those of families with skips, a curve each; none means option A.
	Shortcuts []string

	// Probe is how the nets of the first seed are looked at.
	Probe Probe
}

// PaperGrid returns the runs of Figure 6 at the paper's size, for GPUs: all of CIFAR-10, up to 198 layers,
// ten seeds. How long the paper trained is not known to us; the plateau rule has dropped the learning rate as
// often as it is worth well before 150 epochs.
func PaperGrid() Grid {
	return Grid{Families: PaperFamilies(), Depths: []int{10, 26, 50, 98, 146, 198}, Seeds: 10,
		Budget: Budget{Epochs: 150, Batch: defaultBatch}}
}

// SmallGrid returns the runs of Figure 6 at a size that two cores do in hours: three seeds, on a fifth of the
// images, 300 steps. The runs at 198 layers that belong to it take minutes each, on a core: they are left to
// those who ask for them.
func SmallGrid() Grid {
	return Grid{
		Families: PaperFamilies(), Depths: []int{10, 26, 50}, Seeds: 3,
		Budget: Budget{Images: 10000, Epochs: 3, Batch: defaultBatch, EvalEvery: 25, TestImages: 500},
	}
}

// Check returns an error when the grid has no runs, or so many that nobody can want them all, or when their
// budget or optimiser is out of range.
func (g Grid) Check() error {
	if g.Seeds < 1 {
		return fmt.Errorf("%d seeds: give the number of nets for each family and depth, at least 1", g.Seeds)
	}
	curves := 0
	for _, family := range g.Families {
		curves += len(g.shortcuts(family))
	}
	if runs := float64(g.Seeds) * float64(len(g.Depths)) * float64(curves); runs > mostRuns {
		return fmt.Errorf("%d seeds of %d curves at %d depths would take %.0f runs: give what takes at "+
			"most %d", g.Seeds, curves, len(g.Depths), runs, mostRuns)
	}
	_, err := Config{Budget: g.Budget, Optimizer: g.Optimizer}.withDefaults()
	return err
}

// CheckNets returns an error when one of the grid's nets can't be trained on the data, so that it is said
// once, and before the others have been.
func (g Grid) CheckNets(data Data) error {
	g.Seeds = min(g.Seeds, 1) // all have the same nets
	for _, config := range g.Configs() {
		if _, _, _, err := config.resolve(data); err != nil {
			return err
		}
	}
	return nil
}

// mostRuns bounds the runs of a grid: each takes minutes, and has a folder of its own.
const mostRuns = 100_000

// Configs lists the runs, seed after seed, so that there is a figure of all curves as early as can be, and
// the shallow nets before the deep ones where the depths ascend.
func (g Grid) Configs() []Config {
	var configs []Config
	for seed := range g.Seeds {
		for _, depth := range g.Depths {
			for _, family := range g.Families {
				for _, shortcut := range g.shortcuts(family) {
					c := Config{
						Family: family, Depth: depth, Width: g.Width, Seed: uint64(seed) + 1,
						Budget: g.Budget, Optimizer: g.Optimizer, Shortcut: shortcut,
					}
					if seed == 0 {
						c.Probe = g.Probe
					}
					configs = append(configs, c)
				}
			}
		}
	}
	return configs
}

// shortcuts returns those of a family, one without a name where it has no choice.
func (g Grid) shortcuts(family string) []string {
	if f, err := Families.Get(family); err != nil || !f.HasSkips() || len(g.Shortcuts) == 0 {
		return []string{""}
	}
	return g.Shortcuts
}
