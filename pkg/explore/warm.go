package explore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// idleTime is how long nothing must be asked for before nets are compiled ahead.
const idleTime = 150 * time.Millisecond

// maxCompiled is the number of nets after which all compiled steps are let go. A net's take about 2 MB.
const maxCompiled = 200

// oven keeps the compiled steps of nets warm: a net that runs for the first time takes several times as long as later. While nobody
// asks for anything, it compiles the nets that one movement of a control would ask for.
type oven struct {
	engine *engine.Engine
	config Config

	mu       sync.Mutex
	compiled map[choice]bool
}

// start implements subject.
func (o *oven) start() choice { return o.config.start() }

// look implements subject.
func (o *oven) look(ctx context.Context, chosen choice) (view, error) {
	config, err := o.config.probe(chosen)
	if err != nil {
		return nil, err
	}
	o.add(chosen)
	return Look(ctx, o.engine, config)
}

// add notes that a net is compiled, or about to be, and says whether it was not before.
func (o *oven) add(net choice) bool {
	net.Depth, net.Draws, net.Seed = 0, 0, "" // these take no other steps
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.compiled == nil {
		o.compiled = make(map[choice]bool)
	}
	added := !o.compiled[net]
	o.compiled[net] = true
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
	o.engine.Close()
	clear(o.compiled)
}

// prepare implements subject: it compiles the neighbours of a net until the context ends. What can't be computed is for whoever asks for it to
// find out.
func (o *oven) prepare(ctx context.Context, net choice) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(idleTime):
	}
	for _, neighbour := range o.config.neighbours(net) {
		neighbour.Draws = 1
		probe, err := o.config.probe(neighbour)
		if err != nil || ctx.Err() != nil || !o.add(neighbour) {
			continue
		}
		_, _ = gradients.Run(ctx, o.engine, probe)
	}
}

// neighbours returns what one movement of a control leads to from a net, those that take longest to compile first.
func (c Config) neighbours(net choice) []choice {
	var all []choice
	add := func(change func(*choice)) {
		neighbour := net
		change(&neighbour)
		if neighbour != net {
			all = append(all, neighbour)
		}
	}
	for _, width := range beside(c.Widths, net.Width) {
		add(func(n *choice) { n.Width = width })
	}
	for _, statistics := range paper.AllStatistics {
		add(func(n *choice) { n.Statistics = string(statistics) })
	}
	for _, norm := range c.norms() {
		add(func(n *choice) { n.Norm = norm })
	}
	for _, name := range nets() {
		add(func(n *choice) { n.Net = name })
	}
	if takesBeta(net.Net) {
		for _, beta := range beside(c.Betas, net.Beta) {
			add(func(n *choice) { n.Beta = beta })
		}
	}
	return all
}

// beside returns the values before and after one on its slider.
func beside[T comparable](values []T, value T) []T {
	i := slices.Index(values, value)
	if i < 0 {
		return nil
	}
	return slices.Concat(values[max(i-1, 0):i], values[min(i+1, len(values)):min(i+2, len(values))])
}
