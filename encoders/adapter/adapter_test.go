package adapter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the frozen file")

// small is an adapter of two projections whose numbers are easy to check.
func small(t testing.TB) *Adapter {
	t.Helper()
	a, err := New("0123456789abcdef0123456789abcdef", map[string]*Projection{
		"text-image": {Dim: 3, Rank: 1, A: []float32{0, 2, 0}, B: []float32{1, 0, -0.5}},
		"text-text":  {Dim: 3, Rank: 2, A: []float32{1, 0, 0, 0, 1, 0}, B: []float32{0, 0.25, 0, 0, 3, 0}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAdaptMovesTheVectorsOfItsSearchesOnly(t *testing.T) {
	a := small(t)
	vector := []float32{0, 1, 0}
	// (0, 1, 0) + 2 · (1, 0, −0.5) = (2, 1, −1), of length √6
	want := []float32{2 / float32(math.Sqrt(6)), 1 / float32(math.Sqrt(6)), -1 / float32(math.Sqrt(6))}
	got := a.Adapt("text-image", vector)
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-6 {
			t.Errorf("%v, want %v", got, want)
			break
		}
	}
	if same := a.Adapt("photo-image", vector); &same[0] != &vector[0] {
		t.Error("a search without a projection has another vector")
	}
	if !slices.Equal(vector, []float32{0, 1, 0}) {
		t.Errorf("the vector was changed to %v", vector)
	}
	if got := a.Adapt("text-image", []float32{0, 0, 0}); !slices.Equal(got, []float32{0, 0, 0}) {
		t.Errorf("a vector of nothing became %v", got)
	}
}

func TestAnAdapterIsForOneModel(t *testing.T) {
	a := small(t)
	if err := a.Fits("0123456789abcdef0123456789abcdef", 3); err != nil {
		t.Error(err)
	}
	for _, other := range []struct {
		model string
		dim   int
	}{{"fedcba98765432100123456789abcdef", 3}, {"0123456789abcdef0123456789abcdef", 4}} {
		if err := a.Fits(other.model, other.dim); !errors.Is(err, ErrOtherModel) {
			t.Errorf("%v: %v", other, err)
		}
	}
}

func encoded(t testing.TB, a *Adapter) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := a.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTheFrozenFileIsRead(t *testing.T) {
	path := filepath.Join("testdata", "adapter-v1.bin")
	if *update {
		if err := os.WriteFile(path, encoded(t, small(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(small(t), a, cmp.AllowUnexported(Adapter{})); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(encoded(t, a), data) {
		t.Error("written again it has other bytes")
	}
}

func TestADamagedFileIsRefused(t *testing.T) {
	data := encoded(t, small(t))
	for i := range data {
		for _, change := range []byte{1, 0x80} {
			damaged := slices.Clone(data)
			damaged[i] ^= change
			if _, err := Read(bytes.NewReader(damaged)); !errors.Is(err, ErrFile) {
				t.Fatalf("byte %d: %v", i, err)
			}
		}
		if _, err := Read(bytes.NewReader(data[:i])); !errors.Is(err, ErrFile) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := Read(bytes.NewReader(append(slices.Clone(data), 0))); !errors.Is(err, ErrFile) {
		t.Errorf("a byte too many: %v", err)
	}
}

// reseal gives data, without its checksum, the right one.
func reseal(data []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(data), crc32.Checksum(data, castagnoli))
}

func TestAForgedFileIsRefused(t *testing.T) {
	whole := encoded(t, small(t))
	body := whole[:len(whole)-4]
	at := func(offset int, value uint32) []byte {
		forged := slices.Clone(body)
		binary.LittleEndian.PutUint32(forged[offset:], value)
		return reseal(forged)
	}
	dim := len(magic) + 4 + 4 + 32
	for _, test := range []struct {
		name string
		data []byte
		says string
	}{
		{"another file", []byte("PK\x03\x04 and so on"), "this is no adapter"},
		{"nothing", nil, "this is no adapter"},
		{"another version", at(len(magic), 2), "version 2, this program reads 1"},
		{"a long fingerprint", at(len(magic)+4, 1<<31), "the limit is 64"},
		{"no dimensions", at(dim, 0), "a count of 1073741824, the limit is 1024"},
		{"too many dimensions", at(dim, 1<<20), "the limit is 16384"},
		{"no projection", reseal(at(dim+4, 0)[:dim+8]), "it has 0 projections"},
		{"a number that is not finite", at(dim+4+4+4+len("text-image")+4, math.Float32bits(float32(math.NaN()))), "not finite"},
		{"bytes behind", reseal(append(slices.Clone(body), 7)), "1 bytes too many"},
		{"a projection cut off", reseal(body[:len(body)-4]), "ends too early"},
	} {
		_, err := Read(bytes.NewReader(test.data))
		if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %q", test.name, err, test.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	whole := encoded(f, small(f))
	f.Add(whole[:len(whole)-4])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := Read(bytes.NewReader(reseal(body)))
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatal(err)
			}
			return
		}
		again, err := Read(bytes.NewReader(encoded(t, a)))
		if err != nil || len(again.Parts()) != len(a.Parts()) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

func TestAdaptedVectorsAreUnitVectors(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		dim, rank := 1+random.IntN(40), 1+random.IntN(8)
		l := newLearner(dim, rank, random)
		for i := range l.values {
			l.values[i] = random.NormFloat64()
		}
		length := 0.0
		for _, x := range l.projection().Apply(randomUnit(random, dim)) {
			length += float64(x) * float64(x)
		}
		if math.Abs(length-1) > 1e-5 {
			t.Fatalf("dim %d, rank %d: length %v", dim, rank, math.Sqrt(length))
		}
	}
}

func BenchmarkApply(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	p, vector := newLearner(256, 64, random).projection(), randomUnit(random, 256)
	for b.Loop() {
		p.Apply(vector)
	}
}
