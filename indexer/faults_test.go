//go:build linux && amd64

package indexer_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"vitrine/catalog/durable/durabletest"
)

// faultyFiles, in the environment, makes TestFaultyProcess a process that does jobs and names the folder of the feed's photos.
const faultyFiles = "VITRINE_TEST_FAULTY_FILES"

// TestFaultyProcess is no test: it is the process whose operations on files are failed.
func TestFaultyProcess(t *testing.T) {
	files := os.Getenv(faultyFiles)
	if files == "" {
		t.Skip("run by the tests of faults")
	}
	if err := durabletest.Join(); err != nil {
		t.Fatal(err)
	}
	for jobs := bufio.NewScanner(os.Stdin); jobs.Scan(); {
		name, dir, _ := strings.Cut(jobs.Text(), "\t")
		run := &changing{dir: dir, files: files}
		stories[name].tell(context.Background(), run)
		fmt.Println("done")
	}
}

// TestNothingIsLostByAFault tells each story once for each of its operations on files and each way in which that can go
// wrong, and, of what it did when nothing went wrong, cuts the power after each operation.
func TestNothingIsLostByAFault(t *testing.T) {
	points := 0
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			lab := newLab(t, name, story)
			points += lab.failEach() + lab.cutPowerAfterEach()
		})
	}
	t.Logf("%d points", points)
	if least := 1000; points < least && !testing.Short() && !t.Failed() {
		t.Errorf("there were %d points, want at least %d", points, least)
	}
}

// lab is where a story goes wrong.
type lab struct {
	*testing.T
	name   string
	files  string       // photos
	begun  string       // the data directory at the beginning
	before *expectation // what it has
	work   string       // for copies of it
	fresh  *freshBuilds
}

