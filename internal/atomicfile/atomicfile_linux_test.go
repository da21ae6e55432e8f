package atomicfile_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/faulttest"
	"golang.org/x/sys/unix"
)

// leaveVariable makes the test binary another process that is in the middle of writing a file into the folder
// that it names.
const leaveVariable = "LEAVE_UNFINISHED"

func TestMain(m *testing.M) {
	folder := os.Getenv(leaveVariable)
	if folder == "" {
		os.Exit(m.Run())
	}
	_ = atomicfile.Write(filepath.Join(folder, "never"), func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		_, _ = io.WriteString(os.Stdout, "\n")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	})
}

// writing starts a process that is writing a file into the folder, and returns what kills it.
func writing(t *testing.T, folder string) (kill func()) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), leaveVariable+"="+folder)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() { _, _ = command.Process.Kill(), command.Wait() }
	t.Cleanup(kill)
	if _, err := output.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return kill
}

// files returns the number of files in a folder.
func files(t *testing.T, folder string) int {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func hello(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }

// TestKilledWriters kills a process in the middle of writing: what it leaves is collected by the next
// process, which leaves alone what a living one is writing and what only looks alike.
func TestKilledWriters(t *testing.T) {
	folder := t.TempDir()
	killed := writing(t, folder)
	writing(t, folder)
	alike := filepath.Join(folder, ".unfinished-novel.txt")
	if err := os.WriteFile(alike, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	atomicfile.Collect(folder)
	if n := files(t, folder); n != 3 {
		t.Fatalf("with two living processes there are %d files, want 3", n)
	}
	killed()
	if err := atomicfile.Write(filepath.Join(folder, "file"), hello); err != nil {
		t.Fatal(err)
	}
	if n := files(t, folder); n != 3 { // the file, that of the living process and the one that looks alike
		t.Errorf("after the next write there are %d files, want 3", n)
	}
	if _, err := os.Stat(alike); err != nil {
		t.Error(err)
	}
}

// TestUmask checks that users of a group can share files where their umask says so, and that nobody can read
// them where it does not.
func TestUmask(t *testing.T) {
	folder := t.TempDir()
	for mask, want := range map[int]os.FileMode{0o022: 0o644, 0o002: 0o664, 0o077: 0o600} {
		before := syscall.Umask(mask)
		err := atomicfile.Write(filepath.Join(folder, "file"), hello)
		syscall.Umask(before)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(folder, "file")); err != nil || info.Mode() != want {
			t.Errorf("umask %#o gives %v, %v; want %v", mask, info.Mode(), err, want)
		}
	}
}

// TestPoorFileSystems writes where files can't be locked, their rights can't be changed and nothing can be
// brought to the disk.
func TestPoorFileSystems(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{
		unix.SYS_FLOCK: unix.ENOLCK, unix.SYS_FCHMOD: unix.EPERM, unix.SYS_FCHMODAT: unix.EPERM,
		unix.SYS_FSYNC: unix.EINVAL,
	}, func(t *testing.T) {
		folder := t.TempDir()
		old, young := filepath.Join(folder, ".unfinished-0123456789abcdef"),
			filepath.Join(folder, ".unfinished-fedcba9876543210")
		for path, age := range map[string]time.Duration{old: 48 * time.Hour, young: time.Hour} {
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(folder, "file")
		if err := atomicfile.Write(path, hello); err != nil {
			t.Fatal(err)
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != "hello" {
			t.Errorf("the file holds %q, %v", content, err)
		}
		if _, err := os.Stat(young); err != nil || files(t, folder) != 2 {
			t.Errorf("%d files are left (%v), want the new one and one that may be a living process's",
				files(t, folder), err)
		}
	})
}

// TestDiskErrors checks that an error of the disk is not one of a file system that can't be asked: the file
// that was there stays.
func TestDiskErrors(t *testing.T) {
	faulttest.Run(t, faulttest.Refusals{unix.SYS_FSYNC: unix.EIO}, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(path, hello); err == nil {
			t.Error("a disk that fails gives no error")
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != "before" ||
			files(t, filepath.Dir(path)) != 1 {
			t.Errorf("the file holds %q, %v", content, err)
		}
	})
}
