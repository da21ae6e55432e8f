package faulttest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Work is something that a program does with the files of a folder, which its faults must not cost anything.
type Work struct {
	// Prepare puts into the folder what is there before; it may be nil.
	Prepare func(t *testing.T, folder string)

	// Do does it, in a process of its own, and fails the test where it can't. It is done again after each
	// fault.
	Do func(t *testing.T, folder string)

	// Command, where there is one, does it in the place of Do.
	Command func(t *testing.T, folder string) *exec.Cmd

	// Check fails the test unless the folder holds all that it should when it is done, and nothing that was
	// only needed on the way.
	Check func(t *testing.T, folder string)

	// Kept, if there is one, fails the test unless the folder, after a fault, still holds what must never be
	// lost.
	Kept func(t *testing.T, folder string)

	// Sample is about how many calls a test that is not to try everything tries; 0 means that it tries none.
	Sample int
}

// workVariable names the folder in which a process does the work of a test.
const workVariable = "SHATTERED_TEST_WORK"

// Test does the work with one fault after the other: it is killed at each of its calls about files below the
// folder; each such call fails for want of rights, by an error of the disk, on a full one, or because too
// many files are open; it is killed at random times. After each it is done again, to its end. It is all that
// the calling test does.
func (w Work) Test(t *testing.T, kills int) {
	t.Helper()
	if again(t) {
		w.Do(t, os.Getenv(workVariable))
		return
	}
	if !All() && w.Sample == 0 {
		Everything(t)
	}
	calls, took := w.undisturbed(t)
	t.Logf("%d calls about files in %v", len(calls), took)
	for n, call := range calls {
		for _, fault := range faultsAt(call) {
			if All() || (n+int(fault.errno))%(len(calls)/max(w.Sample, 1)+1) == 0 {
				w.at(t, n, fault)
			}
		}
	}
	if !All() {
		kills = min(kills, 2)
	}
	w.randomKills(t, kills, took)
}

// fault is what happens at a call.
type fault struct {
	name  string
	errno unix.Errno // 0 for a kill
}

// faultsAt returns what can happen at a call.
func faultsAt(c Call) []fault {
	all := []fault{{"gets EIO", unix.EIO}}
	if c.Names || c.Writes {
		all = append(all, fault{"is killed", 0})
	}
	if c.Names {
		all = append(all, fault{"gets EACCES", unix.EACCES})
	}
	if c.Opens {
		all = append(all, fault{"gets EMFILE", unix.EMFILE})
	}
	if c.Writes {
		all = append(all, fault{"gets ENOSPC", unix.ENOSPC})
	}
	return all
}

// command returns the command that does the work in the folder.
func (w Work) command(t *testing.T, folder string) *exec.Cmd {
	if w.Command != nil {
		return w.Command(t, folder)
	}
	command := self(t)
	command.Env = append(command.Env, workVariable+"="+folder)
	return command
}

// folder returns a new folder with what is there before the work. The test of a process of its own may be
// named by another.
func (w Work) folder(t *testing.T) string {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if w.Prepare != nil {
		w.Prepare(t, folder)
	}
	return folder
}

// undisturbed does the work without a fault, and returns its calls and how long it took.
func (w Work) undisturbed(t *testing.T) (calls []Call, took time.Duration) {
	folder := w.folder(t)
	began := time.Now()
	said, err := Watch(t, w.command(t, folder), folder,
		func(c Call) error { calls = append(calls, c); return nil })
	if err != nil {
		t.Fatalf("without a fault it ends with %v\n%s", err, said)
	}
	took = time.Since(began)
	w.Check(t, folder)
	if t.Failed() {
		t.Fatalf("it fails without a fault:\n%s", said)
	}
	return calls, took
}

// at does the work with a fault at the call of that number, and then again.
func (w Work) at(t *testing.T, number int, f fault) {
	folder, count, where := w.folder(t), 0, ""
	said, err := Watch(t, w.command(t, folder), folder, func(c Call) error {
		count++
		if count != number+1 {
			return nil
		}
		where = c.String()
		if f.errno == 0 {
			return ErrKill
		}
		return f.errno
	})
	if where == "" {
		return // this time there were fewer calls
	}
	Faults(t, 1)
	NoCrash(t, said)
	if f.errno == 0 && err == nil {
		t.Errorf("at call %d, %s, it was not killed", number, where)
	}
	w.recovers(t, folder, fmt.Sprintf("at call %d, %s, it %s and ends with %v", number, where, f.name, err),
		said)
}

