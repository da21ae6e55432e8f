//go:build linux

package cellbuild

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// renewal says what is to be renewed: what is known of a cell that go build has built.
type renewal struct {
	Cell cell
	Info debug.BuildInfo
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	Standard                bool
	EmbedPatterns           []string
	CXXFiles, SwigCXXFiles  []string
	Module                  *struct{ Dir, GoMod string }
}

// fresh is how long a file must have rested: the time of one that is being changed may not tell the next
// change, on file systems that count in steps of up to two seconds.
const fresh = 2 * time.Second

// renew finds out what is to be known of a cell, and keeps it. Files that change meanwhile, or have just
// changed, are an error: the next cell tries again.
func renew(order io.Reader) error {
	var r renewal
	if err := json.NewDecoder(order).Decode(&r); err != nil {
		return err
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10) // the cell is running
	c, k := &r.Cell, &known{Info: r.Info}
	var err error
	if k.Environment, err = c.environment(); err != nil {
		return err
	}
	if k.LinkFlags, err = k.linkFlags(); err != nil {
		return err
	}
	if k.Language, err = c.language(); err != nil {
		return err
	}
	packages, err := c.list()
	if err != nil {
		return err
	}
	if k.Stamps, err = c.stamps(packages, k.Environment); err != nil {
		return err
	}
	if packages, err = c.list("-export"); err != nil {
		return err
	}
	again, err := c.stamps(packages, k.Environment)
	if err != nil {
		return err
	}
	if key, err := c.key(); err != nil || key != c.Key || !maps.Equal(k.Stamps, again) {
		return errors.Join(errors.New("files have changed meanwhile"), err)
	}
	for _, p := range packages {
		if p.Export == "" && p.ImportPath != "unsafe" || len(p.CXXFiles)+len(p.SwigCXXFiles) > 0 {
			return fmt.Errorf("%s is no package of Go and C alone", p.ImportPath)
		}
		if p.Export != "" {
			k.Packages = append(k.Packages, fmt.Sprintf("packagefile %s=%s\n", p.ImportPath, p.Export))
		}
	}
	return k.save(c.Key)
}

// output returns what the real go prints.
func (c *cell) output(arguments ...string) ([]byte, error) {
	command := exec.Command(c.Go, arguments...)
	command.Dir = c.Folder
	return command.Output()
}

// environment returns what go env says.
func (c *cell) environment() (map[string]string, error) {
	text, err := c.output("env", "-json")
	if err != nil {
		return nil, err
	}
	environment := make(map[string]string)
	return environment, json.Unmarshal(text, &environment)
}

// flag matches each flag in GOFLAGS with its quotes, ldflags the one that is understood: the linker's for the
// cell, without quotes in it.
var (
	flag    = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
	ldflags = regexp.MustCompile(`^['"]?--?ldflags=(-[^'"]*)['"]?$`)
)

// linkFlags returns the flags that go build gives the linker. Settings which change more than these are an
// error, and so is a program that is stamped with a commit.
func (k *known) linkFlags() ([]string, error) {
	for name, plain := range map[string]string{"GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH,
		"GOEXPERIMENT": "", "GOFIPS140": "off"} {
		if value := k.Environment[name]; value != plain {
			return nil, fmt.Errorf("%s is %s", name, value)
		}
	}
	compiler, own := k.Environment["CC"], ""
	for _, one := range flag.FindAllString(k.Environment["GOFLAGS"], -1) {
		if match := ldflags.FindStringSubmatch(one); match != nil && own == "" {
			own = match[1]
		} else if !strings.HasPrefix(one, "-buildvcs=") {
			return nil, fmt.Errorf("GOFLAGS holds %s", one)
		}
	}
	if strings.ContainsAny(compiler, ` '"`) {
		return nil, fmt.Errorf("CC is %s", compiler)
	}
	var flags []string
	for _, setting := range k.Info.Settings {
		if setting.Key == "DefaultGODEBUG" {
			flags = append(flags, "-X=runtime.godebugDefault="+setting.Value)
		}
		if strings.HasPrefix(setting.Key, "vcs") {
			return nil, errors.New("the program is stamped with a commit")
		}
	}
	flags = append(append(flags, "-buildmode=exe"), strings.Fields(own)...)
	if !strings.Contains(strings.Join(flags, " "), "-extld") {
		flags = append(flags, "-extld="+compiler)
	}
	return flags, nil
}

