package kerneltest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests here that make or copy a whole environment are run by scripts/test --all.
func everything(t *testing.T) {
	t.Helper()
	if os.Getenv("SHATTERED_TEST_ALL") == "" {
		t.Skip("scripts/test --all runs this")
	}
}

// checkout copies the repository with its environment, as a user moves or copies a checkout, to a folder of
// that name.
func checkout(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(repository(t, ".venv", "bin", "python")); err != nil {
		t.Skip("there is no environment in the repository to copy: run scripts/setup")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	got := run(t, asUser(repository(t),
		`tar --exclude ./.git --exclude ./results --exclude './.venv-*' --exclude './.venv.*' -cf - . | tar -C "$TO" -xf -`, "TO="+folder))
	if got.status != 0 {
		t.Fatalf("copying gave %+v", got)
	}
}

// offline are variables with which neither pip nor Go reaches anything, as where there is no network.
var offline = []string{
	"PIP_INDEX_URL=http://127.0.0.1:9/simple", "PIP_FIND_LINKS=", "PIP_NO_INDEX=", "PIP_NO_CACHE_DIR=1",
	"GOPROXY=http://127.0.0.1:9", "HTTP_PROXY=", "HTTPS_PROXY=", "http_proxy=", "https_proxy=",
}

// setup runs the set-up of a checkout, with variables as a user has set them. A set-up that waits in vain is
// stopped, which fails the test: that limit is about hanging.
func setup(t *testing.T, folder string, variables ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(folder, "scripts", "setup"))
	command.Dir = t.TempDir()
	command.Env = append(append(os.Environ(), "SHATTERED_VENV="), variables...)
	return run(t, command)
}

// wantCell checks that the kernel of a checkout runs a cell.
func wantCell(t *testing.T, folder string) {
	t.Helper()
	got := run(t, exec.Command(filepath.Join(folder, ".venv", "bin", "python"),
		filepath.Join(folder, "scripts", "lib", "run_notebook.py"),
		"--print", filepath.Join(folder, "scripts", "lib", "verify.ipynb")))
	wantWorks(t, got, "1 + 1 = 2")
}

// wantRefusal checks that a script ended with a sentence, after whatever tools had to say.
func wantRefusal(t *testing.T, got result, words string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
	last := lines[len(lines)-1]
	if got.status != 1 || !strings.HasPrefix(last, "error: ") || !strings.Contains(last, words) {
		t.Errorf("it ended with %d and %q, want 1 and one sentence that holds %q; standard output:\n%s",
			got.status, got.stderr, words, got.stdout)
	}
}

// The folders that a set-up writes to outside of the repository are named where they can't serve.
func TestSetupNamesFoldersThatCannotServe(t *testing.T) {
	clone := freshClone(t)
	home := t.TempDir()
	tools := "PATH=" + fakeTools(t, map[string]string{"go": ""})
	command := func(variables ...string) result {
		command := exec.Command(filepath.Join(clone, "scripts", "setup"))
		command.Env = append(variables, tools)
		return run(t, command)
	}
	wantSentence(t, command("HOME="+home, "TMPDIR=/nowhere"), 1,
		"can't write into /nowhere, the folder for temporary files: set TMPDIR")
	for _, variables := range [][]string{{}, {"HOME=/nowhere"}} {
		got := command(variables...)
		wantRefusal(t, got, "Go is missing")
		if !strings.Contains(got.stderr, "caches and settings go to "+clone+"/.venv.home\n") {
			t.Errorf("without a home folder it said %q", got.stderr)
		}
	}
	// As root, or in a name space where one is root, a folder can be mounted so that no program runs from it.
	mounted := t.TempDir()
	mount := asUser(clone,
		`unshare --mount --map-root-user sh -c 'mount -t tmpfs -o noexec none "$TMPDIR" || exit 77; exec scripts/setup'`)
	mount.Env = append(mount.Env, "HOME="+home, "TMPDIR="+mounted)
	if got := run(t, mount); got.status != 77 && got.status != 127 &&
		!strings.Contains(got.stderr, "unshare") {
		wantSentence(t, got, 1,
			"programs can't be run from "+mounted+", the folder for temporary files (noexec): set TMPDIR "+
				"to another")
	}
}

