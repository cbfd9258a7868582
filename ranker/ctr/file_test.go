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

// The frozen files, one a format. That of format 1 is never written again.
const (
	frozenV1 = "testdata/model-v1.json"
	frozen   = "testdata/model-v2.json"
)

func written(t testing.TB, m *Model) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAModelReadsBackBitForBit(t *testing.T) {
	all := everything(80, 1)
	for name, c := range map[string]struct {
		rows    *Dataset
		options Options
	}{
		"logistic":   {noisy(80, 1), Options{PositiveWeight: 1.5}},
		"mlp":        {noisy(80, 1), Options{Hidden: []int{6, 3}}},
		"deepfm":     {noisy(80, 1), Options{Hidden: []int{5}, Factors: 3}},
		"funnel":     {all, Options{Hidden: []int{5}}},
		"softmax":    {all.without("funnel"), Options{Hidden: []int{5}, Objective: Softmax, NDCGAt: 3}},
		"calibrated": {noisy(80, 1), Options{}},
	} {
		d := c.rows
		c.options.Epochs = 2
		m, _ := train(t, d, none(d), c.options)
		if name == "calibrated" {
			var err error
			if m, err = m.WithCalibration(0.7, -1./3); err != nil {
				t.Fatal(err)
			}
		}
		data := written(t, m)
		got, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.network.values, m.network.values) || !slices.Equal(got.Sizes(), m.Sizes()) || !slices.Equal(got.Features(), m.Features()) || !slices.Equal(got.Tasks(), m.Tasks()) || got.Objective() != m.Objective() {
			t.Errorf("%s: the model changed on its way", name)
		}
		if diff := cmp.Diff(evaluate(t, m, d), evaluate(t, got, d)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !bytes.Equal(written(t, got), data) {
			t.Errorf("%s: written again it is another file", name)
		}
	}
}

// frozenModel is what the frozen file of format 2 holds.
func frozenModel(t *testing.T) *Model {
	t.Helper()
	m := &Model{
		features: []string{"price", "seen"}, label: "click",
		standard: standardisation{[]float64{10, 0.5}, []float64{2, 0.25}},
		network:  newNetwork([]int{2, 2, 1}, 2),
		tower:    newTower(&Dataset{Positions: []int{1, 1}, Layouts: []string{"phone", "desk"}}),
		trained:  objectives{Softmax, 5, 1},
		slope:    0.5, intercept: -0.25,
	}
	copy(m.network.values, []float64{1, -1, 0.5, 2, 3, -0.25, 0.5, 1, 2, -0.5, 0.25, -1, 0, 0.125, -1})
	copy(m.tower.values, []float64{1, 0.5})
	m.tower.mean = 0.75
	return m
}

func TestTheFrozenFilesAreRead(t *testing.T) {
	if *update {
		if err := os.WriteFile(frozen, written(t, frozenModel(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rows := &Dataset{Features: []string{"price", "seen"}, Values: []float64{12, 0.25, 10, 1}, Labels: []float64{0, 0}}
	for _, c := range []struct {
		path string
		want []float64
	}{
		// Row 1 is standardised to (1, -1): hidden (2, max(0, 0.5-2+0.125)), logit 3·2 - 1. Row 2 to (0, 2):
		// hidden (0, 4.125), logit -0.25·4.125 - 1.
		{frozenV1, []float64{5, -2.03125}},
		// The machine adds 0.5·1 + 0.5·1 - (1·0.25 - 2·1)·1 = 2.75 to row 1 and -0.5·2 = -1 to row 2, the
		// positions 0.75; then half of it, less 0.25.
		{frozen, []float64{0.5*8.5 - 0.25, 0.5*-2.28125 - 0.25}},
	} {
		data, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Logits(rows); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: logits %v, %v, want %v", c.path, got, err, c.want)
		}
	}
}

func TestReadRefusesBrokenFiles(t *testing.T) {
	data, err := os.ReadFile(frozenV1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", string(data), "", "EOF"},
		{"cut off", `"layers"`, "", ""},
		{"another format", `"format":1`, `"format":3`, "format 3, this program reads 1 to 2: train it again"},
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
		{"two logits", `"bias":[-1],"weights":[3,-0.25]`, `"bias":[-1,1],"weights":[3,-0.25,1,1]`, "the last layer must have one unit for the label"},
	} {
		t.Run(c.name, func(t *testing.T) { wantRefused(t, string(data), c.old, c.new, c.want) })
	}
}

func TestReadRefusesBrokenFilesOfFormat2(t *testing.T) {
	data, err := os.ReadFile(frozen)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"the format before", `"format":2`, `"format":1`, "steps"},
		{"no calibration", `"slope":0.5,`, ``, "a calibration of slope 0"},
		{"a calibration that turns the order round", `"slope":0.5`, `"slope":-1`, "the slope above 0"},
		{"an unknown objective", `"softmax"`, `"hinge"`, `the objective "hinge" is unknown`},
		{"steps of a listwise objective", `"steps":[]`, `"steps":["cart"]`, "softmax has no steps"},
		{"NDCG at 0", `"ndcg_at":5`, `"ndcg_at":0`, "ndcg_at 0"},
		{"too few factors", `"factors":2`, `"factors":3`, "a machine of 3 factors has 6 weights for 2 features"},
		{"no factors", `"factors":2`, `"factors":0`, "a machine of 0 factors"},
		{"layouts out of order", `"desk"`, `"tablet"`, `the layouts "tablet" and "phone" are not in order`},
		{"too few positions", `[1,0.5,`, `[`, "must be 31 finite numbers"},
	} {
		t.Run(c.name, func(t *testing.T) { wantRefused(t, string(data), c.old, c.new, c.want) })
	}
}

// wantRefused reads the file with one text in the place of another.
func wantRefused(t *testing.T, data, old, replacement, want string) {
	t.Helper()
	if !strings.Contains(data, old) {
		t.Fatalf("%s is not in %s", old, data)
	}
	_, err := Read(strings.NewReader(strings.Replace(data, old, replacement, 1)))
	if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func FuzzRead(f *testing.F) {
	data, err := os.ReadFile(frozen)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	if data, err = os.ReadFile(frozenV1); err != nil {
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
