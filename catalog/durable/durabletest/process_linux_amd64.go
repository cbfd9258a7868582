package durabletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Outcome is what becomes of an operation: the zero value lets it through.
type Outcome struct {
	Errno unix.Errno // what it fails with
	Half  bool       // of a write: half of it is written before it fails
}

// Process is a child process whose operations on files are decided on.
type Process struct {
	command  *exec.Cmd
	jobs     io.WriteCloser
	errors   bytes.Buffer
	listener int
}

// ErrUnsupported is wrapped by Start where the system does not let one process decide on another's system calls.
var ErrUnsupported = errors.New("this system does not let a process decide on the system calls of another")

// Start starts a command that calls Join first and then does the jobs that it reads from its standard input, one a line.
func Start(command *exec.Cmd) (*Process, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(ends[0])
	p := &Process{command: command}
	theirs := os.NewFile(uintptr(ends[1]), "socket")
	command.ExtraFiles = []*os.File{theirs} // the first is number 3
	command.Stderr = &p.errors
	if p.jobs, err = command.StdinPipe(); err != nil {
		return nil, errors.Join(err, theirs.Close())
	}
	err = command.Start()
	if err := errors.Join(err, theirs.Close()); err != nil {
		return nil, err
	}
	if p.listener, err = receive(ends[0]); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnsupported, err), p.Close())
	}
	return p, nil
}

// receive takes the file descriptor that Join sends.
func receive(from int) (int, error) {
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(from, make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return 0, err
	}
	if len(messages) == 0 {
		return 0, errors.New("the process ended before it joined")
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return 0, err
	}
	return descriptors[0], nil
}

// Close ends the process, as kill -9 does.
func (p *Process) Close() error {
	err := errors.Join(p.jobs.Close(), p.command.Process.Kill())
	_ = p.command.Wait() // it was killed
	if p.listener > 0 {
		err = errors.Join(err, unix.Close(p.listener))
	}
	return err
}

// Run gives the process a job and decides on its operations below the folder root, which are numbered from 0, until it says
// "done" in a line of its own. It returns what was done and said, in order: of what failed, only the half that was done.
func (p *Process) Run(job, root string, decide func(n int, op Op) Outcome) ([]Op, error) {
	if _, err := io.WriteString(p.jobs, job+"\n"); err != nil {
		return nil, err
	}
	var ops []Op
	for n := 0; ; {
		asked, err := p.next()
		if err != nil {
			return ops, fmt.Errorf("%w\n%s", err, p.errors.String())
		}
		call := systemCall{pid: p.command.Process.Pid, root: root, notification: asked}
		op, ours, err := call.op()
		if err != nil {
			return ops, err
		}
		if op.Kind == Said && ours {
			ops = append(ops, op)
			err = p.proceed(asked)
			if string(op.Data) == "done" {
				return ops, err
			}
		} else if ours {
			outcome := decide(n, op)
			n++
			ops, err = p.decided(call, op, outcome, ops)
		} else {
			err = p.proceed(asked)
		}
		if err != nil {
			return ops, err
		}
	}
}

// decided lets the outcome be.
func (p *Process) decided(call systemCall, op Op, outcome Outcome, ops []Op) ([]Op, error) {
	if outcome.Errno == 0 {
		return append(ops, op), p.proceed(call.notification)
	}
	if outcome.Half && op.Kind == Write {
		op.Data = op.Data[:len(op.Data)/2]
		if err := call.write(op.Data); err != nil {
			return ops, err
		}
		ops = append(ops, op)
	}
	return ops, p.answer(&response{ID: call.ID, Error: -int32(outcome.Errno)})
}

// notification is struct seccomp_notif.
type notification struct {
	ID          uint64
	Thread      uint32
	Flags       uint32
	Number      uint32
	Arch        uint32
	Instruction uint64
	Arguments   [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	ID    uint64
	Value int64
	Error int32
	Flags uint32
}

// next waits for the next call that is to be decided on.
func (p *Process) next() (*notification, error) {
	for {
		fds := []unix.PollFd{{Fd: int32(p.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return nil, err
		}
		if fds[0].Revents&unix.POLLIN == 0 {
			if fds[0].Revents&unix.POLLHUP != 0 {
				return nil, errors.New("the process ended")
			}
			continue
		}
		asked := new(notification)
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(asked)))
		if errno == 0 {
			return asked, nil
		}
		if errno != unix.EINTR && errno != unix.ENOENT { // ENOENT: the call was interrupted and will come again
			return nil, errno
		}
	}
}

func (p *Process) proceed(asked *notification) error {
	return p.answer(&response{ID: asked.ID, Flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE})
}

func (p *Process) answer(r *response) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(r))); errno != 0 {
		return fmt.Errorf("answer a system call: %w", errno)
	}
	return nil
}
