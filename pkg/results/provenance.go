package results

import (
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gomlx/compute"
)

// Provenance says where numbers come from: what is needed to get them again.
type Provenance struct {
	// Seed determines every random number.
	Seed uint64 `json:"seed" jsonschema:"minimum=0"`

	// Backend is the GoMLX backend, such as "xla:cpu" or "go".
	Backend string `json:"backend"`

	// Plugin describes what computes for the backend: XLA's PJRT plugin and its version, or the backend
	// itself.
	Plugin string `json:"plugin"`

	// Platform is operating system, processor architecture and number of processors.
	Platform string `json:"platform"`

	// Go is the version of the toolchain.
	Go string `json:"go"`

	// Modules maps the modules that compute to their versions.
	Modules map[string]string `json:"modules"`

	// Commit is the commit of this project, and ends with "+" when the code differed from it. It is empty
	// where the project's folder is not the root of a git checkout, and "unknown: " with the reason where it
	// is but git can't tell.
	Commit string `json:"commit"`

	// Size is "quick", "paper" or "full".
	Size string `json:"size" jsonschema:"enum=quick,enum=paper,enum=full"`

	// Started is when the run began, in UTC.
	Started time.Time `json:"started"`

	// WallSeconds is how long it took.
	WallSeconds float64 `json:"wall_seconds" jsonschema:"minimum=0"`
}

// modules are those whose versions can change a number.
var modules = []string{
	"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "gonum.org/v1/gonum",
	"gonum.org/v1/plot",
	"github.com/janpfeifer/gonb",
}

// NewProvenance describes this process: its backend, its modules and the project's checkout in the folder
// home.
func NewProvenance(backend compute.Backend, home string) Provenance {
	return Provenance{
		Backend:  backend.Name(),
		Plugin:   pluginName(backend.Description()),
		Platform: runtime.GOOS + "/" + runtime.GOARCH + ", " + processors(),
		Go:       runtime.Version(),
		Modules:  moduleVersions(),
		Commit:   Commit(home),
		Started:  time.Now().UTC(),
	}
}

// pluginPath matches the folders in front of a file name, which say nothing about the numbers.
var pluginPath = regexp.MustCompile(`(/[^\s/()]+)+/`)

func pluginName(description string) string { return pluginPath.ReplaceAllString(description, "") }

func processors() string {
	if n := runtime.NumCPU(); n != 1 {
		return strconv.Itoa(n) + " processors"
	}
	return "1 processor"
}

// moduleVersions reads the versions from the running program.
func moduleVersions() map[string]string {
	versions := make(map[string]string)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return versions
	}
	for _, dependency := range info.Deps {
		for _, name := range modules {
			if dependency.Path == name {
				versions[name] = dependency.Version
			}
		}
	}
	return versions
}
