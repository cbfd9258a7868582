//go:build linux && amd64

package backup_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"vitrine/catalog/durable/durabletest"
	"vitrine/indexer/backup"
)

// faultyBackup, in the environment, makes TestFaultyRestore a process that restores that backup.
const faultyBackup = "VITRINE_TEST_FAULTY_BACKUP"

// TestFaultyRestore is no test: it is the process whose operations on files are failed. A job is the folder to restore in.
func TestFaultyRestore(t *testing.T) {
	from := os.Getenv(faultyBackup)
	if from == "" {
		t.Skip("run by TestRestoreIsWholeOrNotAtAll")
	}
	if err := durabletest.Join(); err != nil {
		t.Fatal(err)
	}
	for jobs := bufio.NewScanner(os.Stdin); jobs.Scan(); {
		if _, err := backup.Restore(context.Background(), from, filepath.Join(jobs.Text(), "shop"), nil); err != nil {
			fmt.Println("failed")
		} else {
			fmt.Println("restored")
		}
		fmt.Println("done")
	}
}

func TestRestoreIsWholeOrNotAtAll(t *testing.T) {
	dir, to := shop(t), filepath.Join(t.TempDir(), "shop.tar")
	if _, err := backup.Write(t.Context(), dir, to, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0], "-test.run=^TestFaultyRestore$")
	command.Env = append(os.Environ(), faultyBackup+"="+to)
	process, err := durabletest.Start(command)
	if errors.Is(err, durabletest.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer process.Close()
	run := func(decide func(n int, op durabletest.Op) durabletest.Outcome) (folder string, ops []durabletest.Op) {
		folder = t.TempDir()
		ops, err := process.Run(folder, folder, decide)
		if err != nil {
			t.Fatal(err)
		}
		return folder, ops
	}

	folder, ops := run(func(int, durabletest.Op) durabletest.Outcome { return durabletest.Outcome{} })
	wholeOrNot(t, "nothing", folder, ops)
	for n := range ops {
		for _, half := range []bool{false, true} {
			folder, done := run(func(at int, _ durabletest.Op) durabletest.Outcome {
				if at != n {
					return durabletest.Outcome{}
				}
				return durabletest.Outcome{Errno: unix.ENOSPC, Half: half}
			})
			wholeOrNot(t, fmt.Sprintf("operation %d failed", n), folder, done)
		}
	}
	disk, err := durabletest.ReadDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for n, op := range ops {
		disk.Apply(op)
		for _, loss := range []durabletest.Loss{durabletest.Nothing, durabletest.UnsyncedData, durabletest.Unsynced} {
			folder := t.TempDir()
			if err := disk.WriteTo(folder, loss); err != nil {
				t.Fatal(err)
			}
			wholeOrNot(t, fmt.Sprintf("loss %d after operation %d, %v of %s", loss, n, op.Kind, op.Path), folder, ops[:n+1])
		}
	}
}

// wholeOrNot checks that the shop is sound or not there, and there if that was said.
func wholeOrNot(t *testing.T, fault, folder string, ops []durabletest.Op) {
	t.Helper()
	restored := false
	for _, op := range ops {
		restored = restored || op.Kind == durabletest.Said && string(op.Data) == "restored"
	}
	again := filepath.Join(folder, "shop")
	if _, err := os.Stat(again); errors.Is(err, fs.ErrNotExist) {
		if restored {
			t.Errorf("%s: the shop is gone", fault)
		}
		return
	}
	sound(t, again)
	if has := contents(t, again); len(has) != 30 {
		t.Errorf("%s: %d products", fault, len(has))
	}
}
