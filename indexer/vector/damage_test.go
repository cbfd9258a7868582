package vector

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer/vector/sets"
)

// wholeFiles are files of all kinds, small enough to be damaged thousands of times.
func wholeFiles(t testing.TB) [][]byte {
	return [][]byte{
		fileBytes(t, frozenIndex(t)),
		fileBytes(t, build(t, withCopies(150, 130, 0.2, 3), 130, Options{GraphFrom: 1})),
		fileBytes(t, build(t, sets.Unclustered(300, 3, 3, 4), 3, Options{})),
		fileBytes(t, build(t, []float32{0, 1}, 2, Options{GraphFrom: 1})),
		fileBytes(t, build(t, nil, 5, Options{})),
	}
}

// mostAllocated is more than opening a file takes, whatever it says of itself.
const mostAllocated = 16 << 10

// openBytes opens data as a file and checks what holds for whatever file: the index can be used, or the error
// says that the file is damaged and which it is, and nothing large was allocated.
func openBytes(t *testing.T, path string, data []byte) (opened bool) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, err := Open(path)
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > mostAllocated {
		t.Errorf("a file of %d bytes: %d bytes allocated", len(data), allocated)
	}
	if err != nil {
		if x != nil || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Errorf("index %v, error %v", x, err)
		}
		return false
	}
	useAll(t, x)
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	return true
}

// useAll searches x, whose contents may be nonsense, by every plan.
func useAll(t *testing.T, x *Index) {
	t.Helper()
	if x.Len() == 0 {
		return
	}
	query := make([]float32, x.Dim())
	query[0] = 1
	s, err := x.borrow(query)
	if err != nil {
		t.Fatal(err)
	}
	defer x.scratch.Put(s)
	group := make([]uint32, x.Len())
	for row := range group {
		group[row] = uint32(row / 3)
	}
	k := min(5, x.Len())
	for _, params := range []SearchParams{{}, {Group: group}} {
		for _, p := range []plan{{method: byCodes, kept: k}, {method: byFloats}} {
			if found, err := x.searchExact(t.Context(), s, k, x.Len(), p, params); err != nil || len(found) == 0 {
				t.Errorf("%s: %d results, error %v", p, len(found), err)
			}
		}
	}
	if x.graph != nil {
		greedySearch(x.graph, &x.codes, s, []uint32{x.graph.entry}, x.Len(), nil)
	}
}

// damages are what may happen to a file.
var damages = []struct {
	name string
	do   func(data []byte, random *rand.Rand) []byte
}{
	{"bytes changed", func(data []byte, random *rand.Rand) []byte {
		for range 1 + random.IntN(4) {
			data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
		}
		return data
	}},
	{"cut off", func(data []byte, random *rand.Rand) []byte { return data[:random.IntN(len(data))] }},
	{"longer", func(data []byte, random *rand.Rand) []byte { return append(data, make([]byte, 1+random.IntN(200))...) }},
	{"a block of zeros", func(data []byte, random *rand.Rand) []byte {
		at := random.IntN(len(data))
		clear(data[at : at+random.IntN(min(4096, len(data)-at)+1)])
		return data
	}},
	{"a block missing", func(data []byte, random *rand.Rand) []byte {
		at := random.IntN(len(data))
		return slices.Delete(data, at, at+random.IntN(min(4096, len(data)-at)+1))
	}},
	{"sections swapped", func(data []byte, random *rand.Rand) []byte {
		a, b := sectionOf(data, random.IntN(sections)), sectionOf(data, random.IntN(sections))
		for i := range min(len(a), len(b)) {
			a[i], b[i] = b[i], a[i]
		}
		return data
	}},
	{"rows of the section table swapped", func(data []byte, random *rand.Rand) []byte {
		a, b := data[prefixSize+sectionSize*random.IntN(sections):], data[prefixSize+sectionSize*random.IntN(sections):]
		for i := range sectionSize {
			a[i], b[i] = b[i], a[i]
		}
		return data
	}},
	{"another number in the header", func(data []byte, random *rand.Rand) []byte {
		at := 8 + 4*random.IntN((headerSize-8)/4)
		old := binary.LittleEndian.Uint32(data[at:])
		numbers := []uint32{0, 1, old + 1, old - 1, 2 * old, maxRows, maxDim, math.MaxInt32, math.MaxUint32, random.Uint32()}
		binary.LittleEndian.PutUint32(data[at:], numbers[random.IntN(len(numbers))])
		return data
	}},
	{"another number in a section", func(data []byte, random *rand.Rand) []byte {
		if body := sectionOf(data, random.IntN(sections)); len(body) > 0 {
			numbers := []uint32{0, 1, math.MaxInt32, math.MaxUint32, math.Float32bits(float32(math.Inf(-1))), random.Uint32()}
			binary.LittleEndian.PutUint32(body[4*random.IntN(len(body)/4):], numbers[random.IntN(len(numbers))])
		}
		return data
	}},
}

