package ctr

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the frozen files of testdata anew")

const frozen = "testdata/model-v1.json"

func written(t testing.TB, m *Model) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAModelReadsBackBitForBit(t *testing.T) {
	d := noisy(80, 1)
	for _, hidden := range [][]int{nil, {5}, {6, 3}} {
		m, _ := train(t, d, none(d), Options{Hidden: hidden, Epochs: 2, PositiveWeight: 1.5})
		data := written(t, m)
		got, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.network.values, m.network.values) || !slices.Equal(got.Sizes(), m.Sizes()) || !slices.Equal(got.Features(), m.Features()) || got.Label() != m.Label() {
			t.Errorf("hidden %v: the model changed on its way", hidden)
		}
		if diff := cmp.Diff(evaluate(t, m, d), evaluate(t, got, d)); diff != "" {
			t.Errorf("hidden %v: %s", hidden, diff)
		}
		if !bytes.Equal(written(t, got), data) {
			t.Errorf("hidden %v: written again it is another file", hidden)
		}
	}
}

func TestTheFrozenFileIsRead(t *testing.T) {
	if *update {
		m := &Model{[]string{"price", "seen"}, "click", standardisation{[]float64{10, 0.5}, []float64{2, 0.25}}, newNetwork([]int{2, 2, 1})}
		copy(m.network.values, []float64{1, -1, 0.5, 2, 3, -0.25, 0, 0.125, -1})
		if err := os.WriteFile(frozen, written(t, m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(frozen)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	// Row 1 is standardised to (1, -1): hidden (2, max(0, 0.5-2+0.125)), logit 3·2 - 1. Row 2 to (0, 2):
	// hidden (0, 4.125), logit -0.25·4.125 - 1.
	got, err := m.Logits(&Dataset{Features: []string{"price", "seen"}, Values: []float64{12, 0.25, 10, 1}, Labels: []float64{0, 0}})
	if want := []float64{5, -2.03125}; err != nil || !slices.Equal(got, want) {
		t.Errorf("logits %v, %v, want %v", got, err, want)
	}
}

func TestReadRefusesBrokenFiles(t *testing.T) {
	data, err := os.ReadFile(frozen)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", string(data), "", "EOF"},
		{"cut off", `"layers"`, "", ""},
		{"another format", `"format":1`, `"format":2`, "format 2, this program reads 1: train it again"},
		{"no format", `"format":1,`, ``, "format 0"},
		{"an unknown field", `"format":1`, `"format":1,"speed":3`, "speed"},
		{"a doubled field", `"format":1`, `"format":1,"format":1`, "duplicate"},
		{"another case", `"label"`, `"Label"`, "Label"},
		{"something behind it", string(data), string(data) + "{}", "after top-level value"},
		{"not a number", `"mean":10`, `"mean":NaN`, "invalid"},
		{"a number out of range", `"mean":10`, `"mean":1e999`, ""},
		{"a scale of 0", `"scale":2`, `"scale":0`, `the standardisation of "price"`},
		{"a negative scale", `"scale":2`, `"scale":-2`, "the scale above 0"},
		{"no name", `"price"`, `""`, "no name"},
		{"a name twice", `"price"`, `"seen"`, "named twice"},
		{"the label as a feature", `"click"`, `"seen"`, "named twice"},
		{"a weight of clicks of 0", `"positive_weight":1`, `"positive_weight":0`, "positive_weight 0"},
		{"too few weights", `[1,-1,0.5,2]`, `[1,-1,0.5]`, "layer 1 has 2 biases and 3 weights for 2 inputs"},
		{"too few biases", `[0,0.125]`, `[0]`, "layer 1 has 1 biases and 4 weights"},
		{"no layers", `"layers":`, `"layers":[],"rest":`, "rest"},
		{"two logits", `"bias":[-1],"weights":[3,-0.25]`, `"bias":[-1,1],"weights":[3,-0.25,1,1]`, "the last layer must have one unit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(string(data), c.old) {
				t.Fatalf("%s is not in %s", c.old, data)
			}
			_, err := Read(strings.NewReader(strings.Replace(string(data), c.old, c.new, 1)))
			if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	data, err := os.ReadFile(frozen)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1,"features":[{"name":"a","mean":0,"scale":1}],"label":"y","positive_weight":1,"layers":[{"bias":[0],"weights":[1]}]}`))
	f.Add([]byte(`{"format":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrModel) {
				t.Errorf("%v does not wrap ErrModel", err)
			}
			return
		}
		if !finite(m.network.values...) {
			t.Errorf("the model has the parameters %v", m.network.values)
		}
		again, err := Read(bytes.NewReader(written(t, m)))
		if err != nil || !slices.Equal(again.network.values, m.network.values) {
			t.Errorf("what was read does not read back: %v", err)
		}
	})
}
