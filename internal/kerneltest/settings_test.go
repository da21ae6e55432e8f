package kerneltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// asUser returns the command that runs a line of bash in a folder, with variables as a user has set them.
func asUser(folder, line string, variables ...string) *exec.Cmd {
	command := exec.Command("bash", "-c", line)
	command.Dir = folder
	command.Env = append(os.Environ(), variables...)
	return command
}

// wantWorks checks that a program ended well, and printed the words.
func wantWorks(t *testing.T, got result, words string) {
	t.Helper()
	if got.status != 0 || !strings.Contains(got.stdout, words) {
		t.Errorf("got %+v, want it to end well and to print %q", got, words)
	}
}

// Scripts do the same whatever shell calls them, and however.
func TestScriptsInOtherShells(t *testing.T) {
	other := t.TempDir()
	if err := os.CopyFS(filepath.Join(other, "scripts"), os.DirFS(repository(t, "scripts"))); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"sh", "dash", "bash --posix", "zsh", "ksh", "bash"} {
		if _, err := exec.LookPath(strings.Fields(shell)[0]); err != nil {
			continue
		}
		for _, name := range []string{"setup", "reproduce", "test", "lab", "export", "train", "bench"} {
			wantWorks(t, run(t, asUser(repository(t), shell+" scripts/"+name+" --help")),
				"Usage: scripts/"+name)
		}
	}
	// A folder of the same names elsewhere, which cd would find first.
	got := run(t, asUser(repository(t), "source scripts/lib/common.sh && echo \"$home\"", "CDPATH="+other))
	wantWorks(t, got, repository(t)+"\n")
}

// Folders named by a relative path are those that the user sees.
func TestRelativeFoldersAreTheCallers(t *testing.T) {
	folder := t.TempDir()
	command := asUser(folder,
		"source '"+repository(t, "scripts", "lib",
			"common.sh")+"' && cd / && bash -c 'echo $SHATTERED_RESULTS $CIFAR10_DIR $TMPDIR "+
			"$SHATTERED_VENV'",
		"SHATTERED_RESULTS=a", "CIFAR10_DIR=./b", "TMPDIR=../c", "SHATTERED_VENV=/d")
	wantWorks(t, run(t, command), folder+"/a "+folder+"/./b "+folder+"/../c /d\n")
}

// Git that is set to give files the line ends of Windows must leave ours as they are.
func TestLineEndsSurviveGit(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{".gitattributes", "scripts/setup", "scripts/lib/run_notebook.py",
		"requirements.txt"} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(read(t, filepath.FromSlash(name))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := run(t, asUser(folder, `git init --quiet . && git config core.autocrlf true && git add . 2>/dev/null &&
		git -c user.name=a -c user.email=a@example.org commit --quiet --message all &&
		rm -r scripts requirements.txt && git checkout --quiet . && cat scripts/setup scripts/lib/* requirements.txt`,
		"GIT_DIR=.git", "GIT_CONFIG_GLOBAL="+os.DevNull))
	if got.status != 0 || got.stdout == "" || strings.Contains(got.stdout, "\r") {
		t.Errorf("git ended with %d (%s), and gave %d lines that end as on Windows", got.status, got.stderr,
			strings.Count(got.stdout, "\r"))
	}
}

// What a user has set for programs of their own must not change how ours are built and run, nor the cells.
func TestSettingsOfGoAndPython(t *testing.T) {
	python(t)
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("GOFLAGS=-mod=vendor\nGOOS=plan9\nGO111MODULE=off\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	for name, variables := range map[string][]string{
		"in the environment": {
			"GOFLAGS=-mod=vendor -trimpath -race -modcacherw", "GO111MODULE=off", "GOOS=windows",
			"GOARCH=arm64", "GOWORK=/nowhere/go.work",
			"PYTHONPATH=/nowhere", "PYTHONHOME=/nowhere", "PYTHONSAFEPATH=1", "PYTHONWARNINGS=error",
		},
		"written to Go's file": {"GOENV=" + file, "GOFLAGS=", "GOOS=", "GO111MODULE="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, asUser(t.TempDir(),
				"'"+repository(t, "scripts", "export")+"' residual --depth 2 net.npz && ls", variables...))
			wantWorks(t, got, "net.npz")
			// A kernel that no script of ours has started, as in an editor.
			command := runner(t, notebook(t, "%noautoget\nimport \"fmt\"\n%%\nfmt.Println(\"hello\")"))
			command.Env = append(os.Environ(), variables...)
			command.Env = append(command.Env, "PYTHONPATH=", "PYTHONHOME=", "PYTHONSAFEPATH=",
				"PYTHONWARNINGS=")
			wantWorks(t, run(t, command), "hello")
		})
	}
}

// An older Go that fetches the one that go.mod asks for does so in the repository only.
func TestOlderGoThatFetchesTheNewer(t *testing.T) {
	python(t)
	path, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	writeScript(t, filepath.Join(folder, "go"), `
inside=false
case "$PWD/" in '`+repository(t)+`'/*) inside=true ;; esac
case "$1 $2" in "-C `+repository(t)+`"*) inside=true ;; esac
if [ "$*" = "env GOVERSION" ] && ! $inside; then echo go1.21.0; exit; fi
exec '`+path+`' "$@"`)
	got := run(t, asUser(t.TempDir(), "'"+repository(t, "scripts", "setup")+"'",
		"PATH="+folder+":"+os.Getenv("PATH")))
	wantWorks(t, got, "nothing to do")
}

// What is printed never ends a run: not in a locale that lacks the letters.
func TestLocaleWithoutTheLetters(t *testing.T) {
	t.Parallel()
	command := runner(t, notebook(t, "%noautoget\nimport \"fmt\"\n%%\nfmt.Println(\"β = 0.1, done\")"))
	command.Env = append(os.Environ(), "LC_ALL=POSIX", "PYTHONCOERCECLOCALE=0", "PYTHONUTF8=0")
	wantWorks(t, run(t, command), "? = 0.1, done")
}

// A script may be piped to a program that has read enough. It stops, and says so in a sentence.
func TestOutputThatNobodyReads(t *testing.T) {
	t.Parallel()
	command := runner(t, notebook(t, "%noautoget\nimport \"fmt\"\n%%\nfmt.Println(1)", "%%\nfmt.Println(2)",
		"%%\nfmt.Println(3)"))
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command.Stdout, command.Stderr = write, &stderr
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	_ = command.Run()
	_ = write.Close()
	wantSentence(t, result{stderr: stderr.String(), status: command.ProcessState.ExitCode()}, 141,
		"test.ipynb: stopped, since nobody reads what it prints")
}

// A run under nohup continues when its terminal has gone.
func TestNohup(t *testing.T) {
	t.Parallel()
	pid := filepath.Join(t.TempDir(), "pid")
	path := notebook(t, `%noautoget
import ("fmt"; "os"; "time")
%%
_ = os.WriteFile("`+pid+`", []byte(fmt.Sprint(os.Getpid())), 0o644)
time.Sleep(2 * time.Second)
fmt.Println("to the end")`)
	command := asUser(filepath.Dir(path), `trap "" HUP; "$PYTHON" "$RUNNER" --print "$NOTEBOOK" & runner=$!
		until [ -s "$STARTED" ]; do kill -0 $runner || exit; sleep 0.1; done; kill -HUP $runner; wait $runner`,
		"PYTHON="+python(t), "RUNNER="+repository(t, "scripts", "lib", "run_notebook.py"), "NOTEBOOK="+path,
		"STARTED="+pid)
	wantWorks(t, run(t, command), "to the end")
}
