package atlastraining

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/atlas"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// LeakAndGain is the group of the rows in which slope of the leak and gain of the weights are varied apart.
const LeakAndGain = "leak × gain"

// Slopes are the slopes of the leak, which set how fast gradients whiten.
func Slopes() []float64 { return []float64{0, 0.3, 0.6, 0.9} }

// Factors are those by which E g^2 changes a layer, which gains of the weights set.
func Factors() []float64 { return []float64{0.9, 1, 1.1} }

// joinedLater are the rows that the atlas got after the runs. The plan fixed the list of the trainings before
// them, and a row that is chosen when the verdict is known would change what the verdict says.
var joinedLater = []string{"tanh-dks", "softplus-dks"}

// Rows returns the rows of the dense task: those of the atlas that are feedforward nets or resnets, as they
// were when the plan was made, and all pairs of a slope and a factor that are not among these.
func Rows() []atlas.Row {
	var rows []atlas.Row
	for _, row := range atlas.Rows() {
		if slices.Contains(joinedLater, row.Name) {
			continue
		}
		net, err := row.Net(atlas.Paper().Depths[0])
		if err == nil && !net.IsOwn() && (net.Net == "feedforward" || net.Net == "residual") {
			rows = append(rows, row)
		}
	}
	return append(rows, crossed("feedforward", models.Images{}, rows)...)
}

// ImageRows returns the rows of the task on images: convolutional nets of rectifiers, leaky and concatenated
// ones, with batch normalisation and without; resnets of each beta; and all pairs of a slope and a factor.
func ImageRows() []atlas.Row {
	var rows []atlas.Row
	add := func(group, name, title, family string, change func(*models.Config)) {
		f, err := training.Families.Get(family)
		if err != nil {
			panic(err) // the names are those of the package
		}
		net := f.Net
		if change != nil {
			change(&net)
		}
		rows = append(rows, atlas.Row{Name: name, Title: title, Group: group, Net: atlas.At(net)})
	}
	add(atlas.Plain, "relu", "ReLU", "relu", nil)
	add(atlas.Plain, "crelu", "CReLU", "crelu", nil)
	add(atlas.Plain, "looks-linear", "CReLU, looks-linear", "ll", nil)
	add(atlas.BatchNorm, "relu-bn", "ReLU, batch norm", "relu-bn", nil)
	add(atlas.BatchNorm, "leaky-0.3-bn", "leaky ReLU 0.3, batch norm", "relu-bn",
		func(c *models.Config) { c.Activation = activations.Leaky03 })
	add(atlas.BatchNorm, "tanh-bn", "tanh, batch norm", "relu-bn",
		func(c *models.Config) { c.Activation = activations.TanH })
	for _, beta := range paper.Betas() {
		add(atlas.Resnets, fmt.Sprintf("resnet-%g-bn", beta), fmt.Sprintf("resnet β = %g, batch norm", beta),
			"resnet", func(c *models.Config) { c.Beta = beta })
	}
	relu, _ := rows[0].Net(atlas.Paper().Depths[0]) // as above
	return append(rows, crossed(relu.Net, relu.Images, rows)...)
}

// crossed returns the pairs of a slope and a factor, less those that are among the rows.
func crossed(net string, images models.Images, rows []atlas.Row) []atlas.Row {
	var all []atlas.Row
	for _, slope := range Slopes() {
		for _, factor := range Factors() {
			config := leaky(slope, factor)
			config.Net, config.Images = net, images
			if slices.ContainsFunc(rows, func(row atlas.Row) bool { return is(row, config) }) {
				continue
			}
			all = append(all, atlas.Row{Name: fmt.Sprintf("leak-%g-gain-%g", slope, factor),
				Title: fmt.Sprintf("leaky ReLU %g, E g² times %g a layer", slope, factor),
				Group: LeakAndGain, Net: atlas.At(config)})
		}
	}
	return all
}

// leaky returns the net of leaky rectifiers of a slope a whose E g^2 changes by a factor with every layer of
// an infinitely wide net: He's weights times a gain, with which the factor is gain^2 (1 + a^2). The gain is
// rounded, as those of the atlas' rows are, because it is part of a name, which must be one on every
// processor.
func leaky(slope, factor float64) models.Config {
	gain := math.Sqrt(factor) / math.Sqrt(1+slope*slope)
	net := models.Config{Activation: activations.ReLU,
		Initializer: initializers.Scaled(initializers.He, math.Round(gain*1e6)/1e6)}
	if slope != 0 {
		net.Activation = activations.Leaky(slope)
	}
	return net
}

// is says whether a row without a normalisation is that net: of the same activation and weights.
func is(row atlas.Row, net models.Config) bool {
	other, err := row.Net(atlas.Paper().Depths[0])
	if err != nil || other.Net != net.Net || cmp.Or(other.Norm, norms.None) != norms.None {
		return false
	}
	base, gain := cmp.Or(other.Initializer, initializers.He).Unscaled()
	wanted, times := net.Initializer.Unscaled()
	return base == wanted && gain == times && cmp.Or(other.Activation, activations.ReLU) == net.Activation
}
