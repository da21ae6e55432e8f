package training_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testprogram"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"golang.org/x/sys/unix"
)

// TestDiskErrors reads a checkpoint from where the kernel answers with an error of the disk.
func TestDiskErrors(t *testing.T) {
	folder := t.TempDir()
	path := interrupted(t, folder)
	if err := errors.Join(os.Remove(path), os.Symlink("/proc/self/mem", path)); err != nil {
		t.Fatal(err)
	}
	untouched(t, folder, "input/output error")
}

// TestMissingRights reads a checkpoint as a user who may write the folder but not read the file.
func TestMissingRights(t *testing.T) {
	folder := t.TempDir()
	path := interrupted(t, folder)
	for of, rights := range map[string]os.FileMode{
		path: 0, filepath.Dir(path): 0o777, filepath.Dir(folder): 0o755, // the last is the test's own
	} {
		if err := os.Chmod(of, rights); err != nil {
			t.Fatal(err)
		}
	}
	faulttest.AsNobody(func() { untouched(t, folder, "permission denied") })
}

// TestNoFilesLeft does a run while the process may open no more files than it has open.
func TestNoFilesLeft(t *testing.T) {
	folder := t.TempDir()
	interrupted(t, folder)
	before := listing(t, only(t, folder))
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	var held []*os.File
	for { // descriptors are given out from the lowest on: fill up what is free below the limit
		file, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, file)
		if int(file.Fd()) >= 64 {
			break
		}
	}
	// the first files that a run opens are those of its result, its lock and its checkpoint
	for free := range 3 {
		tight := limit
		tight.Cur = uint64(held[len(held)-1].Fd()) + 1
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &tight); err != nil {
			t.Fatal(err)
		}
		first, _, _, err := resumed(t, folder)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(err, syscall.EMFILE) || first != 0 {
			t.Errorf("with %d files to open the run goes on at step %d and gives %v", free, first, err)
		}
		if after := listing(t, only(t, folder)); after != before {
			t.Errorf("the run's folder was\n%s\nand is\n%s", before, after)
		}
		if err := held[free].Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range held[3:] {
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if first, _, _, err := resumed(t, folder); err != nil || first != 4 {
		t.Errorf("afterwards the run goes on at step %d and gives %v", first, err)
	}
}

// TestPoorFileSystems trains where files can't be locked, their rights can't be changed and nothing can be
// brought to the disk. It says once that there are no locks.
func TestPoorFileSystems(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{
		unix.SYS_FLOCK: unix.ENOTSUP, unix.SYS_FCHMOD: unix.EPERM, unix.SYS_FCHMODAT: unix.EPERM,
		unix.SYS_FSYNC: unix.EINVAL,
	}, func(t *testing.T) {
		folder := t.TempDir()
		r := runner(t, folder)
		var told notes
		ctx := progress.With(t.Context(), &told)
		for seed := range uint64(2) {
			if _, err := r.Run(ctx, config("relu", 3, 3, seed+1)); err != nil {
				t.Fatal(err)
			}
		}
		if len(told) != 1 || !strings.Contains(told[0], "no locks") || strings.Contains(told[0], "\n") {
			t.Errorf("told was %q", told)
		}
		path := interrupted(t, t.TempDir())
		if first, _, _, err := resumed(t, filepath.Join(path, "..", "..", "..")); err != nil || first != 4 {
			t.Errorf("an interrupted run goes on at step %d and gives %v", first, err)
		}
	})
}

// TestRightsOfRuns checks that the umask says who can continue with a run.
func TestRightsOfRuns(t *testing.T) {
	before := syscall.Umask(0o002)
	defer syscall.Umask(before)
	folder := filepath.Join(t.TempDir(), "results")
	path := interrupted(t, folder)
	for of, want := range map[string]os.FileMode{
		folder: 0o775 | os.ModeDir, filepath.Dir(path): 0o775 | os.ModeDir, path: 0o664,
		filepath.Join(filepath.Dir(path), "log.jsonl"): 0o664,
		filepath.Join(filepath.Dir(path), "lock"):      0o664,
	} {
		if info, err := os.Stat(of); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, %v; want %v", of, info.Mode(), err, want)
		}
	}
}

// sharedVariable names the results folder that the test's own program, as a user of a group, works in.
const sharedVariable = "SHATTERED_TEST_SHARED"

// TestSharedFolders lets a user interrupt a run in a results folder and another of the same group continue
// with it.
func TestSharedFolders(t *testing.T) {
	if folder := os.Getenv(sharedVariable); folder != "" {
		syscall.Umask(0o002)
		if entries, err := os.ReadDir(folder); err != nil || len(entries) == 0 {
			interrupted(t, folder)
		} else if first, _, _, err := resumed(t, folder); err != nil || first != 4 {
			t.Errorf("the run goes on at step %d and gives %v", first, err)
		}
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can be two users")
	}
	const group = 65534
	place := t.TempDir()
	program, folder := filepath.Join(place, "program"), filepath.Join(place, "results")
	// the go command leaves it in a folder that only its user can enter
	content, err := os.ReadFile(os.Args[0])
	if err := errors.Join(err, os.Chmod(filepath.Dir(place), 0o755), os.Mkdir(folder, 0o777),
		os.Chown(folder, 0, group), os.Chmod(folder, 0o775|os.ModeSetgid)); err != nil {
		t.Fatal(err)
	}
	testprogram.Write(t, program, string(content))
	for _, user := range []uint32{1001, 1002} {
		command := exec.CommandContext(t.Context(), program, "-test.run", "^TestSharedFolders$", "-test.v")
		command.Dir, command.Env = place, append(os.Environ(), sharedVariable+"="+folder)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: group}}
		if said, err := command.CombinedOutput(); err != nil ||
			!strings.Contains(string(said), "--- PASS: TestSharedFolders") {
			t.Fatalf("user %d: %v\n%s", user, err, said)
		}
	}
}
