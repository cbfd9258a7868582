package trees

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
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
	rows := lists(60, 1)
	for _, objective := range []Objective{LambdaRank, Logistic} {
		if objective == Logistic {
			for i, label := range rows.Labels {
				rows.Labels[i] = min(label, 1)
			}
		}
		m, _ := train(t, rows, nil, Options{Objective: objective, Trees: 10})
		data := written(t, m)
		again, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written(t, again), data) || !slices.Equal(scores(again, rows), scores(m, rows)) || again.Objective() != objective || again.Label() != "click" || !slices.Equal(again.Features(), rows.Features) {
			t.Errorf("%s: the model changed on its way", objective)
		}
	}
}

func TestTheFrozenFileIsRead(t *testing.T) {
	if *update {
		m := &Model{features: []string{"price", "seen"}, label: "click", objective: Logistic, base: -1, trees: []tree{
			{[]node{{10, 0, 1}, leafNode(1), {0.5, 1, 3}, leafNode(3), leafNode(4)}, []float64{0, 0.25, 0, -0.5, 1}, []float64{8, 4, 4, 1, 3}},
			{[]node{leafNode(0)}, []float64{0.125}, []float64{8}},
		}}
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
	got := make([]float64, 3)
	m.Scores([]float64{10, 9, 11, 0.5, 11, 0.6}, got)
	if want := []float64{-0.625, -1.375, 0.125}; !slices.Equal(got, want) {
		t.Errorf("scores %v, want %v", got, want)
	}
	// Of nothing known the first tree adds (4·0.25 + 1·(−0.5) + 3·1) / 8.
	if base, _ := m.Contributions([]float64{10, 9}); base != -1+3.5/8+0.125 {
		t.Errorf("base %v", base)
	}
}

func TestReadRefusesBrokenFiles(t *testing.T) {
	data, err := os.ReadFile(frozen)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", string(data), "", "EOF"},
		{"another format", `"format":1`, `"format":2`, "format 2, this program reads 1"},
		{"an unknown field", `"format":1`, `"format":1,"speed":3`, "speed"},
		{"something behind it", string(data), string(data) + "{}", "after top-level value"},
		{"an objective", `"logistic"`, `"mse"`, `the objective "mse"`},
		{"a feature twice", `"seen"`, `"price"`, "names are unique"},
		{"a feature that is not there", `[0,-1,1,-1,-1]`, `[2,-1,1,-1,-1]`, "tree 1: node 0 asks feature 2"},
		{"a way in circles", `"child":[1,0,3,0,0]`, `"child":[1,0,1,0,0]`, "node 2 asks feature 1 and has the child 1"},
		{"a child that is not there", `"child":[1,0,3,0,0]`, `"child":[1,0,4,0,0]`, "has the child 4"},
		{"a node without a parent", `[0,-1,1,-1,-1],"threshold":[10,0,0.5,0,0],"child":[1,0,3,0,0]`, `[0,-1,-1,-1,-1],"threshold":[10,0,0.5,0,0],"child":[1,0,0,0,0]`, "3 of 5 nodes are reached"},
		{"a list cut off", `"value":[0,0.25,0,-0.5,1]`, `"value":[0,0.25,0,-0.5]`, "5, 5, 5, 4 and 5 entries"},
		{"no rows", `[8,4,4,1,3]`, `[8,4,4,0,3]`, "node 3 has a number that is not finite, or no rows"},
		{"a number out of range", `"base":-1`, `"base":1e999`, ""},
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
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrModel) {
				t.Errorf("%v does not wrap ErrModel", err)
			}
			return
		}
		row := make([]float64, len(m.features))
		m.Scores(row, make([]float64, 1))
		m.Contributions(row)
		if again, err := Read(bytes.NewReader(written(t, m))); err != nil || !bytes.Equal(written(t, again), written(t, m)) {
			t.Errorf("what was read does not read back: %v", err)
		}
	})
}
