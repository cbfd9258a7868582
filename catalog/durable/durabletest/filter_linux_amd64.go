package durabletest

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is where a child process finds its end of the socket to Start's process.
const socket = 3

// watched are the system calls by which files and folders change. Those that open files are watched too where they may make
// or empty one. What a program changes through memory that it has mapped is not seen: of Vitrine's files that is SQLite's
// -shm alone, which it makes again after a crash.
var watched = []uint32{
	unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_FTRUNCATE,
	unix.SYS_FSYNC, unix.SYS_FDATASYNC,
	unix.SYS_RENAME, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2,
	unix.SYS_UNLINK, unix.SYS_UNLINKAT, unix.SYS_RMDIR, unix.SYS_MKDIR, unix.SYS_MKDIRAT,
	// These are here to be refused, as nothing in Vitrine calls them: what would be written by them is not recorded.
	unix.SYS_WRITEV, unix.SYS_PWRITEV, unix.SYS_PWRITEV2, unix.SYS_TRUNCATE, unix.SYS_FALLOCATE, unix.SYS_LINK, unix.SYS_LINKAT,
	unix.SYS_SYMLINK, unix.SYS_SYMLINKAT, unix.SYS_SENDFILE, unix.SYS_COPY_FILE_RANGE, unix.SYS_CREAT, unix.SYS_OPENAT2,
}

// Join puts the calling process, which Start must have started, under the supervision of the one that did. It stands for as
// long as the process lives.
func Join() error {
	const making = unix.O_CREAT | unix.O_TRUNC
	notify, allow := ret(unix.SECCOMP_RET_USER_NOTIF), ret(unix.SECCOMP_RET_ALLOW)
	filter := []unix.SockFilter{
		load(4), jumpUnless(unix.BPF_JEQ, unix.AUDIT_ARCH_X86_64, 1), load(0), // an unknown architecture has no number below
	}
	for _, call := range watched {
		filter = append(filter, jumpUnless(unix.BPF_JEQ, call, 1), notify)
	}
	filter = append(filter,
		jumpUnless(unix.BPF_JEQ, unix.SYS_OPENAT, 4), load(argument(2)), jumpUnless(unix.BPF_JSET, making, 1), notify, allow,
		jumpUnless(unix.BPF_JEQ, unix.SYS_OPEN, 4), load(argument(1)), jumpUnless(unix.BPF_JSET, making, 1), notify, allow,
		allow)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}

	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("renounce privileges: %w", err)
	}
	// A call that waits for its answer is not interrupted, which would have it asked for twice.
	const flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV |
		unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH
	listener, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("watch system calls: %w", errno)
	}
	if err := unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(listener)), nil, 0); err != nil {
		return fmt.Errorf("pass the listener on: %w", err)
	}
	return nil
}

// Instructions of the filter, which sees struct seccomp_data: the call's number, the architecture, and from byte 16 on the
// arguments.
func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func argument(i uint32) uint32 { return 16 + 8*i } // its lower half

func jumpUnless(test uint16, value uint32, skip uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jf: skip, K: value}
}

func ret(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}
