package catalog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLockKeepsAnotherProcessOutUntilThatEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	other := startChild(t, "lock", dir)
	if got := other.line(); got != "locked" {
		t.Fatalf("the other process says %q", got)
	}
	_, err := LockDir(dir)
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{dir, fmt.Sprintf("process %d (", other.cmd.Process.Pid), ", since 2", "wait until it ends", "--data"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	other.kill()
	lock, err := LockDir(dir)
	if err != nil {
		t.Fatalf("after kill -9 of its holder: %v", err)
	}
	if got := startChild(t, "lock", dir).line(); !strings.Contains(got, ErrLocked.Error()) {
		t.Errorf("the other process says %q", got)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestLockIsExclusiveWithinAProcessAndUnlocksTwice(t *testing.T) {
	dir := t.TempDir()
	first, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := first.Unlock(); err != nil {
			t.Error(err)
		}
	}
	second, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockIsKeptWithoutKnowingWhoHoldsIt(t *testing.T) {
	dir := t.TempDir()
	lock, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	if err := os.WriteFile(filepath.Join(dir, "LOCK"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(dir); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "another vitrine is writing") {
		t.Errorf("got %v", err)
	}
}
