package ctr

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadCSVTakesTheChosenColumnsInTheOrderChosen(t *testing.T) {
	table := "\ufeffid,click,price,\"seen, days\"\r\na,0,1.5,3\r\nb,1, -2e3 ,0\r\n"
	got, err := ReadCSV(strings.NewReader(table), []string{"seen, days", "price"}, "click")
	if err != nil {
		t.Fatal(err)
	}
	want := &Dataset{Features: []string{"seen, days", "price"}, Label: "click", Values: []float64{3, 1.5, 0, -2000}, Labels: []float64{0, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVSaysWhereATableIsBrokenAndWhatToDo(t *testing.T) {
	for _, c := range []struct{ name, table, features, label, want string }{
		{"no header", "", "a", "y", "the table is empty"},
		{"no rows", "a,y\n", "a", "y", "no row below the header"},
		{"no such feature", "a,y\n1,0\n", "b", "y", `no column "b": the header has a, y`},
		{"no such label", "a,y\n1,0\n", "a", "click", `no column "click"`},
		{"two columns of a name", "a,a,y\n1,1,0\n", "a", "y", `two columns "a": rename one`},
		{"a feature twice", "a,y\n1,0\n", "a a", "y", `"a" is named twice`},
		{"the label as a feature", "a,y\n1,0\n", "a y", "y", `"y" is named twice`},
		{"no feature", "a,y\n1,0\n", "", "y", "0 features: name 1 to 4096"},
		{"no number", "a,b,y\n1,2,0\n1,red,0\n", "a b", "y", `line 3, column "b": "red" is no number`},
		{"a missing value", "a,b,y\n1,,0\n", "a b", "y", `line 2, column "b": the value is missing`},
		{"not a number", "a,y\n1,0\nNaN,1\n", "a", "y", `line 3, column "a": "NaN" is not finite`},
		{"infinite", "a,y\nInf,1\n", "a", "y", `"Inf" is not finite`},
		{"too large a number", "a,y\n1e999,1\n", "a", "y", `"1e999" is no number`},
		{"a label of 2", "a,y\n1,2\n", "a", "y", `line 2, column "y": "2" is no label: a label is 0 or 1`},
		{"a label in words", "a,y\n1,yes\n", "a", "y", `"yes" is no label`},
		{"lines within a cell are counted", "a,t,y\n1,\"x\n\nx\",0\nz,,0\n", "a", "y", `line 5, column "a"`},
		{"too few cells", "a,y\n1,0\n1\n", "a", "y", "line 3 has more or fewer cells than the header"},
		{"an open quote", "a,y\n1,0\n\"1,0\n", "a", "y", "close each quoted cell"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadCSV(strings.NewReader(c.table), strings.Fields(c.features), c.label)
			if !errors.Is(err, ErrData) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("a,b,y\n1,2,0\n")
	f.Add("\ufeffy,b,a\r\n1,\"2\",3e-4\r\n")
	f.Add("a,b,y\n1,\"2,0\n")
	f.Fuzz(func(t *testing.T, table string) {
		d, err := ReadCSV(strings.NewReader(table), []string{"a", "b"}, "y")
		if err != nil {
			if !errors.Is(err, ErrData) {
				t.Errorf("%v does not wrap ErrData", err)
			}
			return
		}
		if d.Rows() == 0 || len(d.Values) != 2*d.Rows() || !finite(d.Values...) {
			t.Errorf("%d rows have the values %v", d.Rows(), d.Values)
		}
		for _, label := range d.Labels {
			if label != 0 && label != 1 {
				t.Errorf("label %v", label)
			}
		}
	})
}
