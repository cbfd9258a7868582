package catalog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

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
// absent. It does not wait: an error that wraps ErrLocked says that another writer is at work.
func LockDir(dataDir string) (*Lock, error) {
	if err := makeDataDir(dataDir); err != nil {
		return nil, err
	}
	file := flock.New(filepath.Join(dataDir, "LOCK"))
	locked, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data directory %s: %w", dataDir, err)
	}
	if !locked {
		_ = file.Close()
		return nil, fmt.Errorf("%w: another vitrine is writing to %s: wait until it ends or stop it, or choose another folder with --data", ErrLocked, dataDir)
	}
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

func makeDataDir(dataDir string) error {
	if err := os.MkdirAll(dataDir, 0o755); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	return nil
}
