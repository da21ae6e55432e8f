package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shattered-gradients/shattered/internal/npyarray"
	"github.com/shattered-gradients/shattered/internal/numbers"
	"github.com/shattered-gradients/shattered/pkg/answer"
	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/data/cifar"
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/onnx"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
	"github.com/shattered-gradients/shattered/pkg/random"
)

// asked is what a command line asks.
type asked struct {
	model  answer.Model
	config path.Config
}

// given are inputs to make pairs of.
type given struct {
	values []float64 // one input after the other
	shape  []int     // of one input
	labels []int     // one an input, or nil
	about  string
	sum    string // of what determines them, where that is a file
}

// count returns the number of inputs.
func (g *given) count() int { return len(g.values) / g.size() }

// size returns the number of values of an input.
func (g *given) size() int {
	size := 1
	for _, dim := range g.shape {
		size *= dim
	}
	return size
}

// ask makes of the flags what is asked: the net, and the pairs of inputs.
func (f *probeFlags) ask(ctx context.Context) (*asked, error) {
	inputs, err := f.given(ctx)
	if err != nil {
		return nil, err
	}
	a := new(asked)
	net, drawn, err := f.net(a, inputs)
	if err != nil {
		return nil, err
	}
	if inputs == nil { // the ends of the paper's grid
		if err := net.TakesNumbers(); err != nil {
			return nil, fmt.Errorf("there are no inputs of shape %v: give some, by --inputs FILE.npy or "+
				"--images cifar10", net.Input)
		}
		inputs = &given{
			values: []float64{data.GridLow, data.GridHigh}, shape: []int{1},
			about: "the ends of the paper's grid, [-2, 2]",
		}
	}
	if !slices.Equal(inputs.shape, net.Input) {
		return nil, fmt.Errorf("%s has inputs of shape %v, and %s takes inputs of shape %v: give an array "+
			"of shape [inputs %s]",
			inputs.about, inputs.shape, f.model, net.Input, strings.Trim(fmt.Sprint(net.Input), "[]"))
	}
	scalar, err := subject.ParseScalar(f.scalar)
	if err != nil {
		return nil, err
	}
	a.config = path.Config{
		Subject: subject.Subject{Net: net, Draws: f.draws, Seed: f.seed},
		Scalar:  scalar, Kind: path.Kind(f.kind), Points: f.points, Batch: f.batch,
	}
	if drawn && f.draws == 0 {
		a.config.Draws = defaultDraws
	}
	if a.config.Pairs, a.model.Shared, err = f.makePairs(inputs); err != nil {
		return nil, err
	}
	a.model.Input, a.model.Inputs, a.model.Given = net.Input, inputs.about, inputs.count()
	a.config.Key = fmt.Sprintf("%+v %s %q %q %s %d", a.model, inputs.sum, f.input, f.output, f.weights,
		f.seed)
	return a, nil
}

// net makes the net, says in asked what it is, and whether its weights are drawn.
func (f *probeFlags) net(a *asked, inputs *given) (net *models.Net, drawn bool, err error) {
	if f.isFile() {
		net, err = f.load(inputs)
		a.model.Name = cmp.Or(f.name, strings.TrimSuffix(filepath.Base(f.model), ".onnx"))
		a.model.Source = filepath.Base(f.model)
		if err == nil {
			a.model.Sum, err = sumOfModel(f.model)
		}
		a.model.Weights = map[string]string{
			string(onnx.AsTheyAre): "as they are in the file",
			string(onnx.He):        "drawn anew as He et al. 2015 do",
			string(onnx.Normal):    "drawn anew with the deviation of each tensor",
		}[f.weights]
		return net, f.weights != string(onnx.AsTheyAre), err
	}
	net, err = models.New(f.config)
	if err != nil {
		return nil, true, err
	}
	c := net.Config
	a.model.Source = fmt.Sprintf("%s, depth %d, width %d", c.Title(), c.Depth, c.Width)
	a.model.Name = cmp.Or(f.name, fmt.Sprintf("%s-%d", f.model, c.Depth))
	a.model.Weights = fmt.Sprintf("drawn by the initialiser %s", c.Initializer)
	return net, true, nil
}

