package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
)

func TestTheoryFlags(t *testing.T) {
	flags, err := parseTheory(strings.Fields(
		"--net residual --depth 50 --norm bn --alpha 0.5 --beta 0.1 --points 64 --activation crelu out.npz"))
	if err != nil {
		t.Fatal(err)
	}
	n := flags.config.Net
	if n.Net != "residual" || n.Depth != 50 || n.Norm.Name != "bn" || n.Alpha != 0.5 || n.Beta != 0.1 ||
		n.Activation.Name != "crelu" {
		t.Errorf("net %+v", n)
	}
	if len(flags.config.X) != 64 || flags.output != "out.npz" {
		t.Errorf("%d inputs, to %s", len(flags.config.X), flags.output)
	}
}

func TestTheoryRefusesBadInput(t *testing.T) {
	silence(t)
	out := filepath.Join(t.TempDir(), "out.npz")
	for want, arguments := range map[string]string{
		"unknown net":               "--net transformer " + out,
		"takes images":              "--net conv-feedforward " + out,
		"depth is 0":                "--net feedforward --depth 0 " + out,
		"beta is NaN":               "--net residual --beta NaN " + out,
		"alpha is 0":                "--net residual --alpha 0 " + out,
		"grid of 1 points":          "--net feedforward --points 1 " + out,
		"unknown normalisation":     "--net feedforward --norm sauce " + out,
		"unknown activation":        "--net feedforward --activation sign " + out,
		"no theory here, only":      "--net feedforward --norm bn --activation linear " + out,
		"takes a net":               "--net feedforward",
		"scripts/export theory --n": out,
		"not defined":               "--net feedforward --width 10 " + out,
		"can't write": "--net feedforward --depth 2 --points 4 " +
			filepath.Join(out, "nowhere", "x.npz"),
	} {
		err := runExport(append([]string{"theory"}, strings.Fields(arguments)...))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("export theory %s: error %v is not one sentence with %q", arguments, err, want)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("bad input left a file")
	}
	if err := runExport([]string{"theory", "--help"}); err != nil {
		t.Errorf("--help gives %v", err)
	}
}

// TestTheoryFile reads a file back. The net of one layer has G(i,j) = Phi(min(x_i, x_j)), and the deeper one
// the shapes of its depth.
func TestTheoryFile(t *testing.T) {
	folder := t.TempDir()
	for name, arguments := range map[string]string{
		"shallow.npz": "--net feedforward --depth 1 --points 8",
		"deep.npz":    "--net residual --beta 0.1 --norm bn --depth 4 --points 20",
	} {
		if err := runTheory(append(strings.Fields(arguments), filepath.Join(folder, name))); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name, array string) (values []float64) {
		archive, err := npz.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer archive.Close()
		if err := archive.Read(array+".npy", &values); err != nil {
			t.Fatal(err)
		}
		return values
	}
	x, g := read("shallow.npz", "x"), read("shallow.npz", "G")
	for i := range 8 {
		for j := range 8 {
			if want := (1 + math.Erf(min(x[i], x[j])/math.Sqrt2)) / 2; math.Abs(g[8*i+j]-want) > 1e-14 {
				t.Errorf("G(%d,%d) is %g, want %g", i, j, g[8*i+j], want)
			}
		}
	}
	for array, size := range map[string]int{"x": 20, "G": 400, "acf": 16, "coactivation": 4, "C": 4, "R": 4} {
		if got := len(read("deep.npz", array)); got != size {
			t.Errorf("%s has %d values, want %d", array, got, size)
		}
	}
	if acf := read("shallow.npz", "acf"); len(acf) != 8 || math.Abs(acf[0]-1) > 1e-12 {
		t.Errorf("the autocorrelation of 8 inputs is %v", acf)
	}
}
