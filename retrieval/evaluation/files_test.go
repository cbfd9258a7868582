package evaluation

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReadQueriesTakesTextAndPhoto(t *testing.T) {
	in := "\ufeffq1\tred shoes\r\n\r\nq2\t\tphotos/a.jpg\r\nq3\t红色连衣裙\t/abs/b.jpg\nq4\t trimmed \t\n"
	got, err := ReadQueries(strings.NewReader(in), "set")
	if err != nil {
		t.Fatal(err)
	}
	want := []Query{
		{ID: "q1", Text: "red shoes"},
		{ID: "q2", Photo: filepath.Join("set", "photos", "a.jpg")},
		{ID: "q3", Text: "红色连衣裙", Photo: filepath.FromSlash("/abs/b.jpg")},
		{ID: "q4", Text: "trimmed"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadersNameTheLineThatIsWrong(t *testing.T) {
	readQueries := func(in string) error { _, err := ReadQueries(strings.NewReader(in), ""); return err }
	readQrels := func(in string) error { _, err := ReadQrels(strings.NewReader(in)); return err }
	readRun := func(in string) error { _, err := ReadRun(strings.NewReader(in)); return err }
	for _, test := range []struct {
		name string
		read func(string) error
		in   string
		want string
	}{
		{"queries: no tab", readQueries, "q1\tok\n\nred shoes\n", "queries line 3 has a space in the query id"},
		{"queries: id alone", readQueries, "q1\n", "line 1 has neither a text nor a photo"},
		{"queries: no id", readQueries, "\tred\n", "line 1 has no query id"},
		{"queries: repeated id", readQueries, "q1\ta\nq1\tb\n", `line 2 repeats the query id "q1"`},
		{"queries: too many columns", readQueries, "q1\ta\tb\tc\n", "line 1 has 4 columns"},
		{"queries: not UTF-8", readQueries, "q1\t\xff\n", "line 1 is not UTF-8"},
		{"queries: endless line", readQueries, "q1\ta\nq2\t" + strings.Repeat("x", maxLine), "line 2 is longer than"},
		{"queries: empty", readQueries, "\n", "no query in it"},
		{"qrels: fields", readQrels, "q1 0 a 1\nq1 0 b\n", "qrels line 2 has 3 fields"},
		{"qrels: grade", readQrels, "q1 0 a high\n", `line 1 has the grade "high"`},
		{"qrels: huge grade", readQrels, "q1 0 a 1000\n", "line 1 has the grade 1000: it must be from -30 to 30"},
		{"qrels: judged twice", readQrels, "q1 0 a 1\nq1 0 a 2\n", `line 2 judges product "a" for query "q1" again`},
		{"run: fields", readRun, "q1 Q0 a 1 0.5\n", "run line 1 has 5 fields"},
		{"run: score", readRun, "q1 Q0 a 1 NaN tag\n", `line 1 has the score "NaN"`},
		{"run: named twice", readRun, "q1 Q0 a 1 2 t\nq1 Q0 a 2 1 t\n", `line 2 names product "a" for query "q1" again`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.read(test.in)
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

func TestReadersPassOnWhyReadingFailed(t *testing.T) {
	broken := errors.New("disk is gone")
	_, err := ReadQrels(failing{broken})
	if !errors.Is(err, broken) || errors.Is(err, ErrFormat) {
		t.Errorf("error = %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestReadQrelsTakesTabsByteOrderMarkAndWindowsLineEnds(t *testing.T) {
	got, err := ReadQrels(strings.NewReader("\ufeffq1\t0\ta\t3\r\nq1 0  b -1\r\n"))
	if want := (Qrels{"q1": {"a": 3, "b": -1}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestReadRunGoesByScoreAsTrecEvalDoes(t *testing.T) {
	got, err := ReadRun(strings.NewReader("q1 Q0 low 1 0.1 t\nq1 Q0 tieA 2 5 t\nq1 Q0 tieB 3 5 t\nq2 Q0 x 1 -1e3 t\n"))
	if want := (Run{"q1": {"tieB", "tieA", "low"}, "q2": {"x"}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWritersRefuseIdsThatTheirFormatCannotCarry(t *testing.T) {
	for name, err := range map[string]error{
		"product in run":   WriteRun(&bytes.Buffer{}, Run{"q1": {"two words"}}, "tag"),
		"query in run":     WriteRun(&bytes.Buffer{}, Run{"q 1": {"a"}}, "tag"),
		"tag":              WriteRun(&bytes.Buffer{}, Run{"q1": {"a"}}, ""),
		"product in qrels": WriteQrels(&bytes.Buffer{}, Qrels{"q1": {"": 1}}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWrittenRunKeepsItsOrderWhenReadByScore(t *testing.T) {
	var products []string
	for i := range MaxK {
		products = append(products, fmt.Sprintf("p%d", i))
	}
	var file bytes.Buffer
	if err := WriteRun(&file, Run{"q": products}, "vitrine"); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRun(&file); err != nil || !slices.Equal(got["q"], products) {
		t.Errorf("order changed, %v", err)
	}
}

func FuzzReadQueries(f *testing.F) {
	f.Add("\ufeffq1\tred\r\nq2\t\ta.jpg\n")
	f.Add("q1\t\t\t\n")
	f.Fuzz(func(t *testing.T, in string) {
		queries, err := ReadQueries(strings.NewReader(in), "dir")
		if err != nil {
			return
		}
		for _, q := range queries {
			if q.ID == "" || q.Text == "" && q.Photo == "" {
				t.Errorf("accepted %+v", q)
			}
		}
	})
}

func FuzzReadQrels(f *testing.F) {
	f.Add("q1 0 a 3\r\nq1 0 b -1\n")
	f.Add("\ufeff1 1 1 1")
	f.Fuzz(func(t *testing.T, in string) {
		qrels, err := ReadQrels(strings.NewReader(in))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := WriteQrels(&file, qrels); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadQrels(&file); err != nil || !reflect.DeepEqual(again, qrels) {
			t.Errorf("wrote %v, read %v, %v", qrels, again, err)
		}
	})
}

func FuzzReadRun(f *testing.F) {
	f.Add("q1 Q0 a 1 0.5 tag\nq1 Q0 b 2 0.25 tag\n")
	f.Add("q Q0 a 0 1e308 t\nq Q0 b 0 -0 t")
	f.Fuzz(func(t *testing.T, in string) {
		run, err := ReadRun(strings.NewReader(in))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := WriteRun(&file, run, "tag"); err != nil {
			t.Fatal(err)
		}
		again, err := ReadRun(&file)
		if err != nil || !maps.EqualFunc(again, run, slices.Equal[[]string]) {
			t.Errorf("wrote %v, read %v, %v", run, again, err)
		}
	})
}