func newLab(t *testing.T, name string, story story) *lab {
	s := newShop(t)
	story.begin(s)
	// Files in memory are synced at once; what was synced is known from the operations.
	work, err := os.MkdirTemp(memoryFolder(), "vitrine-faults-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(work) })
	before, err := expectNow(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	return &lab{T: t, name: name, files: s.files, begun: s.dir, before: before, work: work, fresh: &freshBuilds{}}
}

func memoryFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

// fault says what becomes of operation number at when number n goes wrong.
type fault func(n, at int, op durabletest.Op) durabletest.Outcome

// once is a fault of one operation alone.
func once(outcome durabletest.Outcome) fault {
	return func(n, at int, _ durabletest.Op) durabletest.Outcome {
		if at == n {
			return outcome
		}
		return durabletest.Outcome{}
	}
}

// faults are the ways in which an operation can go wrong.
var faults = map[string]fault{
	"fails":   once(durabletest.Outcome{Errno: unix.EIO}),
	"is torn": once(durabletest.Outcome{Errno: unix.EIO, Half: true}),
	// From here on there is no room left. What replaces bytes fails, too, which is more than a full disk does.
	"finds the disk full": func(n, at int, op durabletest.Op) durabletest.Outcome {
		if at < n || !slices.Contains([]durabletest.Kind{durabletest.Create, durabletest.MakeDir, durabletest.Write}, op.Kind) {
			return durabletest.Outcome{}
		}
		return durabletest.Outcome{Errno: unix.ENOSPC, Half: at == n}
	},
}

// failEach tells the story with each fault of each operation, in two processes.
func (l *lab) failEach() (points int) {
	l.Helper()
	ops := l.record("recorded")
	type point struct {
		fault string
		n     int
	}
	var all []point
	n := 0
	for _, op := range ops {
		if op.Kind == durabletest.Said {
			continue
		}
		for fault := range faults {
			if fault != "is torn" || op.Kind == durabletest.Write {
				all = append(all, point{fault, n})
			}
		}
		n++
	}
	const processes = 2
	stride := l.sampling(len(all), 40)
	var group errgroup.Group
	for first := range processes {
		group.Go(func() error {
			process, err := l.start()
			if err != nil {
				return err
			}
			defer func() { _ = process.Close() }()
			for i := first * stride; i < len(all); i += processes * stride {
				p := all[i]
				dir, err := l.copy(fmt.Sprintf("failed-%d", i))
				if err != nil {
					return err
				}
				done, err := process.Run(l.name+"\t"+dir, dir, func(at int, op durabletest.Op) durabletest.Outcome {
					return faults[p.fault](p.n, at, op)
				})
				if err != nil {
					return fmt.Errorf("operation %d %s: %w", p.n, p.fault, err)
				}
				l.verify(fmt.Sprintf("operation %d %s", p.n, p.fault), dir, done)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		l.Fatal(err)
	}
	return (len(all) + stride - 1) / stride
}

// cutPowerAfterEach repeats what the story does on a disk in memory and looks at what each loss leaves after each operation, once
// if it leaves the same after several.
func (l *lab) cutPowerAfterEach() (points int) {
	l.Helper()
	ops := l.record("recorded-again")
	losses := map[string]durabletest.Loss{
		"a kill": durabletest.Nothing, "a power failure": durabletest.Unsynced, "a power failure that spares names": durabletest.UnsyncedData,
	}
	disk, err := durabletest.ReadDisk(l.begun)
	if err != nil {
		l.Fatal(err)
	}
	type state struct {
		files [sha256.Size]byte
		said  int // lines
	}
	seen, said, different := make(map[state]bool), 0, 0
	stride := l.sampling(len(ops), 40)
	var group errgroup.Group
	group.SetLimit(2)
	for i, op := range ops {
		disk.Apply(op)
		if op.Kind == durabletest.Said {
			said++
		}
		for name, loss := range losses {
			s := state{disk.Digest(loss), said}
			if seen[s] {
				continue
			}
			seen[s] = true
			if different++; different%stride > 0 {
				continue
			}
			points++
			dir := filepath.Join(l.work, fmt.Sprintf("cut-%d-%d", i, loss))
			if err := disk.WriteTo(dir, loss); err != nil {
				l.Fatal(err)
			}
			group.Go(func() error {
				l.verify(fmt.Sprintf("%s after operation %d, %v of %s", name, i, op.Kind, op.Path), dir, ops[:i+1])
				return nil
			})
		}
	}
	_ = group.Wait()
	return points
}

// sampling is every how many of all points are looked at.
func (l *lab) sampling(all, wanted int) int {
	if testing.Short() {
		return max(1, all/wanted)
	}
	return 1
}

// record tells the story undisturbed and returns what it did.
func (l *lab) record(name string) []durabletest.Op {
	l.Helper()
	dir, err := l.copy(name)
	if err != nil {
		l.Fatal(err)
	}
	process, err := l.start()
	if errors.Is(err, durabletest.ErrUnsupported) {
		l.Skip(err)
	}
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = process.Close() }()
	ops, err := process.Run(l.name+"\t"+dir, dir, func(int, durabletest.Op) durabletest.Outcome { return durabletest.Outcome{} })
	if err != nil {
		l.Fatal(err)
	}
	l.repeats(ops, dir)
	l.verify("nothing", dir, ops)
	return ops
}

// repeats checks that the operations that were recorded are all there were: done to a disk in memory, they make the same files.
func (l *lab) repeats(ops []durabletest.Op, dir string) {
	l.Helper()
	disk, err := durabletest.ReadDisk(l.begun)
	if err != nil {
		l.Fatal(err)
	}
	for _, op := range ops {
		disk.Apply(op)
	}
	if is, err := durabletest.ReadDisk(dir); err != nil || disk.Digest(durabletest.Nothing) != is.Digest(durabletest.Nothing) {
		l.Fatalf("repeating what was recorded does not make what is there: %v", err)
	}
}

func (l *lab) start() (*durabletest.Process, error) {
	command := exec.Command(os.Args[0], "-test.run=^TestFaultyProcess$")
	command.Env = append(os.Environ(), faultyFiles+"="+l.files)
	return durabletest.Start(command)
}

// copy copies the data directory as it was at the beginning.
func (l *lab) copy(name string) (dir string, err error) {
	dir = filepath.Join(l.work, name)
	return dir, os.CopyFS(dir, os.DirFS(l.begun))
}

// verify looks for what a fault may have broken, and removes the data directory.
func (l *lab) verify(fault, dir string, ops []durabletest.Op) {
	l.Helper()
	if err := l.survived(dir, ops); err != nil {
		l.Errorf("%s: %v", fault, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		l.Error(err)
	}
}
