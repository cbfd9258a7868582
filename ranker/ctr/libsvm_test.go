package ctr

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadLibSVMTakesQueriesFromEitherPlace(t *testing.T) {
	want := &Dataset{
		Features: []string{"f1", "f2", "f3"}, Label: "label",
		Values: []float64{0.5, 0, 2, 0, -1, 0, 0, 0, 0}, Labels: []float64{4, 0, 1},
		Groups: []string{"1", "1", "2"},
	}
	for _, c := range []struct{ name, rows, queries string }{
		{"qid", "4 qid:1 1:0.5 3:2 # a\n0 qid:1 2:-1\n\n1 qid:2\n", ""},
		{"a file of queries", "4 1:0.5 3:2\n# all\n0 2:-1\n1\n", "2\n1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var queries io.Reader
			if c.queries != "" {
				queries = strings.NewReader(c.queries)
			}
			got, err := ReadLibSVM(strings.NewReader(c.rows), queries, 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, err := ReadLibSVM(strings.NewReader("1 2:1\n"), nil, 4)
	if err != nil || got.Groups != nil || len(got.Features) != 4 {
		t.Errorf("without queries, four features asked for: %+v, %v", got, err)
	}
}

func TestReadLibSVMSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, rows, queries string
		width               int
		want                string
	}{
		{"nothing", "\n# a\n", "", 0, "there is no row"},
		{"no features", "1\n0\n", "", 0, "no row has a feature"},
		{"a label of 5", "5 1:1\n", "", 0, `line 1: "5" is no label`},
		{"features from 0", "1 0:1\n", "", 0, `line 1: "0:1": a feature is a number from 1`},
		{"features that fall", "1 1:1\n1 2:1 1:1\n", "", 0, `line 2: "1:1"`},
		{"no colon", "1 a\n", "", 0, `"a": a feature is a number`},
		{"no value", "1 1:\n", "", 0, "feature 1: the value is missing"},
		{"too many features", "1 4097:1\n", "", 0, "from 1 to 4096"},
		{"a feature that the model lacks", "1 3:1\n", "", 2, "it has feature 3, and the model was trained on 2"},
		{"a qid now and then", "1 qid:1 1:1\n1 1:1\n", "", 0, "1 of 2 rows have a qid"},
		{"a query in two places", "1 qid:1 1:1\n1 qid:2 1:1\n0 qid:1 1:1\n", "", 0, "row 3 is of the query \"1\""},
		{"queries twice over", "1 qid:1 1:1\n", "1\n", 0, "leave one out"},
		{"too few queries", "1 1:1\n1 1:1\n", "1\n", 0, "they have 1 rows, and there are 2"},
		{"too many queries", "1 1:1\n", "1\n1\n", 0, `queries, line 2: "1" is no number of rows: 0 rows are left`},
		{"a negative query", "1 1:1\n", "-1\n", 0, "queries, line 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var queries io.Reader
			if c.queries != "" {
				queries = strings.NewReader(c.queries)
			}
			_, err := ReadLibSVM(strings.NewReader(c.rows), queries, c.width)
			if !errors.Is(err, ErrData) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// kit is a set of 201 queries in LightGBM's layout.
const kit = "../../../shared/data/ltr/rank.train"

// readKit returns the rows of the kit, or skips the test.
func readKit(t *testing.T) *Dataset {
	t.Helper()
	rows, err := os.Open(kit)
	if err != nil {
		t.Skip("the learning-to-rank set is not at ../shared/data/ltr beside the repository")
	}
	defer rows.Close()
	queries, err := os.Open(kit + ".query")
	if err != nil {
		t.Fatal(err)
	}
	defer queries.Close()
	d, err := ReadLibSVM(rows, queries, 0)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheLearningToRankSetIsRead(t *testing.T) {
	d := readKit(t)
	if d.Rows() != 3005 || len(d.groupSpans()) != 201 || d.Positives() != 2360 || len(d.Features) < 281 {
		t.Errorf("%d rows of %d queries, %d with a grade, %d features", d.Rows(), len(d.groupSpans()), d.Positives(), len(d.Features))
	}
}

func FuzzReadLibSVM(f *testing.F) {
	f.Add("4 qid:1 1:0.5 3:2 # a\n0 qid:1 2:-1\n", "")
	f.Add("4 1:0.5 3:2\n0 2:-1\n1\n", "2\n1\n")
	f.Fuzz(func(t *testing.T, rows, sizes string) {
		var queries io.Reader
		if sizes != "" {
			queries = strings.NewReader(sizes)
		}
		d, err := ReadLibSVM(strings.NewReader(rows), queries, 0)
		if err != nil {
			if !errors.Is(err, ErrData) {
				t.Errorf("%v does not wrap ErrData", err)
			}
			return
		}
		if d.Rows() == 0 || d.check() != nil || !finite(d.Values...) {
			t.Errorf("%d rows, %v", d.Rows(), d.check())
		}
	})
}
