package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// netFlags are the flags that describe a net of any width.
type netFlags struct {
	net         *models.Config
	norm        string
	alpha, beta float64
}

// define defines the flags, for the net.
func (f *netFlags) define(set *flag.FlagSet, net *models.Config) {
	f.net = net
	set.IntVar(&net.Depth, "depth", 24, "depth L, the number of rectifiers from input to output")
	set.StringVar(&f.norm, "norm", "none", "normalisation: "+norms.Registry.Choices())
	set.IntVar(&net.Branch.Layers, "branch-layers", 0,
		"number of layers that a skip spans; 0 means 1; residual nets only")
	set.BoolVar(&net.Branch.Learnt, "learnt-beta", false,
		"a weight of its own that training moves, from beta on, for each branch; residual nets only")
	set.BoolVar(&net.Branch.Fixup, "fixup", false,
		"Fixup's weights, for branches of two layers or more; residual nets only")
	set.Float64Var(&f.alpha, "alpha", 1, "scale of a residual layer; residual nets only")
	set.Float64Var(&f.beta, "beta", 1, "scale of the residual branch; residual nets only")
	set.Float64Var(&net.Gamma2, "gamma2", 0,
		"weight of the rectified branch, gamma1^2 = 1 - gamma2^2; 0 means sqrt(1/depth); highway nets only")
}

// check checks the flags whose zero values would mean something else in a models.Config, and fills them in.
func (f *netFlags) check(set *flag.FlagSet) (err error) {
	if f.net.Norm, err = norms.Registry.Get(f.norm); err != nil {
		return err
	}
	if !slices.Contains([]string{"residual", "post-residual", "conv-residual"}, f.net.Net) {
		set.Visit(func(given *flag.Flag) {
			if given.Name == "alpha" || given.Name == "beta" {
				fmt.Fprintf(set.Output(), "note: a %s net has no %s, --%s is ignored\n", f.net.Net,
					given.Name, given.Name)
			}
		})
		return nil
	}
	if f.alpha == 0 {
		return errors.New("alpha is 0: give the scale of a residual layer, a finite number above 0")
	}
	f.net.Alpha, f.net.Beta = f.alpha, f.beta
	return nil
}
