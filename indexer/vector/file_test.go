package vector

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"vitrine/indexer/vector/sets"
)

var update = flag.Bool("update", false, "write testdata/v3.vectors anew: only before format 3 has landed")

const frozenFile = "testdata/v3.vectors"

// frozenIndex is what testdata/v3.vectors was written from: 60 rows of 8 dimensions with a graph.
func frozenIndex(t testing.TB) *Index {
	return build(t, sets.Unclustered(60, 8, 8, 11), 8, Options{GraphFrom: 1, Seed: 1})
}

func fileBytes(t testing.TB, x *Index) []byte {
	t.Helper()
	var file bytes.Buffer
	n, err := x.WriteTo(&file)
	if err != nil || n != int64(file.Len()) {
		t.Fatalf("wrote %d bytes, says %d (%v)", file.Len(), n, err)
	}
	return file.Bytes()
}

func TestSavedIndexAnswersAsBefore(t *testing.T) {
	for name, x := range map[string]*Index{
		"graph":   graphSets()["clustered"],
		"scan":    build(t, sets.Unclustered(3000, 33, 20, 1), 33, Options{}),
		"one row": build(t, []float32{0, 1, 0}, 3, Options{GraphFrom: 1}),
		"empty":   build(t, nil, 3, Options{GraphFrom: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "vectors")
			if err := x.WriteFile(path); err != nil {
				t.Fatal(err)
			}
			opened, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if opened.Len() != x.Len() || opened.Dim() != x.Dim() || (opened.graph == nil) != (x.graph == nil) {
				t.Fatalf("%d × %d, graph %v", opened.Len(), opened.Dim(), opened.graph != nil)
			}
			for row := range uint32(min(x.Len(), 50)) {
				want, wantPlan := search(t, x, x.Vector(row), 10, SearchParams{})
				got, plan := search(t, opened, x.Vector(row), 10, SearchParams{})
				if !slices.Equal(got, want) || plan != wantPlan {
					t.Fatalf("%s %v, before %s %v", plan, got, wantPlan, want)
				}
			}
			if !bytes.Equal(fileBytes(t, opened), fileBytes(t, x)) {
				t.Error("written again it differs")
			}
			if err := errors.Join(opened.Close(), opened.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFileOfVersion1AsksForANewBuild(t *testing.T) {
	_, err := Open("testdata/v1.vectors")
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "v1.vectors") || !strings.Contains(err.Error(), "format version 1, this program reads 2 and 3: build the index again") {
		t.Errorf("error %v", err)
	}
}

func TestFileOfVersion2IsRead(t *testing.T) {
	x, err := Open("testdata/v2.vectors")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if !bytes.Equal(fileBytes(t, x), fileBytes(t, frozenIndex(t))) {
		t.Error("written again it is not what is built now")
	}
}

func TestFrozenFileOpens(t *testing.T) {
	want := frozenIndex(t)
	if *update {
		if err := want.WriteFile(frozenFile); err != nil {
			t.Fatal(err)
		}
	}
	x, err := Open(frozenFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if x.Len() != 60 || x.Dim() != 8 || x.graph == nil || x.graph.entry != 40 {
		t.Fatalf("%d rows of %d dimensions, graph %v", x.Len(), x.Dim(), x.graph != nil)
	}
	if found, _ := search(t, x, x.Vector(31), 3, SearchParams{}); found[0].Row != 31 {
		t.Errorf("row 31 finds %v", found)
	}
}

func TestWriteFileNamesTheFileThatItCannotWrite(t *testing.T) {
	x := frozenIndex(t)
	missing := filepath.Join(t.TempDir(), "missing", "vectors")
	if err := x.WriteFile(missing); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("folder that is missing: error %v", err)
	}
	const full = "/dev/full" // a device without room
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	for name, x := range map[string]*Index{"small": x, "large": build(t, sets.Unclustered(2000, 200, 20, 1), 200, Options{})} {
		if err := x.WriteFile(full); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), full) {
			t.Errorf("%s file on a full disk: error %v", name, err)
		}
	}
}

// limitedWriter has room for so many bytes.
type limitedWriter struct{ room int }

var errNoRoom = errors.New("no room")

func (w *limitedWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.room)
	if w.room -= n; n < len(p) {
		return n, errNoRoom
	}
	return n, nil
}

func TestWriteToSaysHowFarItCame(t *testing.T) {
	x := build(t, sets.Unclustered(2000, 200, 20, 1), 200, Options{}) // more than what is buffered
	size := len(fileBytes(t, x))
	for _, room := range []int{0, 1, headerSize - 1, headerSize, 1 << 20, 1<<20 + 1, size / 2, size - 1} {
		if n, err := x.WriteTo(&limitedWriter{room}); !errors.Is(err, errNoRoom) || n != int64(room) {
			t.Errorf("room for %d bytes: wrote %d, error %v", room, n, err)
		}
	}
	if n, err := x.WriteTo(&limitedWriter{size}); err != nil || n != int64(size) {
		t.Errorf("room for all: wrote %d of %d, error %v", n, size, err)
	}
}
