//go:build linux

package cellbuild

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// renewName is the name under which the program starts itself to renew what is known.
const renewName = "cellbuild-renew"

// Run builds the cell that this program's arguments, which are those of the go command, ask for, and returns
// the program's exit status. It returns false where they ask for something else, which is for the real go at
// the path to do.
func Run(realGo string) (status int, done bool) {
	if os.Args[0] == renewName {
		note("renewed", renew(os.Stdin))
		return 0, true
	}
	if len(os.Args) != 4 || os.Args[1] != "build" || os.Args[2] != "-o" {
		return 0, false
	}
	c, err := newCell(realGo, os.Args[3])
	if err != nil {
		note("built", err)
		return 0, false
	}
	k, err := load(c.Key)
	if err == nil {
		err = k.build(c)
	}
	note("built", err)
	if err == nil {
		return 0, true
	}
	return c.goBuild(), true
}

// note writes to the log that something was done, or why not.
func note(what string, err error) {
	log, openErr := os.OpenFile(os.Getenv("SHATTERED_CELL_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if openErr != nil {
		return
	}
	defer log.Close()
	if err != nil {
		what = fmt.Sprintf("not %s: %v", what, err)
	}
	fmt.Fprintln(log, what)
}

// goBuild lets the real go build the cell, starts the renewal of what is known behind it, and returns how the
// real go ended.
func (c *cell) goBuild() int {
	// Signals are for the real go, which gets those for the whole group by itself.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	command := exec.Command(c.Go, os.Args[1:]...)
	command.Args[0] = "go"
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	go func() {
		for s := range signals {
			_ = command.Process.Signal(s)
		}
	}()
	_ = command.Wait()
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		signal.Reset()
		_ = syscall.Kill(os.Getpid(), status.Signal())
	}
	if command.ProcessState.Success() {
		note("renewing", nil)
		if err := c.startRenewal(); err != nil {
			note("renewed", err)
		}
	}
	return command.ProcessState.ExitCode()
}

// startRenewal starts this program again, to renew what is known while the cell runs. What the new program
// says of itself is read before the next one takes its place.
func (c *cell) startRenewal() error {
	info, err := buildinfo.ReadFile(c.Output)
	if err != nil {
		return err
	}
	info.GoVersion = "" // the linker adds it
	order, err := json.Marshal(renewal{*c, *info})
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	command := exec.Command(program)
	command.Args, command.Stdin = []string{renewName}, read // no outputs: the kernel would wait for their end
	if err := command.Start(); err != nil {
		return err
	}
	read.Close()
	_, err = write.Write(order)
	return errors.Join(err, write.Close())
}
