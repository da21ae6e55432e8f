package kerneltest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// started waits until a file that a cell writes is there, and returns the process id that it holds.
func started(t *testing.T, path string) int {
	t.Helper()
	// This is about hanging: on a busy machine it may take minutes until a kernel has started and a cell is
	// compiled.
	for deadline := time.Now().Add(20 * time.Minute); time.Now().Before(deadline); time.Sleep(50 *
		time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 {
			continue
		}
		id, err := strconv.Atoi(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	t.Fatal("the cell did not start")
	return 0
}

// wantGone checks that a process has ended.
func wantGone(t *testing.T, id int) {
	t.Helper()
	// A process that has ended but that nobody has waited for yet has no command line any more.
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", id))
	if err := syscall.Kill(id, 0); !errors.Is(err, syscall.ESRCH) && len(line) > 0 {
		t.Errorf("the cell's process %d is still there (%v)", id, err)
		_ = syscall.Kill(id, syscall.SIGKILL)
	}
}

// stoppableCell writes its process id to a file, waits for the interrupt, and writes "saved" to another.
const stoppableCell = `%%noautoget
import ("fmt"; "os"; "os/signal"; "time")
%%%%
interrupted := make(chan os.Signal, 1)
signal.Notify(interrupted, os.Interrupt)
_ = os.WriteFile(%[1]q, []byte(fmt.Sprint(os.Getpid())), 0o644)
<-interrupted
_ = os.WriteFile(%[2]q, []byte("saved"), 0o644)
if %[3]t {
	time.Sleep(time.Hour)
}`

// A run that is stopped lets the cell save what it must, and ends it where it does not end by itself.
func TestStoppedRunLeavesNoProcess(t *testing.T) {
	for name, stubborn := range map[string]bool{"polite cell": false, "stubborn cell": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faulttest.Faults(t, 1)
			folder := t.TempDir()
			pid, saved := filepath.Join(folder, "pid"), filepath.Join(folder, "saved")
			command := runner(t, notebook(t, fmt.Sprintf(stoppableCell, pid, saved, stubborn)))
			var id int
			stopped := make(chan struct{})
			go func() {
				defer close(stopped)
				id = started(t, pid)
				_ = command.Process.Signal(syscall.SIGTERM)
			}()
			got := run(t, command)
			<-stopped
			wantSentence(t, got, 130, "test.ipynb: stopped")
			wantGone(t, id)
			if _, err := os.Stat(saved); err != nil {
				t.Errorf("the cell was not given the time to save: %v", err)
			}
		})
	}
}

func TestTimeoutEndsTheCell(t *testing.T) {
	t.Parallel()
	faulttest.Faults(t, 1)
	pid := filepath.Join(t.TempDir(), "pid")
	got := run(t, runner(t, "--timeout", "3", notebook(t, fmt.Sprintf(stoppableCell, pid, os.DevNull, true))))
	wantSentence(t, got, 1, "cell 1 took longer than 3 s and was stopped")
	// On a busy machine the time may be over before the cell has compiled.
	if _, err := os.Stat(pid); err == nil {
		wantGone(t, started(t, pid))
	}
}

// A kernel that is killed (by a system without memory, say) must be reported, and must not leave its cell
// running.
func TestKilledKernel(t *testing.T) {
	t.Parallel()
	faulttest.Faults(t, 1)
	pid := filepath.Join(t.TempDir(), "pid")
	command := runner(t, notebook(t, fmt.Sprintf(`%%noautoget
import ("fmt"; "os"; "syscall"; "time")
%%%%
_ = os.WriteFile(%q, []byte(fmt.Sprint(os.Getpid())), 0o644)
_ = syscall.Kill(os.Getppid(), syscall.SIGKILL)
time.Sleep(time.Hour)`, pid)))
	// A killed kernel can't remove its folder.
	command.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	got := run(t, command)
	wantSentence(t, got, 1, "the kernel ended during cell 1")
	wantGone(t, started(t, pid))
}
