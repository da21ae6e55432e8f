package lab_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/checkpoint"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/progress"
)

// TestMain lets the test binary play the part of a cell's program.
func TestMain(m *testing.M) {
	switch os.Getenv("PLAY_CELL") {
	case "fails":
		must.M1(0, errors.New("depth is 0: give at least 1"))
	case "works":
		s := must.M1(lab.Open())
		ctx := progress.Start(s.Context, "counting", 30)
		for range 30 {
			progress.Step(ctx)
			time.Sleep(100 * time.Millisecond)
		}
		s.Close()
	case "by itself":
		ctx := progress.Start(lab.Auto().Context, "counting", 30)
		for range 30 {
			progress.Step(ctx)
			time.Sleep(100 * time.Millisecond)
		}
		if first, second := lab.Auto(), lab.Auto(); first != second {
			panic("there are two sessions")
		}
	case "given":
		lab.Given("SHATTERED_TEST_DEPTH", 50)
	case "waits":
		s := must.M1(lab.Open())
		ctx := progress.Start(s.Context, "waiting", 3)
		if kept := os.Getenv("KEEP_PARTS"); kept != "" {
			for part := range must.M1(strconv.Atoi(kept)) {
				_, _, err := checkpoint.Part(ctx, part, func() (int, error) { return part, nil })
				must.M(err)
				progress.Step(ctx)
			}
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			panic(err)
		}
		<-s.Context.Done()
		must.M(s.Context.Err())
	case "slow":
		s := must.M1(lab.Open())
		progress.Start(s.Context, "thinking", 5)
		time.Sleep(2500 * time.Millisecond) // more than what is worth a display
		must.M(errors.New("no idea"))
	case "panics":
		s := must.M1(lab.Open())
		defer s.Close()
		var none []string
		none[len(os.Args)] = "too far"
	case "stack":
		must.M(errors.New("the shapes differ:\n\tat line 3"))
	default:
		os.Exit(m.Run())
	}
}

// play runs the test binary as a cell's program and returns its output and exit status.
func play(t *testing.T, cell string, environment ...string) (output string, status int) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), append(environment, "PLAY_CELL="+cell)...)
	text, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), command.ProcessState.ExitCode()
}
