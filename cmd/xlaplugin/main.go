// Xlaplugin fetches GoMLX's own build of XLA's CPU plugin into a folder, under the name that GoMLX looks for:
// for systems that the pinned list of Python packages has no plugin for, such as macOS on Apple's processors
// and Linux on Arm.
//
//	xlaplugin FOLDER
//
// It comes from the releases of github.com/gomlx/pjrt-cpu-binaries, at a version that is fixed here; they
// have no checksums. Exit status: 1, with one sentence, where it can't be fetched.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gomlx/go-xla/installer"
)

// version is the release that go-xla v0.4.5, which go.mod asks for, was made for.
const version = "v0.114.0"

// patience is how long fetching may take: an answer that never comes must not hold up the set-up.
const patience = 15 * time.Minute

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: xlaplugin FOLDER")
		os.Exit(2)
	}
	time.AfterFunc(patience, func() { fail(fmt.Errorf("it did not come in %v", patience)) })
	if err := install(os.Args[1]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "error: XLA's CPU plugin can't be fetched:", err)
	os.Exit(1)
}

// install fetches the plugin for this system.
func install(folder string) error {
	if err := installer.CPUInstall(runtime.GOOS+"_"+runtime.GOARCH, version, folder, false,
		installer.Quiet); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(folder, "pjrt_c_api_cpu_plugin.so")) // the installer's link to it
	return err
}