// sectionOf is where a whole file has a section.
func sectionOf(data []byte, i int) []byte {
	row := data[prefixSize+i*sectionSize:]
	offset := binary.LittleEndian.Uint64(row)
	return data[offset : offset+binary.LittleEndian.Uint64(row[8:])]
}

func TestOpenRefusesDamagedFilesByName(t *testing.T) {
	files := wholeFiles(t)
	path := filepath.Join(t.TempDir(), "vectors")
	for _, whole := range files {
		if !openBytes(t, path, whole) {
			t.Fatal("a whole file is refused")
		}
	}
	const cases = 2000
	refused, forged := 0, 0
	for i := range uint64(cases) {
		random := rand.New(rand.NewPCG(i, 0))
		whole, damage := files[random.IntN(len(files))], damages[random.IntN(len(damages))]
		data := damage.do(slices.Clone(whole), random)
		sealed := random.IntN(2) == 0
		if sealed {
			reseal(data)
		}
		opened := openBytes(t, path, data)
		if t.Failed() {
			t.Fatalf("case %d: %s, sealed again: %t", i, damage.name, sealed)
		}
		switch {
		case opened && !sealed && !bytes.Equal(data, whole):
			t.Fatalf("case %d: %s, and it was opened", i, damage.name)
		case opened:
			forged++
		default:
			refused++
		}
	}
	if refused < cases/2 || forged < cases/20 {
		t.Errorf("%d files refused, %d opened: the damages do not test much", refused, forged)
	}
}

func TestOpenRefusesWhatIsNoIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors")
	for name, data := range map[string][]byte{
		"empty":   nil,
		"magic":   []byte(fileMagic),
		"foreign": bytes.Repeat([]byte("PK\x03\x04"), 100),
	} {
		if openBytes(t, path, data) {
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := Open(filepath.Dir(path)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a folder: error %v", err)
	}
	if _, err := Open(path + "-none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

func TestOneWrongBitIsSeen(t *testing.T) {
	damaged := fileBytes(t, frozenIndex(t))
	for at := range damaged {
		bit := byte(1) << (at % 8)
		damaged[at] ^= bit
		if _, err := parse(damaged); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d: error %v", at, err)
		}
		damaged[at] ^= bit
	}
}

func TestOpenAllocatesOnlyWhatItDerives(t *testing.T) {
	large := fileBytes(t, build(t, sets.Unclustered(3000, 300, 20, 1), 300, Options{}))
	path := filepath.Join(t.TempDir(), "vectors")
	if err := os.WriteFile(path, large, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, err := Open(path)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	derived := uint64(x.DerivedBytes()) // by the rows that there are
	if allocated := after.TotalAlloc - before.TotalAlloc - derived; allocated > mostAllocated {
		t.Errorf("a file of %d bytes: %d bytes allocated", len(large), allocated)
	}
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
	scales := binary.LittleEndian.Uint64(whole[prefixSize+sectionScales*sectionSize:])
	links := binary.LittleEndian.Uint64(whole[prefixSize+sectionLinks*sectionSize:])
	for name, at := range map[string]uint64{
		"version": 8, "dimensions": 12, "rows": 16, "high rows": 20, "stride": 24, "entry": 28,
		"section offset": prefixSize, "section length": prefixSize + 8, "links length": prefixSize + sectionLinks*sectionSize + 8,
		"scale": scales + 40, "a link": links + 8, "the last link": uint64(len(whole)) - 4,
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
	// Of a few rows each: what is new the fuzzer makes smaller, which takes it a minute for a large file.
	for _, rows := range []int{0, 1, 6} {
		f.Add(fileBytes(f, build(f, sets.Unclustered(rows, 2, 2, 7), 2, Options{GraphFrom: 1})), true)
		f.Add(fileBytes(f, build(f, sets.Unclustered(rows, 2, 2, 7), 2, Options{})), false)
	}
	f.Add([]byte(fileMagic), false)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if sealed {
			data = slices.Clone(data)
			reseal(data)
		}
		x, err := parse(data)
		switch {
		case err == nil:
			useAll(t, x)
		case !errors.Is(err, ErrDamaged):
			t.Fatal(err)
		}
	})
}
