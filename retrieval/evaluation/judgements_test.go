package evaluation

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestJudgementsAreRecognisedByTheirFirstLine(t *testing.T) {
	shoes := Query{ID: "red+shoes", Text: "red shoes"}
	lamp := Query{ID: "7", Text: `24" lamp`}
	for _, test := range []struct {
		name, in string
		want     Judgements
	}{
		{"TREC", "q1 0 a 3\n", Judgements{Qrels: Qrels{"q1": {"a": 3}}}},
		{"TREC with a product called rating", "q1\t0\trating\t3\n", Judgements{Qrels: Qrels{"q1": {"rating": 3}}}},
		{"Quepid", "query,docid,rating\nred shoes,a,3\nred shoes,b,0\n",
			Judgements{Qrels{"red+shoes": {"a": 3, "b": 0}}, []Query{shoes}}},
		{"Quepid's near names, Windows line ends, byte order mark, quotes", "\ufeff\"Query Text\",\"Doc ID\",\"Rating\"\r\n\"red  shoes\",\"a\",\"3.0\"\r\n",
			Judgements{Qrels{"red+shoes": {"a": 3}}, []Query{shoes}}},
		{"a spreadsheet's semicolons", "query;docid;rating\nred shoes;a;3\n", Judgements{Qrels{"red+shoes": {"a": 3}}, []Query{shoes}}},
		{"Quepid's queries and documents that nobody rated", "query,docid,rating\nred shoes\n\nred shoes,a,\nhats,b,1\n",
			Judgements{Qrels{"hats": {"b": 1}}, []Query{shoes, {ID: "hats", Text: "hats"}}}},
		{"Quepid's guard against formulas", "query,docid,rating\n'+1 game,a,2\n", Judgements{Qrels{"%2B1+game": {"a": 2}}, []Query{{ID: "%2B1+game", Text: "+1 game"}}}},
		{"ESCI in letters", "example_id,query,query_id,product_id,product_locale,esci_label,split\n0,\"24\"\" lamp\",7,a,us,E,train\n1,\"24\"\" lamp\",7,b,us,I,test\n",
			Judgements{Qrels{"7": {"a": 3, "b": 0}}, []Query{lamp}}},
		{"ESCI in words, TSV", "query_id\tquery\tproduct_id\tesci_label\n7\t24\" lamp\ta\tSubstitute\n7\t24\" lamp\tb\tcomplement\n",
			Judgements{Qrels{"7": {"a": 2, "b": 1}}, []Query{lamp}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReadJudgements(strings.NewReader(test.in))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestQueriesOfDifferentWordsHaveDifferentIDs(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{"a b", "a+b", "a%2Bb", "a%20b", "ab", "红 鞋"} {
		id := textID(text)
		if other, taken := seen[id]; taken || checkID("query", id) != nil {
			t.Errorf("%q has the id %q, which %q has too or which is none", text, id, other)
		}
		seen[id] = text
	}
}

func TestBrokenJudgementsNameTheLine(t *testing.T) {
	const quepid, esci = "query,docid,rating\n", "query_id,query,product_id,esci_label\n"
	for _, test := range []struct{ name, in, want string }{
		{"rating", quepid + "red,a,3\nred,b,good\n", `line 3 has the rating "good": it must be a whole number`},
		{"fraction", quepid + "red,a,2.5\n", `line 2 has the rating "2.5"`},
		{"huge rating", quepid + "red,a,100\n", "line 2 has the grade 100: it must be from -30 to 30"},
		{"judged twice", quepid + "red,a,1\nred,a,2\n", `line 3 judges product "a" for query "red" again`},
		{"no query", quepid + ",a,1\n", "line 2 has no query"},
		{"too many cells", quepid + "red, blue,a,1\n", "line 2 has 4 cells and the header 3"},
		{"lines within a quoted cell count", quepid + "\"red\nshoes\",a,1\nred,b,x\n", "line 4 has the rating"},
		{"space in a product id", quepid + "red,a b,1\n", "line 2 has a space in the product id"},
		{"not UTF-8", quepid + "r\xffd,a,1\n", "line 2 is not UTF-8"},
		{"quote", quepid + "red,a,1\nr\"ed,b,1\n", "line 3: bare \" in non-quoted"},
		{"a quote that never closes", quepid + "red,a,1\n\"" + strings.Repeat("endless ", maxLine), "a row is longer than"},
		{"nothing below the header", quepid, "no query below the header"},
		{"ESCI label", esci + "7,lamp,a,X\n", `line 2 has the label "X": it must be E, S, C or I`},
		{"ESCI without label", esci + "7,lamp,a,\n", `line 2 has the label ""`},
		{"ESCI without product", esci + "7,lamp,,E\n", "line 2 has no product id"},
		{"ESCI with two texts of one query", esci + "7,lamp,a,E\n7,lamps,b,E\n", `line 3 gives query "7" the text "lamps"`},
		{"neither TREC nor a known header", "query,url,stars\nred,a,1\n", "line 1 has 1 fields: it needs query id, 0, product id, grade; or a header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadJudgements(strings.NewReader(test.in))
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

func TestErrorsOfFilesNameThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratings.csv")
	if err := os.WriteFile(path, []byte("query,docid,rating\nred,a,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(string) error{
		"judgements": func(path string) error { _, err := OpenJudgements(path); return err },
		"queries":    func(path string) error { _, err := OpenQueries(path); return err },
		"run":        func(path string) error { _, err := OpenRun(path); return err },
	} {
		if err := read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error = %v", name, err)
		}
		if err := read(path + ".absent"); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "absent") {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func TestATableOfJudgementsServesAsQueries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratings.csv")
	if err := os.WriteFile(path, []byte("query,docid,rating\nred shoes,a,1\nhats\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := OpenQueries(path)
	if want := []Query{{ID: "red+shoes", Text: "red shoes"}, {ID: "hats", Text: "hats"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

// fuzzJudgements checks of whatever a reader takes: each judged query is there, with its text, and TREC's
// form carries all.
func fuzzJudgements(f *testing.F, header string, rows ...string) {
	for _, row := range rows {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, in string) {
		judgements, err := ReadJudgements(strings.NewReader(header + in))
		if err != nil {
			return
		}
		texts := map[string]string{}
		for _, query := range judgements.Queries {
			if _, twice := texts[query.ID]; twice || query.Text == "" {
				t.Errorf("query %+v is there twice or has no text", query)
			}
			texts[query.ID] = query.Text
		}
		var file bytes.Buffer
		if err := WriteQrels(&file, judgements.Qrels); err != nil {
			t.Fatal(err)
		}
		for query := range judgements.Qrels {
			if texts[query] == "" {
				t.Errorf("query %q is judged and has no text", query)
			}
		}
		if again, err := ReadQrels(&file); err != nil || !reflect.DeepEqual(again, judgements.Qrels) {
			t.Errorf("wrote %v, read %v, %v", judgements.Qrels, again, err)
		}
	})
}

func FuzzReadQuepid(f *testing.F) {
	fuzzJudgements(f, "query,docid,rating\n", "red shoes,a,3\n\"a\nb\",b,1.0\n", "'=1,a,2\nlone\n", "\"open")
}

func FuzzReadESCI(f *testing.F) {
	fuzzJudgements(f, "query_id\tquery\tproduct_id\tesci_label\n", "1\t24\" lamp\ta\tE\n1\t24\" lamp\tb\tirrelevant\n", "1\t\"x\ta\tS")
}
