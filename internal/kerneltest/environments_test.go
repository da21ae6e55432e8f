package kerneltest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// untried is the exit status of lines below that can't be tried here.
const untried = 77

// environments are where people run the project: each is a line of bash that runs the arguments, with
// variables. What they need and may be missing here is tried by itself first.
var environments = map[string]struct {
	line      string
	variables []string
}{
	"as here":           {`"$@"`, nil},
	"without a network": {`unshare --net --map-root-user true || exit 77; exec unshare --net --map-root-user "$@"`, offline},
	"one processor":     {`taskset -c 0 true || exit 77; exec taskset -c 0 "$@"`, nil},
	"64 processors":     {`"$@"`, []string{"GOMAXPROCS=64"}},
	"4 GB of memory":    {`ulimit -v $((4 * 1024 * 1024)) || exit 77; "$@"`, nil},
	"no git":            {`export PATH="$WITHOUT_GIT:$PATH"; "$@"`, nil},
	"no home":           {`export GOCACHE="$(go env GOCACHE)"; unset HOME; "$@"`, nil},
	"a home that can't be written": {
		`export GOCACHE="$(go env GOCACHE)"; export HOME=/proc; "$@"`, nil,
	},
	"in a conda environment": {
		`export CONDA_PREFIX="$CONDA" PATH="$CONDA/bin:$PATH"; "$@"`, []string{"CONDA_DEFAULT_ENV=base", "CONDA_SHLVL=1"},
	},
	"flags of XLA's": {`"$@"`, []string{"XLA_FLAGS=--xla_cpu_multi_thread_eigen=true"}},
	"another user, who may only read": {
		`as() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
		as test -r "$1" || exit 77
		export HOME="$OTHER_HOME"; unset GOCACHE GOMODCACHE; as "$@"`, nil,
	},
	"few open files": {`ulimit -n 64 || exit 77; "$@"`, nil},
	"low priority":   {`exec nice -n 19 "$@"`, nil},
	"another locale": {`"$@"`, []string{"LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8", "TZ=Pacific/Kiritimati"}},
}

// TestEnvironments exports one draw of a net in each environment: it is the same to the last bit.
func TestEnvironments(t *testing.T) {
	everything(t)
	python(t)
	withoutGit, conda, otherHome := t.TempDir(), t.TempDir(), t.TempDir()
	forAll(t, otherHome)
	writeScript(t, filepath.Join(withoutGit, "git"), "echo 'git: command not found' >&2; exit 127")
	if err := os.Mkdir(filepath.Join(conda, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"python", "python3", "pip", "jupyter"} {
		writeScript(t, filepath.Join(conda, "bin", name), "echo 'this is the python of conda' >&2; exit 1")
	}
	export := func(t *testing.T, name string) string {
		t.Helper()
		where := environments[name]
		folder := t.TempDir()
		forAll(t, folder)
		out := filepath.Join(folder, "net.npz")
		command := exec.Command("bash", "-c", where.line, "bash", repository(t, "scripts", "export"),
			"residual", "--depth", "3", out)
		command.Dir = t.TempDir()
		command.Env = append(append(os.Environ(), "WITHOUT_GIT="+withoutGit, "CONDA="+conda,
			"OTHER_HOME="+otherHome),
			where.variables...)
		got := run(t, command)
		faulttest.NoCrash(t, got.stderr)
		if got.status == untried {
			t.Skipf("it can't be tried here: %s", got.stderr)
		}
		if got.status != 0 {
			t.Fatalf("it ended with %d: %s", got.status, got.stderr)
		}
		content, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", sha256.Sum256(content))
	}
	want := export(t, "as here")
	for name := range environments {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			got := export(t, name)
			faulttest.Faults(t, 1)
			if got != want {
				t.Error("the draw is another")
			}
		})
	}
}

// forAll lets every user write into a folder that t.TempDir made.
func forAll(t *testing.T, folder string) {
	t.Helper()
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
}
