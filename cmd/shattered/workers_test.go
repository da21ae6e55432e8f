package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testprogram"
)

// standIn takes the place of the command in TestWorkers: it says where and how it runs, and ends when it is
// told to.
const standIn = `#!/usr/bin/env bash
trap 'echo stopped; exit 130' TERM
session=$(sed 's/.* nice //' /proc/self/autogroup 2>/dev/null)
echo "processors $(taskset -cp $$ | sed 's/.*: //'), nice $(nice), in its session ${session:-19}, $*"
while :; do sleep 0.02; done
`

// TestWorkers starts workers by scripts/lib/workers.sh, starts them again, which must not double them, and
// stops them.
func TestWorkers(t *testing.T) {
	for _, tool := range []string{"bash", "taskset", "flock", "setsid", "nice"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	testprogram.Write(t, filepath.Join(folder, "bin", "shattered"), standIn)
	workers := filepath.Join(folder, "results", "workers")
	do := func(function string) string {
		t.Helper()
		script := "set -euo pipefail; source scripts/lib/common.sh; source scripts/lib/workers.sh; " +
			"program=$1/bin/shattered SHATTERED_RESULTS=$1/results; " + function
		c := exec.Command("bash", "-c", script, "bash", folder) // also when the test has ended
		c.Dir = filepath.Join("..", "..")
		output, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", function, err, output)
		}
		return string(output)
	}
	t.Cleanup(func() { do("stop_workers") })
	processors := strings.Fields(do("processors"))
	said := do("start_workers --plan figure")
	if want := fmt.Sprintf("==> %d workers started;", len(processors)); !strings.HasPrefix(said, want) {
		t.Errorf("start says %q, want %q", said, want)
	}
	for _, p := range processors {
		log := filepath.Join(workers, p+".log")
		want := fmt.Sprintf("processors %s, nice 19, in its session 19, train --plan figure\n", p)
		await(t, "word of a worker in "+log,
			func() bool { content, _ := os.ReadFile(log); return bytes.Contains(content, []byte("\n")) })
		if content, err := os.ReadFile(log); err != nil || string(content) != want {
			t.Errorf("the worker says %q (%v), want %q", content, err, want)
		}
	}
	if said := do("start_workers"); strings.Count(said, "has a worker already") != len(processors) ||
		!strings.Contains(said, "==> 0 workers started") {
		t.Errorf("starting again says %q", said)
	}
	if said, want := do("stop_workers"),
		fmt.Sprintf("==> %d workers stopped;", len(processors)); !strings.HasPrefix(said, want) {
		t.Errorf("stop says %q, want %q", said, want)
	}
	for _, p := range processors {
		if content, err := os.ReadFile(filepath.Join(workers, p+".log")); err != nil ||
			!strings.HasSuffix(string(content), "stopped\n") || strings.Count(string(content), "nice") != 1 {
			t.Errorf("the worker of processor %s left %q (%v)", p, content, err)
		}
	}
	if said := do("stop_workers"); !strings.HasPrefix(said, "==> 0 workers stopped") {
		t.Errorf("stopping again says %q", said)
	}
	// A worker that has not written its number yet: what the file says is a process that nobody may end.
	stranger := exec.Command("sleep", "60")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	number := filepath.Join(workers, processors[0]+".pid")
	if err := os.WriteFile(number, fmt.Appendln(nil, stranger.Process.Pid), 0o644); err != nil {
		t.Fatal(err)
	}
	starting := exec.Command("bash", "-c", `exec 9>"$1.lock" && flock -n 9 && echo locked && sleep 0.3 &&
		echo "$BASHPID" >"$1.pid" && exec sleep 60 </dev/null`, "bash", strings.TrimSuffix(number, ".pid"))
	output, err := starting.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starting.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 7)); err != nil { // it has the lock
		t.Fatal(err)
	}
	if said := do("stop_workers"); !strings.HasPrefix(said, "==> 1 workers stopped") {
		t.Errorf("stopping one that starts says %q", said)
	}
	if err := stranger.Process.Kill(); err != nil {
		t.Error(err)
	}
	for process, want := range map[*exec.Cmd]syscall.Signal{starting: syscall.SIGTERM,
		stranger: syscall.SIGKILL} {
		err := process.Wait()
		if got := process.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != want {
			t.Errorf("%v ended by %v, %v, want %v", process, got, err, want)
		}
	}
}
