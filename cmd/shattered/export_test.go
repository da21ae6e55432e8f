package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// silence keeps the flag package's usage text out of the test's output.
func silence(t *testing.T) {
	t.Helper()
	stderr := os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr = null
	t.Cleanup(func() { os.Stderr = stderr; null.Close() })
}

func TestExportFlags(t *testing.T) {
	flags, err := parseExport(strings.Fields(
		"residual --depth 50 --width 30 --inputs 64 --norm bn --statistics coupled --alpha 0.5 --beta 0.1 " +
			"--seed 9 --draw 3 --precision float32 out.npz"))
	if err != nil {
		t.Fatal(err)
	}
	c := flags.config
	if n := c.Net; n.Net != "residual" || n.Depth != 50 || n.Width != 30 || n.Norm.Name != "bn" ||
		n.Statistics != "coupled" || n.Alpha != 0.5 || n.Beta != 0.1 {
		t.Errorf("net %+v", n)
	}
	if c.Inputs != 64 || c.Seed != 9 || c.Draw != 3 || c.DType.String() != "Float32" ||
		flags.output != "out.npz" {
		t.Errorf("config %+v to %s", c, flags.output)
	}
}

func TestExportFlagsOfBranches(t *testing.T) {
	flags, err := parseExport(strings.Fields(
		"post-residual --branch-layers 2 --learnt-beta --beta 0 --fixup out.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if n := flags.config.Net; n.Beta != 0 || n.Alpha != 1 ||
		n.Branch != (models.Branch{Layers: 2, Learnt: true, Fixup: true}) {
		t.Errorf("net %+v", n)
	}
}

func TestExportRefusesBadInput(t *testing.T) {
	silence(t)
	out := filepath.Join(t.TempDir(), "out.npz")
	for want, arguments := range map[string]string{
		"unknown net":               "transformer " + out,
		"depth is 0":                "feedforward --depth 0 " + out,
		"width is -1":               "feedforward --width -1 " + out,
		"width is 0":                "feedforward --width 0 " + out,
		"beta is NaN":               "residual --beta NaN " + out,
		"beta is 0":                 "residual --beta 0 " + out,
		"alpha is 0":                "residual --alpha 0 " + out,
		"grid of 1 points":          "feedforward --inputs 1 " + out,
		"unknown normalisation":     "feedforward --norm sauce " + out,
		"unknown statistics":        "feedforward --statistics thawed " + out,
		"choose float64 or":         "feedforward --precision half " + out,
		"unknown backend":           "feedforward --backend abacus " + out,
		"has no choice of branches": "mixer --fixup --branch-layers 2 " + out,
		"takes a net":               "feedforward",
		"scripts/export NET [flag":  "",
		"not defined":               "feedforward --colour red " + out,
		"TiB of weights":            "feedforward --depth 1000000000 " + out,
		"EiB of weights":            "feedforward --width 1000000000 " + out,
		"width 1000000 would need":  "feedforward --width 1000000 " + out,
		"on 1000000000 inputs":      "feedforward --inputs 1000000000 " + out,
		"than 1 and 1e+308":         "residual --depth 3 --width 4 --beta 1e308 " + out,
		"can't write": "feedforward --depth 2 --width 3 --inputs 4 --backend go " +
			filepath.Join(out, "nowhere", "x.npz"),
	} {
		if !strings.Contains(arguments, "--backend") {
			arguments = strings.Replace(arguments, " "+out, " --backend go "+out, 1)
		}
		if err := runExport(strings.Fields(arguments)); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("export %s: error %v is not one sentence with %q", arguments, err, want)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("bad input left a file")
	}
}

func TestExportAndReportRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.npz")
	if err := runExport(strings.Fields("highway --depth 3 --width 5 --inputs 8 --backend go " +
		out)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("nothing was written: %v", err)
	}
	out = filepath.Join(t.TempDir(), "tokens.npz")
	if err := runExport(strings.Fields("transformer-pre --norm layer --depth 2 --width 8 --inputs 8 " +
		"--backend go " + out)); err != nil {
		t.Error(err)
	}
	if err := runReport([]string{"-results", t.TempDir()}); err == nil ||
		!strings.Contains(err.Error(), "no results") {
		t.Errorf("a report of an empty folder gives %v", err)
	}
}

// TestNeedsNoHomeAndNoTemporaryFolder runs the command as a user without an account has it: no home folder,
// and none for temporary files.
func TestNeedsNoHomeAndNoTemporaryFolder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.npz")
	for _, variables := range [][]string{{"HOME="}, {"HOME=/", "XDG_CACHE_HOME="}} {
		c := exec.CommandContext(t.Context(), os.Args[0], "export", "feedforward", "--depth", "2", "--width",
			"4", "--inputs", "4", out)
		c.Env = append(os.Environ(),
			append(variables, commandVariable+"=1", "GOMLX_BACKEND=go", "SHATTERED_BACKEND=",
				"TMPDIR=/nowhere")...)
		if output, err := c.CombinedOutput(); err != nil {
			t.Errorf("with %v: %v: %s", variables, err, output)
		}
		if _, err := os.Stat(out); err != nil {
			t.Error(err)
		}
	}
}
