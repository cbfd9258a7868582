package ctr

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadCSVTakesTheChosenColumnsInTheOrderChosen(t *testing.T) {
	table := "\ufeffid,click,price,\"seen, days\"\r\na,0,1.5,3\r\nb,1, -2e3 ,0\r\n"
	got, err := ReadCSV(strings.NewReader(table), Columns{Features: []string{"seen, days", "price"}, Label: "click"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Dataset{Features: []string{"seen, days", "price"}, Label: "click", Values: []float64{3, 1.5, 0, -2000}, Labels: []float64{0, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVTakesTheOptionalColumns(t *testing.T) {
	table := "q,place,device,at,weight,x,click,cart,bought\n7,1,phone,1000,0.5,3,1,1,0\n7,,phone,1000,1,4,1,0,0\n8,2,desk,2000,2,5,0,0,0\n"
	got, err := ReadCSV(strings.NewReader(table), Columns{
		Features: []string{"x"}, Label: "click", Funnel: []string{"cart", "bought"},
		Group: "q", Position: "place", Layout: "device", Time: "at", Weight: "weight",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &Dataset{
		Features: []string{"x"}, Label: "click", Values: []float64{3, 4, 5}, Labels: []float64{1, 1, 0},
		Funnel: []Step{{"cart", []float64{1, 0, 0}}, {"bought", []float64{0, 0, 0}}},
		Groups: []string{"7", "7", "8"}, Positions: []int{1, 0, 2}, Layouts: []string{"phone", "phone", "desk"},
		Times: []int64{1000, 1000, 2000}, Weights: []float64{0.5, 1, 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVSaysWhatIsWrongWithAnOptionalColumn(t *testing.T) {
	for _, c := range []struct {
		name, table string
		columns     Columns
		want        string
	}{
		{"a query in two places", "q,x,y\n1,1,0\n2,1,0\n1,1,1\n", Columns{Group: "q"}, `row 3 is of the query "1", which ended before`},
		{"a row without a query", "q,x,y\n,1,0\n", Columns{Group: "q"}, `line 2, column "q": the value is missing`},
		{"a position of a half", "p,x,y\n0.5,1,0\n", Columns{Position: "p"}, `"0.5" is no position`},
		{"a negative position", "p,x,y\n-1,1,0\n", Columns{Position: "p"}, `"-1" is no position`},
		{"a layout without a position", "p,x,y\na,1,0\n", Columns{Layout: "p"}, "layouts without positions"},
		{"a date", "t,x,y\n2024-01-01,1,0\n", Columns{Time: "t"}, `"2024-01-01" is no time`},
		{"a negative weight", "w,x,y\n-1,1,0\n", Columns{Weight: "w"}, "row 1 has the weight -1"},
		{"a cart without a click", "c,x,y\n1,1,0\n", Columns{Funnel: []string{"c"}}, "row 1 has y = 0 and c = 1"},
		{"a grade of 5", "x,y\n1,5\n", Columns{Graded: true}, `"5" is no label: a label is a whole number from 0 to 4`},
		{"half a grade", "x,y\n1,0.5\n", Columns{Graded: true}, `"0.5" is no label`},
		{"no such column", "x,y\n1,0\n", Columns{Time: "t"}, `no column "t"`},
		{"a feature as a step", "x,y\n1,0\n", Columns{Funnel: []string{"x"}}, `"x" is named twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.columns.Features, c.columns.Label = []string{"x"}, "y"
			_, err := ReadCSV(strings.NewReader(c.table), c.columns)
			if !errors.Is(err, ErrData) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
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
			_, err := ReadCSV(strings.NewReader(c.table), Columns{Features: strings.Fields(c.features), Label: c.label})
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
		d, err := ReadCSV(strings.NewReader(table), Columns{Features: []string{"a", "b"}, Label: "y"})
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
