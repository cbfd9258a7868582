package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked is wrapped by LockDir's error when another writer holds the data directory.
var ErrLocked = errors.New("data directory is in use")

// Lock is the exclusive right to read feeds into one data directory and to build indexes there. Events, and the changes of products that
// a server takes, need none: a transaction is enough, and they go on while an index is built. The operating system drops it when the
// process ends, however it ends.
type Lock struct {
	file *flock.Flock
}

// LockDir takes the writer's lock of dataDir, a file named LOCK in it, and makes the folder if it is
// absent. It does not wait: an error that wraps ErrLocked says which other writer is at work.
func LockDir(dataDir string) (*Lock, error) {
	if err := makeDataDir(dataDir); err != nil {
		return nil, err
	}
	path := filepath.Join(dataDir, "LOCK")
	file := flock.New(path)
	locked, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data directory %s: %w", dataDir, err)
	}
	if !locked {
		_ = file.Close()
		return nil, fmt.Errorf("%w: %s is writing to %s: wait until it ends or stop it, or choose another folder with --data", ErrLocked, readHolder(path), dataDir)
	}
	// A courtesy to who comes next: the lock holds without it.
	_ = os.WriteFile(path, thisHolder().line(), 0o644)
	return &Lock{file: file}, nil
}

// Unlock gives the directory back. The LOCK file stays, so that two waiting writers cannot each hold
// a different file of that name. Unlocking twice does nothing.
func (l *Lock) Unlock() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock data directory: %w", err)
	}
	return nil
}

// holder is the content of LOCK: the process that took the lock last, which holds it while it is locked.
type holder struct {
	Process int       `json:"process"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// maxCommandBytes bounds what is told of a command line.
const maxCommandBytes = 200

func thisHolder() holder {
	command := strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
	if len(command) > maxCommandBytes {
		command = command[:maxCommandBytes] + "…"
	}
	return holder{Process: os.Getpid(), Command: command, Since: time.Now().Truncate(time.Second)}
}

func (h holder) line() []byte {
	line, err := json.Marshal(h)
	if err != nil {
		panic(err) // a year past 9999
	}
	return append(line, '\n')
}

func (h holder) String() string {
	return fmt.Sprintf("process %d (%q, since %s)", h.Process, h.Command, h.Since.Local().Format(time.DateTime))
}

// readHolder names the holder of a lock that another process holds, as well as it can be told: on Windows a locked file cannot
// be read.
func readHolder(path string) string {
	var h holder
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return "another vitrine"
	}
	return h.String()
}

func makeDataDir(dataDir string) error {
	if err := os.MkdirAll(dataDir, 0o755); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	return nil
}
