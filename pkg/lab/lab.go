// Package lab is what a notebook cell needs around a probe: the backend and an engine on it, a context that
// ends at the stop button, progress in place, figures shown inline, results saved, and errors of one
// sentence.
//
// A cell of the GoNB kernel is a program of its own: it is compiled, runs, and ends, and values do not
// outlive it. So a cell opens a [Session], runs a probe, shows the figure and saves the result; later cells
// load what earlier ones saved.
//
//	s := must.M1(lab.Open())
//	defer s.Close()
//	result := must.M1(figure2.Run(s.Context, s.Engine, lab.Sized(figure2.Paper(), figure2.Quick())))
//	must.M(s.Show(must.M1(figure2.Draw(result))))
//	must.M(s.SaveResult(result))
//
// Importing the package makes the functions of github.com/janpfeifer/must end the cell with one sentence; the
// environment variable SHATTERED_STACK=1 adds the stack.
package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/shattered-gradients/shattered/pkg/backend"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/jobs"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Environment variables that a Jupyter kernel or a script sets. Without them the lab works from the folder it
// runs in. A relative folder is one below that which the program runs in, as everywhere: in a cell the
// notebook's, in a script the one that it was called from.
const (
	// HomeVariable names the project's folder.
	HomeVariable = "SHATTERED_HOME"

	// ResultsVariable names the folder for results; by default it is results in the project's folder.
	ResultsVariable = "SHATTERED_RESULTS"

	// SizeVariable is one of Sizes.
	SizeVariable = "SHATTERED_SIZE"

	// AnewVariable, unless it is empty, wants everything computed anew, also what is kept with the code. On a
	// GPU everything is.
	AnewVariable = "SHATTERED_ANEW"

	// SampleVariable is the number that determines which of the parts kept with the code are computed anew as
	// a check. By default it is another one in each run.
	SampleVariable = "SHATTERED_SAMPLE"
)

// Session is an open lab: what the code of one cell works with.
type Session struct {
	// Context ends when the cell is interrupted, and carries the progress display.
	Context context.Context

	// Engine runs nets on the backend.
	Engine *engine.Engine

	folder     string
	parts      *checkpoint.Store // nil where the code can't be told
	provenance results.Provenance
	stop       context.CancelFunc
	display    *display

	// partsBefore are the files of the parts that were kept when the session was opened.
	partsBefore []string
}

// Open opens the backend that the environment names, with the settings of the whole process that suit it
// ([backend.OpenTuned]), and starts to listen for the stop button.
func Open() (*Session, error) {
	size := size()
	if !slices.Contains(Sizes, size) {
		return nil, fmt.Errorf("%s is %q: choose one of %s", SizeVariable, size, strings.Join(Sizes, ", "))
	}
	sample, err := sampleNumber()
	if err != nil {
		return nil, err
	}
	home := Home()
	code, commit := meanwhile(func() string { return codeHash(home) }),
		meanwhile(func() string { return results.Commit(home) })
	name := backend.Configured()
	opened, err := backend.OpenTuned(name)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	display := newDisplay()
	s := &Session{
		Context:    progress.With(ctx, display),
		Engine:     engine.New(opened),
		folder:     ResultsFolder(),
		provenance: results.NewProvenance(opened, ""),
		stop:       stop,
		display:    display,
	}
	s.provenance.Backend, s.provenance.Size, s.provenance.Commit = name, size, <-commit
	if code := <-code; code != "" {
		checkpoint.Collect(filepath.Join(s.folder, partsFolder), code)
		s.parts = checkpoint.NewStore(filepath.Join(s.folder, partsFolder, code),
			name+" "+s.provenance.Plugin)
		s.Context = checkpoint.With(s.Context, s.parts)
	}
	s.Context = jobs.With(s.Context, jobs.Setting{UseKept: usesKept(name), Sample: sample,
		Origin: s.Origin()})
	s.partsBefore = s.partFiles()
	current.Store(s)
	return s, nil
}

// meanwhile starts to ask for what takes as long as the backend takes to open.
func meanwhile(ask func() string) <-chan string {
	answer := make(chan string, 1)
	go func() { answer <- ask() }()
	return answer
}

// usesKept says whether parts that are kept with the code are taken on a backend: unless the environment
// wants all anew, on those of a CPU, where they were computed. A GPU is asked for to compute.
func usesKept(backend string) bool {
	return os.Getenv(AnewVariable) == "" && !strings.HasPrefix(backend, "xla:cuda")
}

