//go:build linux

package cellbuild

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// known is what is known of cells with the same key.
type known struct {
	// Environment is what go env says.
	Environment map[string]string

	// Language is what the compiler is told of the version of Go.
	Language string

	// LinkFlags are the linker's of go build.
	LinkFlags []string

	// Packages are lines with the import path of each package that is linked, and its file in the build
	// cache.
	Packages []string

	// Info is what a program says of itself.
	Info debug.BuildInfo

	// Stamps are what tells whether files have changed since.
	Stamps map[string]string
}

// workFolder is where a program is made, in the folder of the cell.
const workFolder = ".cellbuild"

// knownPath returns the path of the file that holds what is known of a key. It lies beside the program.
func knownPath(key string) (string, error) {
	program, err := os.Executable()
	return filepath.Join(filepath.Dir(program), "cells", key+".json"), err
}

// load reads what is known of a key, and returns an error when it no longer holds.
func load(key string) (*known, error) {
	path, err := knownPath(key)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.New("the packages are not known yet")
	}
	var k known
	if err := json.Unmarshal(content, &k); err != nil {
		return nil, err
	}
	for path, was := range k.Stamps {
		if stamp(path) != was {
			return nil, fmt.Errorf("%s has changed", path)
		}
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it is in use, see prune
	return &k, nil
}

// stamp returns what changes when a file does, or a folder gains or loses one.
func stamp(path string) string {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "missing"
	}
	if err != nil {
		return err.Error()
	}
	changed := info.Sys().(*syscall.Stat_t)
	return fmt.Sprint(info.Size(), info.Mode(), info.ModTime().UnixNano(), changed.Ctim, changed.Ino)
}

// modinfo encloses what the linker puts into a program for debug.ReadBuildInfo, as go build does.
const modinfo = "0w\xaf\f\x92t\b\x02A\xe1\xc1\a\xe6\xd6\x18\xe6%s\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"

// build makes the cell's program.
func (k *known) build(c *cell) error {
	work := filepath.Join(c.Folder, workFolder)
	if err := errors.Join(os.RemoveAll(work), os.Mkdir(work, 0o777)); err != nil {
		return err
	}
	defer os.RemoveAll(work)
	in := func(name string) string { return filepath.Join(work, name) }
	info := k.Info
	info.Path, info.Main.Path = c.Module, c.Module
	packages := strings.Join(k.Packages, "")
	err := errors.Join(os.WriteFile(in("compile"), []byte(packages), 0o666),
		os.WriteFile(in("link"), fmt.Appendf(nil, "packagefile %s=%s\n%smodinfo %q\n", c.Module, in("main.a"),
			packages, fmt.Sprintf(modinfo, info.String())), 0o666))
	if err != nil {
		return err
	}
	if err := k.run(c, "compile", "-o", in("main.a"), "-trimpath", work+"=>", "-p", "main",
		"-lang="+k.Language, "-complete", "-goversion", k.Environment["GOVERSION"],
		"-c="+strconv.Itoa(min(4, runtime.NumCPU())), "-nolocalimports", "-importcfg", in("compile"), "-pack",
		"./main.go"); err != nil {
		return err
	}
	arguments := append([]string{"-o", in("program"), "-importcfg", in("link")}, k.LinkFlags...)
	if err := k.run(c, "link", append(arguments, in("main.a"))...); err != nil {
		return err
	}
	return os.Rename(in("program"), c.Output)
}

// run runs one of Go's tools, in the environment that go build gives it. What the tool says is an error: the
// real go says it better.
func (k *known) run(c *cell, tool string, arguments ...string) error {
	command := exec.Command(filepath.Join(k.Environment["GOTOOLDIR"], tool), arguments...)
	command.Dir = c.Folder
	command.Env = os.Environ()
	for name, value := range maps.All(k.Environment) {
		command.Env = append(command.Env, name+"="+value)
	}
	output, err := command.CombinedOutput()
	if err == nil && len(output) > 0 {
		err = errors.New("warnings")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	return nil
}