// recovers does the work again after a fault, to its end.
func (w Work) recovers(t *testing.T, folder, what, before string) {
	if t.Failed() {
		t.Fatalf("%s\n%s", what, before)
	}
	if w.Kept != nil {
		if w.Kept(t, folder); t.Failed() {
			t.Fatalf("%s, and then not all is there:\n%s", what, before)
		}
	}
	said, err := w.command(t, folder).CombinedOutput()
	NoCrash(t, string(said))
	if err != nil {
		t.Fatalf("%s, and then it ends with %v\n%s\nbefore:\n%s", what, err, said, before)
	}
	if w.Check(t, folder); t.Failed() {
		t.Fatalf("%s, and then it is not done:\n%s\nbefore:\n%s", what, said, before)
	}
}

// randomKills kills the work that many times at random times.
func (w Work) randomKills(t *testing.T, kills int, took time.Duration) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range kills {
		folder := w.folder(t)
		command := w.command(t, folder)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		Faults(t, 1)
		time.Sleep(time.Duration(rng.Int64N(int64(took))))
		_ = command.Process.Kill()
		err := command.Wait()
		w.recovers(t, folder, "kill "+strconv.Itoa(i+1)+" at random: "+fmt.Sprint(err), "")
	}
}

// OnFullDisk does the work on a disk on which less and less is left, until nothing is: whatever does not fit
// must leave what was there, and the work is done when there is room again. The disk has that many pages;
// what is done must fit. It is all that the calling test does.
func (w Work) OnFullDisk(t *testing.T, pages int) {
	t.Helper()
	if os.Getenv(workVariable) != "" && again(t) {
		w.Do(t, os.Getenv(workVariable))
		return
	}
	size := os.Getpagesize()
	OnSmallDisk(t, strconv.Itoa(pages*size), func(t *testing.T, disk string) {
		tight := 0
		for left := range pages / 2 {
			folder := filepath.Join(disk, "folder")
			if err := os.Mkdir(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			if w.Prepare != nil {
				w.Prepare(t, folder)
			}
			filler := filepath.Join(disk, "filler")
			fill(t, filler, left*size)
			said, err := w.command(t, folder).CombinedOutput()
			NoCrash(t, string(said))
			if err != nil {
				tight++
			}
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			Faults(t, 1)
			w.recovers(t, folder, fmt.Sprintf("with %d pages left it ends with %v", left, err), string(said))
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
		if tight == 0 {
			t.Error("the disk was never full")
		}
		t.Logf("the disk was full %d of %d times", tight, pages/2)
	})
}

// fill fills a disk with a file, but for so many bytes.
func fill(t *testing.T, path string, left int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	page := make([]byte, os.Getpagesize())
	for written := int64(0); ; {
		n, err := file.Write(page)
		written += int64(n)
		if errors.Is(err, unix.ENOSPC) {
			if err := file.Truncate(max(0, written-int64(left))); err != nil {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// InARow does the work in processes that are killed at random times, one after the other in the same folder,
// each a little later than the one before got, until so many have been killed; then it is done to its end.
func (w Work) InARow(t *testing.T, kills int) {
	t.Helper()
	if again(t) {
		w.Do(t, os.Getenv(workVariable))
		return
	}
	rng := rand.New(rand.NewPCG(3, 4))
	_, took := w.undisturbed(t)
	folder := w.folder(t)
	for killed := 0; killed < kills; {
		calls, last := 0, 1+rng.IntN(8)
		said, err := Watch(t, w.command(t, folder), folder, func(c Call) error {
			if c.Writes {
				calls++
			}
			if calls > last {
				return ErrKill
			}
			return nil
		})
		NoCrash(t, said)
		if err == nil { // it was done before
			w.Check(t, folder)
			folder = w.folder(t)
			continue
		}
		Faults(t, 1)
		killed++
	}
	w.recovers(t, folder, fmt.Sprintf("after %d kills (of %v each)", kills, took), "")
}