// The environment of another system, which sees the same folder under another path and has another Python, is
// left to it.
func TestSetupLeavesTheEnvironmentOfAnotherSystem(t *testing.T) {
	clone := freshClone(t)
	stamps := filepath.Join(clone, ".venv", ".shattered")
	if err := os.MkdirAll(stamps, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"folder": "/elsewhere/.venv\n", "verified": "\n"} {
		if err := os.WriteFile(filepath.Join(stamps, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantSentence(t, setup(t, clone), 1,
		"was made as /elsewhere/.venv, with a Python that is not here: if another system still uses it, "+
			"let SHATTERED_VENV name another folder")
	if _, err := os.Stat(filepath.Join(stamps, "verified")); err != nil {
		t.Errorf("the other system's environment is not as it was: %v", err)
	}
}

// What go or pip say when they fail is told apart: the network is blamed for nothing else.
func TestReasonsOfFailures(t *testing.T) {
	for output, want := range map[string]string{
		"go: x@v1: Get \"http://127.0.0.1:9/x\": dial tcp 127.0.0.1:9: connect: connection " +
			"refused": "no server answers",
		"WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('...')': " +
			"/simple/anyio/": "no server answers",
		"# pkg\ncompile: signal: killed": "the memory " +
			"did not suffice",
		"write /x/y: no space left on device": "the disk is " +
			"full",
		"ERROR: No matching distribution found for " +
			"pyyaml==6.0.3": "the index has no pyyaml==6.0.3 for this system and " +
			"Python",
		"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.": "a package is " +
			"not the one that the list names",
		"SSLError(SSLCertVerificationError('[SSL: CERTIFICATE_VERIFY_FAILED]": "certificate " +
			"is not trusted",
		"go: module lookup disabled by GOPROXY=off": "unset GOPROXY",
		"ERROR: Could not install packages due to an OSError: [Errno 13] Permission " +
			"denied": "can't be written",
		"undefined: nothing": "see the message above",
	} {
		got := run(t, asUser(repository(t), `source scripts/lib/common.sh; reason "$OUTPUT"`,
			"OUTPUT="+output))
		wantWorks(t, got, want)
		if strings.Contains(got.stdout, "network") != (want == "no server answers") {
			t.Errorf("%q is explained by %q", output, got.stdout)
		}
	}
}

// XLA's plugin is for glibc 2.27 or newer on x86-64; elsewhere GoMLX has one of its own, or the set-up goes
// on with the pure-Go backend.
func TestPlatformsWithAPlugin(t *testing.T) {
	for name, c := range map[string]struct {
		system, libc string
		want         string
	}{
		"Linux":            {"Linux x86_64", "echo glibc 2.36", "wheel"},
		"the oldest":       {"Linux x86_64", "echo glibc 2.27", "wheel"},
		"an older Linux":   {"Linux x86_64", "echo glibc 2.17", "none"},
		"musl":             {"Linux x86_64", "exit 1", "none"},
		"Linux on Arm":     {"Linux aarch64", "echo glibc 2.36", "release"},
		"musl on Arm":      {"Linux aarch64", "exit 1", "none"},
		"macOS on Intel":   {"Darwin x86_64", "exit 1", "none"},
		"macOS on its own": {"Darwin arm64", "exit 1", "release"},
	} {
		folder := t.TempDir()
		writeScript(t, filepath.Join(folder, "uname"), "echo "+c.system)
		writeScript(t, filepath.Join(folder, "getconf"), c.libc)
		got := run(t, asUser(repository(t),
			`source scripts/lib/common.sh; if has_wheel; then echo wheel; elif has_release; then echo release; else echo none; fi`, "PATH="+folder+":"+os.Getenv("PATH")))
		if got.stdout != c.want+"\n" {
			t.Errorf("%s: got %+v, want %s", name, got, c.want)
		}
	}
}

// Settings of pip and Python that somebody has for their own work change nothing of what a first set-up
// installs.
func TestSetupWithSettingsOfPython(t *testing.T) {
	everything(t)
	folder, home := filepath.Join(t.TempDir(), "checkout"), t.TempDir()
	checkout(t, folder)
	if err := os.RemoveAll(filepath.Join(folder, ".venv")); err != nil {
		t.Fatal(err)
	}
	configuration := filepath.Join(home, "pip.conf")
	if err := os.WriteFile(configuration,
		[]byte("[install]\nuser = true\nprefix = /nowhere\n[global]\nno-binary = "+
			":all:\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	pinned := filepath.Join(home, "path", "anyio")
	if err := os.MkdirAll(pinned, 0o755); err != nil {
		t.Fatal(err)
	}
	constraints := filepath.Join(home, "constraints.txt")
	if err := os.WriteFile(constraints, []byte("anyio<1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := setup(t, folder, "PIP_CONFIG_FILE="+configuration, "PIP_USER=1", "PIP_TARGET="+home,
		"PIP_CONSTRAINT="+constraints, "PIP_NO_DEPS=0",
		"PYTHONPATH="+filepath.Dir(pinned), "PYTHONSAFEPATH=1", "PYTHONWARNINGS=error", "PYTHONHOME=/nowhere")
	wantWorks(t, got, "ready: ")
	wantCell(t, folder)
	wantWorks(t, run(t, exec.Command(filepath.Join(folder, ".venv", "bin", "python"), "-c",
		"import anyio; print(anyio.__file__)")), filepath.Join(folder, ".venv"))
}

// A checkout that its user may only read, with a results folder of their own, runs cells and makes the
// report: programs are built in a cache.
func TestReadOnlyCheckout(t *testing.T) {
	everything(t)
	folder, own := filepath.Join(t.TempDir(), "checkout"), t.TempDir()
	checkout(t, folder)
	wantWorks(t, setup(t, folder, offline...), "its paths are mended")
	command := asUser(own, `unshare --mount --map-root-user sh -c '
		mount --bind "$CHECKOUT" "$CHECKOUT" && mount -o remount,bind,ro "$CHECKOUT" || exit 77
		if touch "$CHECKOUT"/file 2>/dev/null; then exit 77; fi
		exec "$CHECKOUT"/scripts/reproduce --quick --results results 1'`,
		"CHECKOUT="+folder, "SHATTERED_VENV=", "XDG_CACHE_HOME="+filepath.Join(own, "cache"),
		"GOCACHE="+output(t, "go", "env", "GOCACHE"))
	got := run(t, command)
	if got.status == 77 || got.status == 127 || strings.Contains(got.stderr, "unshare") {
		t.Skip("nothing can be mounted here")
	}
	wantWorks(t, got, "done in ")
	if _, err := os.Stat(filepath.Join(own, "results", "index.html")); err != nil {
		t.Error(err)
	}
}

// output returns what a program prints, without its last line end.
func output(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	got := run(t, exec.Command(name, arguments...))
	if got.status != 0 {
		t.Fatalf("%s gave %+v", name, got)
	}
	return strings.TrimSuffix(got.stdout, "\n")
}