// given returns the inputs that the flags name, or nil for none.
func (f *probeFlags) given(ctx context.Context) (*given, error) {
	switch {
	case f.images != "":
		return cifarImages(ctx, max(2*f.pairs, 2), f.seed)
	case f.inputs == "":
		return nil, nil
	}
	values, dims, err := npyarray.Read(f.inputs)
	if err != nil {
		return nil, err
	}
	g := &given{values: values, about: filepath.Base(f.inputs)}
	if len(dims) < 2 || dims[0] < 2 {
		return nil, fmt.Errorf("%s has the shape %v: give at least two inputs, one behind the other along "+
			"the first axis", f.inputs, dims)
	}
	g.shape = dims[1:]
	if i := slices.IndexFunc(values, func(x float64) bool { return !numbers.Finite(x) }); i >= 0 {
		return nil, fmt.Errorf("input %d of %s has the value %g: give finite "+
			"numbers", i/g.size(), f.inputs, values[i])
	}
	if g.sum, err = sumOf(f.inputs); err != nil {
		return nil, err
	}
	if f.labels != "" {
		err = g.readLabels(f.labels)
	}
	return g, err
}

// readLabels reads the classes of the inputs.
func (g *given) readLabels(path string) error {
	values, dims, err := npyarray.Read(path)
	if err != nil {
		return err
	}
	if len(dims) != 1 || dims[0] != g.count() {
		return fmt.Errorf("%s has the shape %v: give one class for each of the %d inputs, an array of "+
			"shape [%d]", path, dims, g.count(), g.count())
	}
	for _, value := range values {
		if value != math.Trunc(value) || value < 0 || value > math.MaxInt32 {
			return fmt.Errorf("%s has the class %g: give whole numbers from 0 on", path, value)
		}
		g.labels = append(g.labels, int(value))
	}
	g.sum += " " + fmt.Sprint(g.labels)
	return nil
}

// imageStream is what the random choice of images is for.
const imageStream = 201

// cifarImages returns some images of the test set, each channel with the training set's mean subtracted and
// divided by its deviation, with their classes.
func cifarImages(ctx context.Context, count int, seed uint64) (*given, error) {
	all, err := cifar.Load(ctx)
	if err != nil {
		return nil, err
	}
	chosen, err := all.Test.Sample(random.Stream(seed, imageStream), count)
	if err != nil {
		return nil, fmt.Errorf("%d images of CIFAR-10: %w", count, err)
	}
	moments := all.Train.Moments()
	pixels, err := all.Test.Batch(chosen, &moments)
	if err != nil {
		return nil, err
	}
	g := &given{shape: []int{images.Side, images.Side, images.Channels}, about: "test images of CIFAR-10"}
	for _, value := range pixels {
		g.values = append(g.values, float64(value))
	}
	for _, i := range chosen {
		g.labels = append(g.labels, int(all.Test.Labels[i]))
	}
	return g, nil
}

// pairStream is what the random choice of pairs is for.
const pairStream = 202

// makePairs makes pairs of the inputs, at random: of different ones in every pair where there are enough, and
// else all pairs different, which then share inputs.
func (f *probeFlags) makePairs(g *given) (pairs []path.Pair, shared bool, err error) {
	n, wanted := g.count(), f.pairs
	possible := n * (n - 1) / 2
	if wanted > possible {
		if f.pairsGiven {
			return nil, false, fmt.Errorf("%d inputs make %d pairs, and --pairs is %d: give more inputs, or "+
				"fewer pairs", n, possible, wanted)
		}
		wanted = possible
	}
	rng := random.Stream(f.seed, pairStream)
	order := rng.Perm(n)
	if n == 2 { // as they stand, from the first to the second
		order = []int{0, 1}
	}
	add := func(from, to int) {
		size := g.size()
		pair := path.Pair{From: g.values[from*size:][:size], To: g.values[to*size:][:size], Label: -1}
		if g.labels != nil {
			pair.Label = g.labels[from]
		}
		pairs = append(pairs, pair)
	}
	if 2*wanted <= n {
		for k := range wanted {
			add(order[2*k], order[2*k+1])
		}
		return pairs, false, nil
	}
	taken := make(map[[2]int]bool)
	for len(pairs) < wanted {
		from, to := rng.IntN(n), rng.IntN(n)
		key := [2]int{min(from, to), max(from, to)}
		if from != to && !taken[key] {
			taken[key] = true
			add(from, to)
		}
	}
	return pairs, true, nil
}
