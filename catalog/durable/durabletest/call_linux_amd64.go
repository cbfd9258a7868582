package durabletest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// systemCall is a call of a process that waits for its answer.
type systemCall struct {
	*notification
	pid  int
	root string
}

// op reads what the call does; ours is false where it concerns nothing below the root.
func (c systemCall) op() (op Op, ours bool, err error) {
	a := c.Arguments
	switch c.Number {
	case unix.SYS_WRITE, unix.SYS_PWRITE64:
		return c.written()
	case unix.SYS_FTRUNCATE:
		op, ours = c.onFile(Truncate)
		op.Offset = int64(a[1])
		return op, ours, nil
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		op, ours = c.onFile(Sync)
		return op, ours, nil
	case unix.SYS_OPEN:
		return c.opened(unix.AT_FDCWD, a[0], a[1])
	case unix.SYS_OPENAT:
		return c.opened(int(int32(a[0])), a[1], a[2])
	case unix.SYS_RENAME:
		return c.renamed(unix.AT_FDCWD, a[0], unix.AT_FDCWD, a[1])
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return c.renamed(int(int32(a[0])), a[1], int(int32(a[2])), a[3])
	case unix.SYS_UNLINK:
		return c.onName(Remove, unix.AT_FDCWD, a[0])
	case unix.SYS_UNLINKAT:
		if a[2]&unix.AT_REMOVEDIR != 0 {
			return c.onName(RemoveDir, int(int32(a[0])), a[1])
		}
		return c.onName(Remove, int(int32(a[0])), a[1])
	case unix.SYS_RMDIR:
		return c.onName(RemoveDir, unix.AT_FDCWD, a[0])
	case unix.SYS_MKDIR:
		return c.onName(MakeDir, unix.AT_FDCWD, a[0])
	case unix.SYS_MKDIRAT:
		return c.onName(MakeDir, int(int32(a[0])), a[1])
	}
	return op, false, fmt.Errorf("system call %d changes files and is not understood", c.Number)
}

func (c systemCall) written() (op Op, ours bool, err error) {
	descriptor, size := int(int32(c.Arguments[0])), int(c.Arguments[2])
	const standardOutput = 1
	if descriptor == standardOutput {
		data, err := c.memory(c.Arguments[1], size)
		return Op{Kind: Said, Data: bytes.TrimSuffix(data, []byte("\n"))}, true, err
	}
	if op, ours = c.onFile(Write); !ours {
		return op, false, nil
	}
	if op.Offset = int64(c.Arguments[3]); c.Number == unix.SYS_WRITE {
		if op.Offset, err = c.position(descriptor); err != nil {
			return op, false, err
		}
	}
	op.Data, err = c.memory(c.Arguments[1], size)
	return op, true, err
}

func (c systemCall) opened(folder int, name, flags uint64) (op Op, ours bool, err error) {
	op, ours, err = c.onName(Create, folder, name)
	op.Cut, op.Exclusive = flags&unix.O_TRUNC != 0, flags&unix.O_EXCL != 0
	return op, ours, err
}

func (c systemCall) renamed(fromFolder int, from uint64, toFolder int, to uint64) (op Op, ours bool, err error) {
	if op, ours, err = c.onName(Rename, fromFolder, from); !ours {
		return op, ours, err
	}
	target, ours, err := c.onName(Rename, toFolder, to)
	op.To = target.Path
	return op, ours, err
}

// onFile is an operation on the open file that is the first argument.
func (c systemCall) onFile(kind Kind) (op Op, ours bool) {
	name, err := os.Readlink(c.proc("fd", int(int32(c.Arguments[0]))))
	if err != nil || strings.HasSuffix(name, " (deleted)") { // who writes to a deleted file changes no folder
		return Op{}, false
	}
	return c.below(kind, name)
}

// onName is an operation on a path in a folder that is open, or AT_FDCWD.
func (c systemCall) onName(kind Kind, folder int, address uint64) (op Op, ours bool, err error) {
	name, err := c.text(address)
	if err != nil {
		return op, false, err
	}
	if !filepath.IsAbs(name) {
		at := fmt.Sprintf("/proc/%d/cwd", c.pid)
		if folder != unix.AT_FDCWD {
			at = c.proc("fd", folder)
		}
		dir, err := os.Readlink(at)
		if err != nil {
			return op, false, err
		}
		name = filepath.Join(dir, name)
	}
	op, ours = c.below(kind, name)
	return op, ours, nil
}

func (c systemCall) below(kind Kind, name string) (op Op, ours bool) {
	relative, err := filepath.Rel(c.root, name)
	if err != nil || !filepath.IsLocal(relative) {
		return Op{}, false
	}
	return Op{Kind: kind, Path: filepath.ToSlash(relative)}, true
}

func (c systemCall) proc(table string, descriptor int) string {
	return fmt.Sprintf("/proc/%d/%s/%d", c.pid, table, descriptor)
}

// position is where the next write to an open file goes.
func (c systemCall) position(descriptor int) (int64, error) {
	info, err := os.ReadFile(c.proc("fdinfo", descriptor))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(info)) // "pos:", the position, ...
	return strconv.ParseInt(fields[1], 10, 64)
}

// write writes data in the place of the call, which is a write.
func (c systemCall) write(data []byte) error {
	process, err := unix.PidfdOpen(c.pid, 0)
	if err != nil {
		return err
	}
	defer unix.Close(process)
	file, err := unix.PidfdGetfd(process, int(int32(c.Arguments[0])), 0)
	if err != nil {
		return err
	}
	defer unix.Close(file)
	if c.Number == unix.SYS_PWRITE64 {
		_, err = unix.Pwrite(file, data, int64(c.Arguments[3]))
	} else {
		_, err = unix.Write(file, data)
	}
	return err
}

func (c systemCall) memory(address uint64, size int) ([]byte, error) {
	data := make([]byte, size)
	if size == 0 {
		return data, nil
	}
	local := []unix.Iovec{{Base: &data[0], Len: uint64(size)}}
	n, err := unix.ProcessVMReadv(c.pid, local, []unix.RemoteIovec{{Base: uintptr(address), Len: size}}, 0)
	return data[:max(n, 0)], err
}

// text reads a path: it ends with a zero, and so may the memory behind it, at the end of its page.
func (c systemCall) text(address uint64) (string, error) {
	const page = 4096
	var read []byte
	for len(read) <= unix.PathMax {
		part, err := c.memory(address, int(page-address%page))
		if err != nil {
			return "", err
		}
		if end := bytes.IndexByte(part, 0); end >= 0 {
			return string(append(read, part[:end]...)), nil
		}
		read = append(read, part...)
		address += uint64(len(part))
	}
	return "", unix.ENAMETOOLONG
}
