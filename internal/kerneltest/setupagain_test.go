package kerneltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A checkout that was moved works without a network: what holds the old path is mended. So does one where
// files can't be locked.
func TestMovedCheckout(t *testing.T) {
	everything(t)
	folder := filepath.Join(t.TempDir(), "moved here")
	checkout(t, folder)
	tools := t.TempDir()
	writeScript(t, filepath.Join(tools, "flock"), "echo 'flock: 9: Bad file descriptor' >&2; exit 1")
	got := setup(t, folder, append(offline, "PATH="+tools+":"+os.Getenv("PATH"))...)
	wantWorks(t, got, "its paths are mended")
	if !strings.Contains(got.stderr, "has no locks") {
		t.Errorf("where nothing can be locked it said %q", got.stderr)
	}
	wantCell(t, folder)
	// scripts/test leads Jupyter to the checkout's own environment.
	wantWorks(t, run(t, asUser(folder, ".venv/bin/jupyter kernelspec list", "JUPYTER_PATH=")),
		filepath.Join(folder, ".venv"))
	if got := run(t, asUser(folder,
		`grep -rIlF "$OLD/" .venv/bin .venv/share .venv/lib/pjrt .venv/.shattered .venv/pyvenv.cfg`, "OLD="+repository(t, ".venv"))); got.stdout != "" {
		t.Errorf("these files still hold the old path:\n%s", got.stdout)
	}
	wantWorks(t, setup(t, folder, offline...), "nothing to do")

	// A second path to the same folder is no move.
	second := filepath.Join(t.TempDir(), "second")
	if err := os.Symlink(folder, second); err != nil {
		t.Fatal(err)
	}
	wantWorks(t, setup(t, second, offline...), "nothing to do")
}

// A set-up that can't be done takes nothing away: the environment that worked works on, and says so in
// seconds, not after pip's retries.
func TestSetupThatFailsKeepsTheEnvironment(t *testing.T) {
	everything(t)
	folder := filepath.Join(t.TempDir(), "checkout")
	checkout(t, folder)
	wantWorks(t, setup(t, folder, offline...), "its paths are mended")
	list := filepath.Join(folder, "requirements.txt")
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, append(text, "# another list\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, setup(t, folder, offline...), "no server answers, and a network is needed")
	wantCell(t, folder)
	if err := os.WriteFile(list, text, 0o644); err != nil {
		t.Fatal(err)
	}
	wantWorks(t, setup(t, folder, offline...), "nothing to do")

	// A set-up that was stopped just as it put a new environment in place is taken back.
	if err := os.Rename(filepath.Join(folder, ".venv"), filepath.Join(folder, ".venv.old")); err != nil {
		t.Fatal(err)
	}
	wantWorks(t, setup(t, folder, offline...), "nothing to do")

	// A module cache that is gone is noticed, rather than by the first cell.
	modules := filepath.Join(folder, ".venv", ".shattered", "modules")
	noted, err := os.ReadFile(modules)
	if err != nil {
		t.Fatal(err)
	}
	_, folders, _ := strings.Cut(string(noted), "\n")
	if err := os.WriteFile(modules, []byte("/nowhere\n"+folders), 0o644); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, setup(t, folder, append(offline, "GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw")...),
		"no server answers, and a network is needed")

	// With the network back, a new list gives a new environment in the old one's place.
	if err := os.WriteFile(list, append(text, "# another list\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	wantWorks(t, setup(t, folder), "ready: ")
	wantCell(t, folder)
	if got := run(t, asUser(folder,
		`ls -d .venv.new .venv.old; grep -rIlF .venv.new .venv/bin .venv/share .venv/.shattered .venv/pyvenv.cfg`)); got.stdout != "" {
		t.Errorf("the new environment still holds its first path:\n%s", got.stdout)
	}
}