// sampleNumber returns the number that SampleVariable gives, or another one in each run.
func sampleNumber() (uint64, error) {
	given := os.Getenv(SampleVariable)
	if given == "" {
		return uint64(rand.Uint32()), nil // short enough to be typed again
	}
	number, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is %q: give a whole number, such as that of the run whose sample you want "+
			"again", SampleVariable, given)
	}
	return number, nil
}

// Origin describes the session for the parts of experiments that it computes.
func (s *Session) Origin() results.Origin { return s.provenance.Origin() }

// partsFolder is the folder, within that for results, where the finished parts of a computation are kept
// until the whole is done: in a folder for the code that computed them, by its hash.
const partsFolder = ".parts"

// partFiles returns the files of the parts that are kept, of this and of other computations.
func (s *Session) partFiles() []string {
	var files []string
	_ = filepath.WalkDir(filepath.Join(s.folder, partsFolder),
		func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".json" {
				files = append(files, path)
			}
			return nil // of what can't be read nothing is known
		})
	return files
}

// newParts returns the number of parts that were finished and kept since the session was opened, and are
// still there.
func (s *Session) newParts() int {
	count := 0
	for _, file := range s.partFiles() {
		if !slices.Contains(s.partsBefore, file) {
			count++
		}
	}
	return count
}

// Close ends the progress display and frees the backend. Deferred in a cell, it ends a cell that panics with
// one sentence.
func (s *Session) Close() {
	if cause := recover(); cause != nil {
		end(panicked(cause))
	}
	current.CompareAndSwap(s, nil)
	s.display.finish()
	s.stop()
	s.Engine.Close()
	s.Engine.Backend().Finalize()
}

// Result is an experiment's result that can be saved.
type Result interface {
	// Results returns name, title, config, claims and series; the session adds the provenance.
	Results() (*results.Figure, error)

	// Seed returns the seed that determined every random number.
	Seed() uint64
}

// SaveResult writes an experiment's result to <figure>.json in the results folder. The parts that were kept
// of it on the way, so that an interrupted cell could go on where it was, are no longer needed then.
func (s *Session) SaveResult(result Result) error {
	figure, err := result.Results()
	if err != nil {
		return err
	}
	figure.Provenance = s.provenance
	figure.Provenance.Seed = result.Seed()
	figure.Provenance.WallSeconds = time.Since(s.provenance.Started).Seconds()
	if err := figure.Save(s.folder); err != nil || s.parts == nil {
		return err
	}
	if err := s.parts.Clear(); err != nil {
		return err
	}
	// Only if it is empty: other computations may keep parts there.
	_ = os.Remove(filepath.Join(s.folder, partsFolder))
	return nil
}

// codeHash returns a hash of the project's Go code in the folder home, which with the config determines every
// number; empty where it can't be told.
func codeHash(home string) string {
	hash := sha256.New()
	if _, err := os.Stat(filepath.Join(home, "pkg", "lab")); err != nil {
		return "" // not this project
	}
	code := os.DirFS(home)
	err := fs.WalkDir(code, "pkg", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		content, err := fs.ReadFile(code, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		return ""
	}
	modules, err := fs.ReadFile(code, "go.sum")
	if err != nil {
		return ""
	}
	hash.Write(modules)
	return hex.EncodeToString(hash.Sum(nil))
}

// Home returns the project's folder: the one that HomeVariable names, or else the nearest one above the
// working folder with a go.mod, or else the working folder. It is absolute.
func Home() string {
	if home := os.Getenv(HomeVariable); home != "" {
		return absolute(home)
	}
	working, err := os.Getwd()
	if err != nil {
		return "."
	}
	for folder := working; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			return working
		}
	}
}

// ResultsFolder returns the folder in which results are saved. It is absolute, so that it stays the same
// where a cell changes its working folder.
func ResultsFolder() string {
	if folder := os.Getenv(ResultsVariable); folder != "" {
		return absolute(folder)
	}
	return filepath.Join(Home(), "results")
}

// absolute returns a folder as seen from everywhere, or as it is where the working folder is gone.
func absolute(folder string) string {
	if path, err := filepath.Abs(folder); err == nil {
		return path
	}
	return folder
}
