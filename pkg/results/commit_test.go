package results_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testprogram"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// repository makes a git checkout that looks like the project, with one commit, and returns its folder and
// the commit's hash.
func repository(t *testing.T) (folder, hash string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	folder = t.TempDir()
	writeFile(t, filepath.Join(folder, "pkg", "code.go"), "package code\n")
	git(t, folder, "init", "-q")
	git(t, folder, "add", ".")
	git(t, folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", t.Name())
	return folder, git(t, folder, "rev-parse", "--short=12", "HEAD")
}

// git runs git in a folder and returns what it prints.
func git(t *testing.T, folder string, arguments ...string) string {
	t.Helper()
	output, err := exec.Command("git", append([]string{"-C", folder}, arguments...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", arguments, err, output)
	}
	return strings.TrimSpace(string(output))
}

// writeFile writes a file and the folders that it lies in.
func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantCommit checks the commit in the provenance of numbers from a project's folder.
func wantCommit(t *testing.T, home, want string) {
	t.Helper()
	if got := results.NewProvenance(testbackend.Open(t), home).Commit; got != want {
		t.Errorf("the commit is %q, and not %q", got, want)
	}
}

func TestCommit(t *testing.T) {
	home, hash := repository(t)
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(hash) {
		t.Fatalf("git says that the commit is %q", hash)
	}
	wantCommit(t, home, hash)
	writeFile(t, filepath.Join(home, "notebooks", "new.ipynb"), "{}") // no code
	wantCommit(t, home, hash)

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(home, link); err != nil {
		t.Fatal(err)
	}
	wantCommit(t, link, hash)

	tree := filepath.Join(t.TempDir(), "tree")
	git(t, home, "worktree", "add", "-q", tree)
	wantCommit(t, tree, hash)

	writeFile(t, filepath.Join(home, "pkg", "code.go"), "package changed\n")
	wantCommit(t, home, hash+"+")
}

// TestCommitWithNewCode adds a file of which git tells nothing where the user has told it so.
func TestCommitWithNewCode(t *testing.T) {
	home, hash := repository(t)
	git(t, home, "config", "status.showUntrackedFiles", "no")
	writeFile(t, filepath.Join(home, "pkg", "new.go"), "package code\n")
	wantCommit(t, home, hash+"+")
}

// TestCommitOfSomethingElse unpacks the project's archive in a checkout of something else, and lets the
// environment name one.
func TestCommitOfSomethingElse(t *testing.T) {
	other, _ := repository(t)
	archive := filepath.Join(other, "unpacked")
	writeFile(t, filepath.Join(archive, "pkg", "code.go"), "package code\n")
	wantCommit(t, archive, "")
	wantCommit(t, "", "") // a program that does not know where the project is

	home, hash := repository(t)
	writeFile(t, filepath.Join(other, "pkg", "code.go"), "package other\n")
	git(t, other, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-a", "-m",
		"another")
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_WORK_TREE", other)
	wantCommit(t, home, hash)
	wantCommit(t, archive, "")
}

// gitScript puts a shell script in front of git. In it, $real is the real one.
func gitScript(t *testing.T, script string) {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	folder := t.TempDir()
	testprogram.Write(t, filepath.Join(folder, "git"), "#!/bin/sh\nreal='"+path+"'\n"+script+"\n")
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// TestCommitOfAnotherUsersClone lets git believe that another user owns the checkout.
func TestCommitOfAnotherUsersClone(t *testing.T) {
	home, hash := repository(t)
	gitScript(t, `GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "$real" "$@"`)
	if output, err := exec.Command("git", "-C", home, "rev-parse", "HEAD").CombinedOutput(); err == nil {
		t.Skipf("this git reads everybody's clones: %s", output)
	}
	wantCommit(t, home, hash)
}

// TestUnknownCommit checks that the provenance says why there is no commit.
func TestUnknownCommit(t *testing.T) {
	home, hash := repository(t)
	t.Run("unborn", func(t *testing.T) {
		unborn := t.TempDir()
		git(t, unborn, "init", "-q")
		wantCommit(t, unborn, "unknown: git can't read the checkout")
	})
	t.Run("refused", func(t *testing.T) {
		gitScript(t, "echo 'fatal: detected dubious ownership' >&2; exit 128")
		wantCommit(t, home, "unknown: git can't read the checkout")
	})
	t.Run("incomparable", func(t *testing.T) {
		gitScript(t, `case "$*" in *status*) exit 128;; esac; exec "$real" "$@"`)
		wantCommit(t, home, "unknown: git can't compare the code with commit "+hash)
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		wantCommit(t, home, "unknown: git is not installed")
	})
}
