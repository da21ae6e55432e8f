package results

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// unknownCommit begins a commit that could not be read although there is a checkout; the reason follows.
const unknownCommit = "unknown: "

// Commit asks git for the commit of the checkout whose root is the folder home, as [Provenance] has it. Where
// there is none it is empty: also where home, an unpacked archive of the source, say, lies in a checkout of
// something else.
func Commit(home string) string {
	if _, err := os.Lstat(filepath.Join(home, ".git")); home == "" || errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if _, err := exec.LookPath("git"); err != nil {
		return unknownCommit + "git is not installed"
	}
	git := checkoutReader(home)
	said, err := git("rev-parse", "--show-toplevel", "--short=12", "HEAD")
	root, hash, complete := strings.Cut(said, "\n")
	if err != nil || !complete || !sameFolder(root, home) {
		return unknownCommit + "git can't read the checkout"
	}
	changes, err := git("status", "--porcelain", "--untracked-files=normal", "--", "pkg", "cmd", "go.mod")
	switch {
	case err != nil:
		return unknownCommit + "git can't compare the code with commit " + hash
	case changes != "":
		return hash + "+"
	}
	return hash
}

// checkoutReader returns a function that runs git in a checkout and returns what it prints. Nothing in the
// environment, such as GIT_DIR, leads git to another one. Git may read the checkout although another user
// owns it: the code of this very process comes from there, so its user trusts that owner already. Of the
// programs that a checkout's settings can name, the one that git would start by itself stays off.
func checkoutReader(home string) func(arguments ...string) (string, error) {
	environment := slices.DeleteFunc(os.Environ(),
		func(variable string) bool { return strings.HasPrefix(variable, "GIT_") })
	environment = append(environment, "GIT_OPTIONAL_LOCKS=0")
	return func(arguments ...string) (string, error) {
		command := exec.Command("git",
			append([]string{"-C", home, "-c", "safe.directory=*", "-c", "core.fsmonitor=false"},
				arguments...)...)
		command.Env = environment
		output, err := command.Output()
		return strings.TrimSpace(string(output)), err
	}
}

// sameFolder says whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
