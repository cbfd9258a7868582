package vector

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer/vector/sets"
)

var update = flag.Bool("update", false, "write testdata/v1.vectors anew: only before format 1 is released")

const frozenFile = "testdata/v1.vectors"

// frozenIndex is what testdata/v1.vectors was written from: 60 rows of 8 dimensions with a graph.
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

func TestOpenRefusesDamagedFiles(t *testing.T) {
	whole := fileBytes(t, frozenIndex(t))
	open := func(t *testing.T, what string, data []byte) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "vectors")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if x, err := Open(path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: index %v, error %v", what, x, err)
		}
	}
	t.Run("empty", func(t *testing.T) { open(t, "empty", nil) })
	t.Run("foreign", func(t *testing.T) { open(t, "foreign", bytes.Repeat([]byte("PK\x03\x04"), 100)) })
	t.Run("longer", func(t *testing.T) { open(t, "longer", append(slices.Clone(whole), 0)) })
	t.Run("truncated", func(t *testing.T) {
		for size := 0; size < len(whole); size += 97 {
			if _, err := parse(whole[:size]); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes: error %v", size, err)
			}
		}
		open(t, "half", whole[:len(whole)/2])
	})
	t.Run("one bit", func(t *testing.T) {
		for at := range whole {
			damaged := slices.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			if _, err := parse(damaged); !errors.Is(err, ErrDamaged) {
				t.Errorf("byte %d: error %v", at, err)
			}
		}
	})
	t.Run("absent", func(t *testing.T) {
		if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	})
}

// reseal makes the checksums of data right again, as a forger would.
func reseal(data []byte) {
	if len(data) < headerSize {
		return
	}
	for i := range sections {
		row := data[prefixSize+i*sectionSize:]
		offset, length := binary.LittleEndian.Uint64(row), binary.LittleEndian.Uint64(row[8:])
		if offset <= uint64(len(data)) && length <= uint64(len(data))-offset {
			binary.LittleEndian.PutUint32(row[16:], crc32.Checksum(data[offset:offset+length], castagnoli))
		}
	}
	binary.LittleEndian.PutUint32(data[checksumAt:], crc32.Checksum(data[:checksumAt], castagnoli))
}

func TestOpenRefusesForgedNumbers(t *testing.T) {
	whole := fileBytes(t, frozenIndex(t))
	links := binary.LittleEndian.Uint64(whole[prefixSize+sectionLinks*sectionSize:])
	for name, at := range map[string]uint64{
		"version": 8, "dimensions": 12, "rows": 16, "high rows": 20, "stride": 24, "entry": 28,
		"section offset": prefixSize, "section length": prefixSize + 8, "links length": prefixSize + sectionLinks*sectionSize + 8,
		"a link": links + 8, "the last link": uint64(len(whole)) - 4,
	} {
		for _, value := range []uint32{0xfffffffe, 0x7fffffff, 1 << 20, 61} {
			forged := slices.Clone(whole)
			binary.LittleEndian.PutUint32(forged[at:], value)
			reseal(forged)
			if _, err := parse(forged); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s %d: error %v", name, value, err)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(fileBytes(f, frozenIndex(f)), true)
	f.Add(fileBytes(f, build(f, []float32{0, 1}, 2, Options{})), false)
	f.Add([]byte(fileMagic), false)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if sealed {
			data = slices.Clone(data)
			reseal(data)
		}
		x, err := parse(data)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("error %v", err)
			}
			return
		}
		query := make([]float32, x.Dim())
		query[0] = 1
		if _, _, err := x.Search(t.Context(), query, 5, SearchParams{}); err != nil {
			t.Fatal(err)
		}
	})
}
