package explore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// idleTime is how long nothing must be asked for before nets are compiled ahead.
const idleTime = 150 * time.Millisecond

// maxCompiled is the number of nets after which all compiled steps are let go. A net's take about 2 MB.
const maxCompiled = 200

// oven keeps the compiled steps of nets warm: a net that runs for the first time takes several times as long
// as later. While nobody asks for anything, it compiles the nets that one movement of a control would ask
// for. It implements subject.
type oven struct {
	config Config
	seer   *seer

	mu       sync.Mutex
	compiled map[dough]bool
}

// dough is what steps are compiled for.
type dough struct {
	net    models.Config
	inputs int
}

func newOven(e *engine.Engine, config Config) *oven {
	return &oven{config: config, seer: &seer{engine: e}, compiled: make(map[dough]bool)}
}

// start implements subject.
func (o *oven) start() string { return o.config.state(o.config.start()) }

// look implements subject.
func (o *oven) look(ctx context.Context, state string, show func(view) error) error {
	w, err := o.config.read(state)
	if err != nil {
		return err
	}
	o.add(w.config)
	if w.pinned != nil {
		o.add(*w.pinned)
	}
	_, err = o.seer.look(ctx, w, show)
	return err
}

// add notes that a net is compiled, or about to be, and says whether it was not before.
func (o *oven) add(config gradients.Config) bool {
	d := dough{config.Net, config.Inputs}
	d.net.Depth, d.net.Initializer = 0, nil // these take no other steps
	o.mu.Lock()
	defer o.mu.Unlock()
	added := !o.compiled[d]
	o.compiled[d] = true
	return added
}

// full implements subject: it says whether it is time to empty the oven.
func (o *oven) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.compiled) >= maxCompiled
}

// empty implements subject: it frees all compiled steps. None may be running.
func (o *oven) empty() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seer.engine.Close()
	clear(o.compiled)
}

// prepare implements subject: it compiles the neighbours of a net until the context ends. What can't be
// computed is for whoever asks for it to find out.
func (o *oven) prepare(ctx context.Context, state string) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(idleTime):
	}
	w, err := o.config.read(state)
	if err != nil {
		return
	}
	for _, neighbour := range o.config.neighbours(w.config) {
		neighbour.Draws = 1
		if ctx.Err() != nil || !o.add(neighbour) {
			continue
		}
		_, _ = gradients.Run(ctx, o.seer.engine, neighbour)
	}
}

// neighbours returns what one movement of a control leads to from a net, those that take longest to compile
// first. Of the norms and activations, which are many, it returns the likely ones.
func (c Config) neighbours(from gradients.Config) []gradients.Config {
	var all []gradients.Config
	add := func(change func(*gradients.Config)) {
		neighbour := from
		change(&neighbour)
		dropScales(&neighbour.Net)
		if keyOf(neighbour) != keyOf(from) {
			all = append(all, neighbour)
		}
	}
	for _, width := range beside(c.Widths, from.Net.Width) {
		add(func(n *gradients.Config) { n.Net.Width = width })
	}
	for _, statistics := range paper.AllStatistics {
		add(func(n *gradients.Config) { n.Net.Statistics = statistics })
	}
	for _, name := range likely(names(norms.Registry, c.Net.Norm, (*norms.Norm).String),
		from.Net.Norm.Name, c.Net.Norm.Name, norms.None.Name, norms.Center.Name, norms.Batch.Name) {
		add(func(n *gradients.Config) { _ = c.change(n, "norm", name) })
	}
	for _, name := range nets() {
		add(func(n *gradients.Config) {
			n.Net.Net = name
			for scale, value := range map[*float64]float64{&n.Net.Alpha: 1,
				&n.Net.Beta: c.Betas[len(c.Betas)/2]} {
				if *scale == 0 {
					*scale = value // what its control starts at
				}
			}
		})
	}
	for _, name := range likely(names(activations.Registry, c.Net.Activation,
		(*activations.Activation).String), from.Net.Activation.Name, c.Net.Activation.Name,
		activations.ReLU.Name, activations.CReLU.Name) {
		add(func(n *gradients.Config) { _ = c.change(n, "activation", name) })
	}
	for _, beta := range beside(c.Betas, from.Net.Beta) {
		add(func(n *gradients.Config) { n.Net.Beta = beta })
	}
	for _, alpha := range beside(c.Alphas, from.Net.Alpha) {
		add(func(n *gradients.Config) { n.Net.Alpha = alpha })
	}
	for _, gamma2 := range beside(c.Gamma2s, from.Net.Gamma2) {
		add(func(n *gradients.Config) { n.Net.Gamma2 = gamma2 })
	}
	for _, inputs := range beside(c.InputCounts, from.Inputs) {
		add(func(n *gradients.Config) { n.Inputs = inputs })
	}
	return all
}

// likely returns those names of a list to choose from that a reader goes to from one of them most often: the
// one before it and the one behind, where an arrow key leads, and the usual ones.
func likely(all []string, from string, usual ...string) []string {
	at := slices.Index(all, from)
	var some []string
	for i, name := range all {
		if beside := at >= 0 && (i == at-1 || i == at+1); beside || slices.Contains(usual, name) {
			some = append(some, name)
		}
	}
	return some
}

// change sets a field of a net by its text.
func (c Config) change(config *gradients.Config, name, text string) error {
	w := wish{config: *config}
	for _, f := range c.fields(&w) {
		if f.name == name {
			if err := f.set(text); err != nil {
				return err
			}
		}
	}
	*config = w.config
	return nil
}

// beside returns the values before and after one on its slider. A number without a value, which a net may not
// have, has none.
func beside[T int | float64](values []T, value T) []T {
	if value == 0 {
		return nil
	}
	var both []T
	i, on := slices.BinarySearch(values, value)
	if i > 0 {
		both = append(both, values[i-1])
	}
	if on {
		i++
	}
	if i < len(values) {
		both = append(both, values[i])
	}
	return both
}
