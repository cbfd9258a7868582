package online

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var columns = Columns{Dense: []string{"price"}, Fields: []string{"query"}, Clicked: "click", Position: "place"}

func TestATableIsRead(t *testing.T) {
	got, err := ReadCSV(strings.NewReader("\ufeffplace,query,more,price,click\n3,red shoes,x,1.5,1\n0,,y,-2,0\n"), columns)
	want := []Example{{Dense: []float64{1.5}, Fields: []string{"red shoes"}, Position: 3, Clicked: true}, {Dense: []float64{-2}, Fields: []string{""}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if diff := cmp.Diff([]Feature{{"price", -0.25, 1.75}}, Standard([]string{"price"}, got)); diff != "" {
		t.Error(diff)
	}
	if constant := Standard([]string{"price"}, got[:1]); constant[0].Scale != 1 {
		t.Errorf("%+v", constant)
	}
}

func TestABrokenTableNamesItsPlace(t *testing.T) {
	for table, want := range map[string]string{
		"":                          "the first line must name the columns",
		"price,query,click\n":       `there is no column "place"`,
		"price,query,click,place\n": "there is no row",
		"price,query,click,place\n1,a,1,1\nb,c,0,1": `line 3, column "price": "b" is no finite number`,
		"price,query,click,place\nNaN,c,0,1":        `line 2, column "price"`,
		"price,query,click,place\n1,c,yes,1":        `line 2, column "click": "yes" is no label`,
		"price,query,click,place\n1,c,0,-1":         `line 2, column "place": "-1" is no position`,
		"price,query,click,place\n1,c,0":            "wrong number of fields",
	} {
		if _, err := ReadCSV(strings.NewReader(table), columns); !errors.Is(err, ErrTable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", table, err, want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("price,query,click,place\n1,a,1,1\n")
	f.Fuzz(func(t *testing.T, table string) {
		examples, err := ReadCSV(strings.NewReader(table), columns)
		if err != nil {
			if !errors.Is(err, ErrTable) {
				t.Errorf("%v does not wrap ErrTable", err)
			}
			return
		}
		m, err := New(Options{Dense: Standard(columns.Dense, examples), Fields: columns.Fields, Crosses: columns.Fields, Buckets: 8})
		if errors.Is(err, ErrOptions) { // numbers whose squares overflow
			return
		}
		learn(t, m, examples...)
	})
}
