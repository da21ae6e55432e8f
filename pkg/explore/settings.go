package explore

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// settings are what the controls are set to, as the page sends them.
type settings[C any] struct {
	// Sequence grows from one message of the page to the next. Messages may overtake each other on their way.
	Sequence int `json:"sequence"`

	// Done says that the button Done was pressed. The rest is then as it was.
	Done bool `json:"done"`

	// Choice has its fields beside these two.
	Choice C `json:"-"`
}

// parse reads what the page sent.
func parse[C any](text string) (s settings[C], err error) {
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s.Choice)
}

// choice is a net and what to look at of it.
type choice struct {
	Net        string  `json:"net"`
	Norm       string  `json:"norm"`
	Statistics string  `json:"statistics"`
	Depth      int     `json:"depth"`
	Width      int     `json:"width"`
	Beta       float64 `json:"beta"`
	Draws      int     `json:"draws"`

	// Seed is what stands in a field that takes any text.
	Seed string `json:"seed"`
}

// start returns the choice that the config starts from.
func (c Config) start() choice {
	return choice{
		Net: c.Net.Net, Norm: c.Net.Norm.Name, Statistics: string(c.Net.Statistics),
		Depth: c.Net.Depth, Width: c.Net.Width, Beta: c.Net.Beta, Draws: c.Draws, Seed: strconv.FormatUint(c.Seed, 10),
	}
}

// probe returns the config of the probe for a choice: the net to start from with what was chosen.
func (c Config) probe(chosen choice) (gradients.Config, error) {
	net := c.Net
	if net.Net != chosen.Net {
		net.Alpha, net.Gamma2 = 0, 0 // they belong to the net to start from and have no controls
	}
	net.Net, net.Statistics = chosen.Net, norms.Statistics(chosen.Statistics)
	net.Depth, net.Width, net.Beta = chosen.Depth, chosen.Width, chosen.Beta
	if !takesBeta(chosen.Net) {
		net.Beta = 0
	}
	var err error
	if net.Norm, err = c.norm(chosen.Norm); err != nil {
		return gradients.Config{}, err
	}
	seed, err := strconv.ParseUint(chosen.Seed, 10, 64)
	if err != nil {
		return gradients.Config{}, fmt.Errorf("the seed is %q: give a whole number from 0 to %d", chosen.Seed, uint64(math.MaxUint64))
	}
	return gradients.Config{Net: net, Draws: chosen.Draws, Seed: seed}, nil
}

// norm returns the normalisation of that name: the one to start from, which need not be registered, or a registered one.
func (c Config) norm(name string) (*norms.Norm, error) {
	if name == c.Net.Norm.Name {
		return c.Net.Norm, nil
	}
	return norms.Registry.Get(name)
}

// norms returns the names of the normalisations to choose from.
func (c Config) norms() []string {
	names := norms.Registry.Names()
	if _, err := norms.Registry.Get(c.Net.Norm.Name); err != nil {
		names = append(names, c.Net.Norm.Name)
	}
	return names
}

// nets returns the names of the registered nets that take numbers.
func nets() []string {
	var names []string
	for _, name := range models.Architectures.Names() {
		architecture, err := models.Architectures.Get(name)
		if err != nil {
			continue // names are those of the registry
		}
		config := models.Config{Net: name}
		net := models.Net{Config: config, Input: architecture.Input(config)}
		if net.TakesNumbers() == nil {
			names = append(names, name)
		}
	}
	return names
}

// takesBeta says whether a net has a residual branch to rescale.
func takesBeta(net string) bool {
	_, err := models.New(models.Config{Net: net, Depth: 1, Beta: 1})
	return err == nil
}
