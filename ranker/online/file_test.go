package online

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the frozen files of testdata anew")

func written(t testing.TB, of interface{ Write(io.Writer) error }) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := of.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// frozen returns a file of testdata; -update writes it where it is of the format that is written now.
func frozen(t testing.TB, name string, of interface{ Write(io.Writer) error }) []byte {
	t.Helper()
	if *update && strings.Contains(name, fmt.Sprintf("-v%d.", fileFormat)) {
		if err := os.WriteFile(name, written(t, of), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAModelReadsBackAndLearnsOn(t *testing.T) {
	m, examples := mixed(t)
	learn(t, m, examples[:200]...)
	data := written(t, m)
	again, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written(t, again), data) {
		t.Error("written again it is another file")
	}
	learn(t, m, examples[200:]...)
	learn(t, again, examples[200:]...)
	if !bytes.Equal(written(t, again), written(t, m)) || again.Score(examples[0]) != m.Score(examples[0]) {
		t.Error("it learns something else than the one that was written")
	}
}

func small(t testing.TB) *Model {
	m := newModel(t, Options{Dense: []Feature{{Name: "price", Mean: 10, Scale: 2}}, Fields: []string{"query", "product"}, Crosses: []string{"query×product"}, Buckets: 8, Bands: []int{1, 3}})
	learn(t, m, Example{Dense: []float64{12}, Fields: []string{"red shoes", "p1"}, Position: 2, Clicked: true})
	return m
}

func TestTheFrozenModelIsRead(t *testing.T) {
	m, err := Read(bytes.NewReader(frozen(t, "testdata/model-v1.ftrl", small(t))))
	if err != nil {
		t.Fatal(err)
	}
	// One click from even odds: each gradient is ∓0.5, so each weight of a feature of 1 is
	// 0.5 / ((1 + 0.5) / 0.1) = 1/30: the bias, the price, the cross, and the band.
	bias, parts := m.Contributions(Example{Dense: []float64{12}, Fields: []string{"red shoes", "p1"}})
	if want := 0.5 / ((1 + 0.5) / 0.1); bias != want || !slices.Equal(parts, []float64{want, want}) || m.Band(3) != want || m.Band(4) != 0 || m.Learnt() != 1 {
		t.Errorf("bias %v, parts %v, band %v, want %v", bias, parts, m.Band(3), want)
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	data := written(t, small(t))
	body := data[:len(data)-4]
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "another kind of file"},
		{"another file", []byte("SQLite format 3\x00 and more"), "another kind of file"},
		{"a flipped bit", append(slices.Clone(body[:60]), append([]byte{body[60] ^ 1}, data[61:]...)...), "the checksum does not match"},
		{"cut off", data[:len(data)-9], "the checksum does not match"},
		{"cut off and sealed", sealed(slices.Clone(body[:len(body)-9])), "ends too early"},
		{"more behind it", sealed(append(slices.Clone(body), 0)), "something is behind its end"},
		{"another format", sealed(bytes.Replace(body, []byte("\n\x02"), []byte("\n\x03"), 1)), "format 3, this program reads 1 to 2"},
		{"an unknown option", sealed(bytes.Replace(body, []byte(`"Alpha"`), []byte(`"Alpho"`), 1)), "Alpho"},
		{"an unusable option", sealed(bytes.Replace(body, []byte(`"Buckets":8`), []byte(`"Buckets":7`), 1)), "7 buckets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(c.data))
			if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, small(f))[len(modelMagic):])
	f.Fuzz(func(t *testing.T, rest []byte) {
		m, err := Read(bytes.NewReader(sealed(append([]byte(modelMagic), rest...))))
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Errorf("%v does not wrap ErrFile", err)
			}
			return
		}
		data := written(t, m)
		again, err := Read(bytes.NewReader(data))
		if err != nil || !bytes.Equal(written(t, again), data) {
			t.Errorf("what was read does not read back: %v", err)
		}
	})
}

func FuzzReadStream(f *testing.F) {
	f.Add(written(f, smallStream(f))[len(streamMagic):])
	f.Fuzz(func(t *testing.T, rest []byte) {
		s, err := ReadStream(bytes.NewReader(sealed(append([]byte(streamMagic), rest...))), StreamOptions{})
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Errorf("%v does not wrap ErrFile", err)
			}
			return
		}
		data := written(t, s)
		again, err := ReadStream(bytes.NewReader(data), StreamOptions{})
		if err != nil || !bytes.Equal(written(t, again), data) {
			t.Errorf("what was read does not read back: %v", err)
		}
	})
}
