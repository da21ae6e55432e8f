package faulttest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Call is a system call about a file: one that names it, or one about a file that is open.
type Call struct {
	// Name is the system call's, such as "renameat".
	Name string

	// Path is the file's, for calls that name two the first.
	Path string

	// Names says that the call names the file, Opens that it opens it, Writes that it makes, changes or
	// removes something on the disk.
	Names, Opens, Writes bool
}

// String describes the call.
func (c Call) String() string { return c.Name + " " + filepath.Base(c.Path) }

// ErrKill is the decision to kill the process at a call, before it is done.
var ErrKill = errors.New("kill")

// kind says where a system call has its file: the index of a path, with that of the folder that it is
// relative to or -1, or of a descriptor.
type kind struct {
	name                 string
	folder, path, opened int
	opens, writes        bool
}

// watched are the system calls about files that every processor's Linux has; further ones are in legacy.
var watched = map[uint32]kind{
	unix.SYS_OPENAT:     {name: "openat", folder: 0, path: 1, opened: -1, opens: true},
	unix.SYS_OPENAT2:    {name: "openat2", folder: 0, path: 1, opened: -1, opens: true},
	unix.SYS_MKDIRAT:    {name: "mkdirat", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_UNLINKAT:   {name: "unlinkat", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_RENAMEAT2:  {name: "renameat2", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_RENAMEAT:   {name: "renameat", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_LINKAT:     {name: "linkat", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_SYMLINKAT:  {name: "symlinkat", folder: 1, path: 2, opened: -1, writes: true},
	unix.SYS_FCHMODAT:   {name: "fchmodat", folder: 0, path: 1, opened: -1, writes: true},
	unix.SYS_FACCESSAT:  {name: "faccessat", folder: 0, path: 1, opened: -1},
	unix.SYS_FACCESSAT2: {name: "faccessat2", folder: 0, path: 1, opened: -1},
	unix.SYS_READLINKAT: {name: "readlinkat", folder: 0, path: 1, opened: -1},
	unix.SYS_STATX:      {name: "statx", folder: 0, path: 1, opened: -1},
	unix.SYS_WRITE:      {name: "write", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_PWRITE64:   {name: "pwrite64", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_FSYNC:      {name: "fsync", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_FDATASYNC:  {name: "fdatasync", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_FTRUNCATE:  {name: "ftruncate", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_FCHMOD:     {name: "fchmod", folder: -1, path: -1, opened: 0, writes: true},
	unix.SYS_READ:       {name: "read", folder: -1, path: -1, opened: 0},
	unix.SYS_PREAD64:    {name: "pread64", folder: -1, path: -1, opened: 0},
	unix.SYS_GETDENTS64: {name: "getdents64", folder: -1, path: -1, opened: 0},
	unix.SYS_FLOCK:      {name: "flock", folder: -1, path: -1, opened: 0},
	unix.SYS_FSTAT:      {name: "fstat", folder: -1, path: -1, opened: 0},
}

func init() {
	maps.Copy(watched, legacy)
	// The other half of Watch: this process becomes the command that is watched.
	if os.Getenv(watchedVariable) != "" {
		fmt.Fprintln(os.Stderr, "the command can't be watched:", becomeWatched())
		os.Exit(unwatchable)
	}
}

const (
	// watchedVariable makes the test's program begin as the command of its arguments, watched.
	watchedVariable = "SHATTERED_TEST_WATCHED"

	// unwatchable is its exit status where the kernel does not let it.
	unwatchable = 117
)

// becomeWatched makes the kernel ask the process at the other end of descriptor 3 about each watched call of
// this process and its children, and becomes the command.
func becomeWatched() error {
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	// the number of the call
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}}
	for call := range watched {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	const socket = 3
	unix.CloseOnExec(socket)
	environment := slices.DeleteFunc(os.Environ(),
		func(v string) bool { return strings.HasPrefix(v, watchedVariable+"=") })
	listener, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	// From here on no call that is watched: nobody would answer.
	if err := unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(listener)), nil, 0); err != nil {
		return err
	}
	return unix.Exec(os.Args[1], os.Args[1:], environment)
}

// notification is what the kernel asks, and response what it is answered (struct seccomp_notif and
// seccomp_notif_resp).
type (
	notification struct {
		id           uint64
		thread       uint32
		flags        uint32
		call         uint32
		architecture uint32
		instruction  uint64
		arguments    [6]uint64
	}
	response struct {
		id    uint64
		value int64
		errno int32
		flags uint32
	}
)

// Watch runs a command, and asks at each of its calls about files at or below the folder what is to become of
// it: nil lets it continue, a unix.Errno is what the kernel answers it, and ErrKill kills the command and its
// children. It returns what the command printed and how it ended, and skips the test where the kernel can't
// do that. The command is one that its children outlive at no time.
func Watch(t testing.TB, command *exec.Cmd, folder string,
	decide func(Call) error) (output string, err error) {
	t.Helper()
	folder, err = filepath.EvalSymlinks(folder)
	if err != nil {
		t.Fatal(err)
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ends[0])
	theirs := os.NewFile(uintptr(ends[1]), "socket")
	command.Args = append([]string{os.Args[0], command.Path}, command.Args[1:]...)
	if command.Env == nil {
		command.Env = os.Environ()
	}
	command.Env = append(command.Env, watchedVariable+"=1")
	command.Path, command.ExtraFiles = "/proc/self/exe", []*os.File{theirs}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	runtime.LockOSThread() // the thread that starts the command is the one whose death kills it
	defer runtime.UnlockOSThread()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	if listener, err := receive(ends[0]); err == nil {
		answer(listener, command.Process.Pid, folder, decide)
		unix.Close(listener)
	}
	err = command.Wait()
	if command.ProcessState.ExitCode() == unwatchable {
		t.Skip(said.String())
	}
	return said.String(), err
}

// receive returns the listener that the command sends.
func receive(socket int) (int, error) {
	buffer := make([]byte, unix.CmsgSpace(4))
	_, length, _, _, err := unix.Recvmsg(socket, make([]byte, 1), buffer, 0)
	if err != nil {
		return 0, err
	}
	messages, err := unix.ParseSocketControlMessage(buffer[:length])
	if err != nil || len(messages) == 0 {
		return 0, errors.New("the command ended")
	}
	rights, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return 0, err
	}
	unix.CloseOnExec(rights[0])
	return rights[0], nil
}

// answer answers the kernel until nobody is left to be asked about.
func answer(listener, group int, folder string, decide func(Call) error) {
	for {
		ready := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); errors.Is(err, unix.EINTR) {
			continue
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return
		}
		var asked notification
		if !control(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&asked)) {
			continue // its thread was killed meanwhile
		}
		reply := response{id: asked.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if call, found := asked.about(folder); found {
			var errno unix.Errno
			switch err := decide(call); {
			case errors.Is(err, ErrKill):
				_ = unix.Kill(-group, unix.SIGKILL)
			case errors.As(err, &errno):
				reply.flags, reply.errno = 0, -int32(errno)
			}
		}
		// nobody is there after a kill
		control(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&reply))
	}
}

// control asks the kernel for something, or gives it, and says whether it did that.
func control(listener int, what uintptr, value unsafe.Pointer) bool {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), what, uintptr(value))
	return errno == 0
}

// about returns the call, if it is about a file at or below the folder.
func (n *notification) about(folder string) (Call, bool) {
	of := watched[n.call]
	process := "/proc/" + strconv.Itoa(int(n.thread))
	path := ""
	if of.path >= 0 {
		path = readString(process, n.arguments[of.path])
		if !filepath.IsAbs(path) {
			base := process + "/cwd"
			if of.folder >= 0 && int32(n.arguments[of.folder]) != unix.AT_FDCWD {
				base = fmt.Sprintf("%s/fd/%d", process, int32(n.arguments[of.folder]))
			}
			below, err := os.Readlink(base)
			if err != nil {
				return Call{}, false
			}
			path = filepath.Join(below, path)
		}
	} else {
		var err error
		if path, err = os.Readlink(fmt.Sprintf("%s/fd/%d", process,
			int32(n.arguments[of.opened]))); err != nil {
			return Call{}, false
		}
	}
	path = filepath.Clean(path)
	if path != folder && !strings.HasPrefix(path, folder+"/") {
		return Call{}, false
	}
	call := Call{Name: of.name, Path: path, Names: of.path >= 0, Opens: of.opens, Writes: of.writes}
	if of.name == "openat" && n.arguments[2]&(unix.O_CREAT|unix.O_WRONLY|unix.O_RDWR) != 0 {
		call.Writes = true
	}
	return call, true
}

// readString reads a text that ends with a zero from the memory of a process.
func readString(process string, address uint64) string {
	memory, err := os.Open(process + "/mem")
	if err != nil {
		return ""
	}
	defer memory.Close()
	var text []byte
	page := uint64(os.Getpagesize())
	for len(text) < unix.PathMax {
		part := make([]byte, page-address%page) // the next page may not be there
		n, _ := memory.ReadAt(part, int64(address))
		if end := bytes.IndexByte(part[:n], 0); end >= 0 {
			return string(append(text, part[:end]...))
		}
		if n == 0 {
			return ""
		}
		text, address = append(text, part[:n]...), address+uint64(n)
	}
	return ""
}