// list returns the packages that the cell is linked from, but for itself.
func (c *cell) list(flags ...string) ([]listed, error) {
	arguments := append([]string{"list", "-deps",
		"-json=ImportPath,Dir,Export,Standard,EmbedPatterns,CXXFiles,SwigCXXFiles,Module"}, flags...)
	text, err := c.output(append(append(arguments, "runtime"), c.Imports...)...)
	if err != nil {
		return nil, err
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(text)); decoder.More(); {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	return packages, nil
}

// localPath matches the folders that go.mod and go.work replace modules by.
var localPath = regexp.MustCompile(`=>\s*("[^"\n]*"|[./]\S*)`)

// stamps returns the stamps of all files that the packages depend on: Go's programs and settings, the files
// that choose modules, and the packages' own. Those of Go and of the module cache don't change.
func (c *cell) stamps(packages []listed, environment map[string]string) (map[string]string, error) {
	root := environment["GOROOT"]
	paths := []string{c.Go, environment["GOENV"],
		filepath.Join(root, "VERSION"), filepath.Join(root, "go.env"),
		filepath.Join(environment["GOTOOLDIR"], "compile"), filepath.Join(environment["GOTOOLDIR"], "link")}
	if compiler, err := exec.LookPath(environment["CC"]); err == nil {
		paths = append(paths, compiler)
	}
	main, err := c.output("list", "-m", "-f", "{{.GoMod}}")
	if err != nil {
		return nil, err
	}
	mods := strings.Split(strings.TrimSpace(string(main)), "\n")
	for _, file := range append(mods, filepath.Join(c.Folder, "go.work")) {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, match := range localPath.FindAllSubmatch(content, -1) {
			folder := string(match[1])
			if quoted, err := strconv.Unquote(folder); err == nil {
				folder = quoted
			}
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(filepath.Dir(file), folder)
			}
			mods = append(mods, filepath.Join(folder, "go.mod"))
		}
	}
	for _, mod := range mods {
		if filepath.Dir(mod) != c.Folder { // the cell's own are in the key
			paths = append(paths, mod, filepath.Join(filepath.Dir(mod), "go.sum"))
		}
	}
	for _, p := range packages {
		if p.Standard || strings.HasPrefix(p.Dir, environment["GOMODCACHE"]+"/") {
			continue
		}
		own, err := p.files()
		if err != nil {
			return nil, err
		}
		paths = append(paths, own...)
	}
	stamps := make(map[string]string)
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) < fresh {
			return nil, fmt.Errorf("%s has just changed", path)
		}
		stamps[path] = stamp(path)
	}
	return stamps, nil
}

// files returns the paths of the package's folder and files, with those below where it embeds some, and of
// the go.mod that would make another module of its folder.
func (p listed) files() ([]string, error) {
	if p.Module == nil {
		return nil, fmt.Errorf("%s is in no module", p.ImportPath)
	}
	paths := []string{p.Module.GoMod}
	for folder := p.Dir; len(folder) > len(p.Module.Dir); folder = filepath.Dir(folder) {
		paths = append(paths, filepath.Join(folder, "go.mod"))
	}
	return paths, filepath.WalkDir(p.Dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != p.Dir && len(p.EmbedPatterns) == 0:
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			paths = append(paths, path)
		}
		return nil
	})
}

// unused is how long what is known is kept without being used, as in Go's build cache.
const unused = 5 * 24 * time.Hour

// save keeps what is known of a key, and forgets what is no longer used.
func (k *known) save(key string) error {
	path, err := knownPath(key)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > unused {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
	file, err := os.CreateTemp(folder, "new*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // nothing is there any more after the rename
	return errors.Join(json.NewEncoder(file).Encode(k), file.Close(), os.Rename(file.Name(), path))
}
