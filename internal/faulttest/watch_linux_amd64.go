package faulttest

import "golang.org/x/sys/unix"

// legacy are the calls that Linux has had longer than their successors.
var legacy = map[uint32]kind{
	unix.SYS_OPEN:       {name: "open", folder: -1, path: 0, opened: -1, opens: true, writes: true},
	unix.SYS_MKDIR:      {name: "mkdir", folder: -1, path: 0, opened: -1, writes: true},
	unix.SYS_RMDIR:      {name: "rmdir", folder: -1, path: 0, opened: -1, writes: true},
	unix.SYS_UNLINK:     {name: "unlink", folder: -1, path: 0, opened: -1, writes: true},
	unix.SYS_RENAME:     {name: "rename", folder: -1, path: 0, opened: -1, writes: true},
	unix.SYS_CHMOD:      {name: "chmod", folder: -1, path: 0, opened: -1, writes: true},
	unix.SYS_STAT:       {name: "stat", folder: -1, path: 0, opened: -1},
	unix.SYS_LSTAT:      {name: "lstat", folder: -1, path: 0, opened: -1},
	unix.SYS_ACCESS:     {name: "access", folder: -1, path: 0, opened: -1},
	unix.SYS_READLINK:   {name: "readlink", folder: -1, path: 0, opened: -1},
	unix.SYS_NEWFSTATAT: {name: "newfstatat", folder: 0, path: 1, opened: -1},
}
