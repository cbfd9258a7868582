package rules

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/retrieval"
)

// parse reads rules that must be right.
func parse(t testing.TB, text string) *Set {
	t.Helper()
	set, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// frame puts one rule, of which body is all but the name, in a file.
func frame(body string) string { return `{"rules": [{"name": "r", ` + body + `}]}` }

func TestParseReadsEveryActionAndCondition(t *testing.T) {
	set := parse(t, "\ufeff"+`{
  "rules": [
    {"name": "dresses", "note": "until the sale ends", "from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00+02:00",
     "when": {"query": ["Summer  DRESS"], "words": ["dress summer!"], "category": [" Dresses "]},
     "pin": {"products": ["a", "b"], "at": 3}},
    {"name": "hide", "hide": {"products": ["c"]}},
    {"name": "boost", "boost": {"filters": ["brand=Nike|Puma", "price=..50"], "strength": 0.5}},
    {"name": "bury", "bury": {"filters": ["in_stock=false"]}},
    {"name": "returns", "when": {"query": ["returns"]}, "redirect": "/returns?from=search"}
  ]
}`)
	r := set.Rules
	if len(r) != 5 {
		t.Fatalf("%d rules", len(r))
	}
	if r[0].Place != 3 || !slices.Equal(r[0].Products, []string{"a", "b"}) || r[0].Action != retrieval.ActionPin || r[0].Note == "" {
		t.Errorf("the pin reads as %+v", r[0])
	}
	if c := r[0].When; c.Phrases[0] != "summer dress" || !slices.Equal(c.Words[0], []string{"dress", "summer"}) || c.Categories[0] != "Dresses" {
		t.Errorf("its condition reads as %+v", c)
	}
	if r[1].Action != retrieval.ActionHide || r[1].Products[0] != "c" {
		t.Errorf("hide reads as %+v", r[1])
	}
	if r[2].Action != retrieval.ActionBoost || r[2].Strength != 0.5 || len(r[2].Filters) != 2 || r[2].Filters[1].String() != "price=..50" {
		t.Errorf("boost reads as %+v", r[2])
	}
	if r[3].Action != retrieval.ActionBury || r[3].Strength != 1 {
		t.Errorf("bury reads as %+v", r[3])
	}
	if r[4].Action != retrieval.ActionRedirect || r[4].URL != "/returns?from=search" {
		t.Errorf("redirect reads as %+v", r[4])
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"name": "x"},`, MaxRules+1), ",")
	ids := make([]string, MaxProducts+1)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"p%d"`, i)
	}
	for text, says := range map[string]string{
		"":                                 "line 1: the file is not JSON",
		"[]":                               `write {"rules": [...]}`,
		`{"rule": []}`:                     `write {"rules": [...]}`,
		`{"rules": {}}`:                    `write {"rules": [...]}`,
		"{\"rules\": [\n{},,\n]}":          "line 2",
		`{"rules": []} more`:               "after top-level value",
		`{"rules": [], "version": 2}`:      "version",
		"{\"rules\": [\n\n{\"hide\": 1}]}": "line 3: rule number 1",
		`{"rules": [` + many + `]}`:        "more than 1000 rules",
		`{"rules": [{"name": "é` + "\xff" + `"}]}`: "not UTF-8",
		strings.Repeat(" ", MaxBytes+1):            "larger than 1 MB",

		`{"rules": [{"hide": {"products": ["a"]}}]}`:                                                          "has no name",
		`{"rules": [{"name": "a\nb", "hide": {"products": ["a"]}}]}`:                                          "line break",
		`{"rules": [{"name": "` + strings.Repeat("n", 101) + `", "hide": {"products": ["a"]}}]}`:              "100 characters",
		`{"rules": [{"name": "a", "hide": {"products": ["a"]}}, {"name": "a", "hide": {"products": ["b"]}}]}`: `rule "a": another rule has the same name`,
		frame(`"strenght": 1`):                                                                             `unknown field "strenght"`,
		frame(`"boost": {"products": ["a"], "factor": 2}`):                                                 `unknown field "factor"`,
		frame(`"note": ""`):                                                                                "0 actions",
		frame(`"hide": {"products": ["a"]}, "redirect": "/"`):                                              "2 actions",
		frame(`"hide": {}`):                                                                                "names no products",
		frame(`"hide": {"products": ["a"], "filters": ["brand=b"]}`):                                       "both products and filters",
		frame(`"hide": {"products": ["a", "a"]}`):                                                          `"a" twice`,
		frame(`"hide": {"products": [""]}`):                                                                "is empty",
		frame(`"hide": {"products": [` + strings.Join(ids, ",") + `]}`):                                    "1001 products",
		frame(`"hide": {"filters": ["size=L"]}`):                                                           "no filter on",
		frame(`"boost": {"products": ["a"], "strength": 0}`):                                               "more than 0",
		frame(`"bury": {"products": ["a"], "strength": 11}`):                                               "at most 10",
		frame(`"pin": {"products": ["a"], "at": 0}`):                                                       "count from 1",
		frame(`"pin": {"products": ["a", "b"], "at": 1000}`):                                               "end at 1000",
		frame(`"pin": {"products": ["a"], "at": 9223372036854775807}`):                                     "end at 1000",
		frame(`"pin": {"filters": ["brand=b"]}`):                                                           `unknown field "filters"`,
		frame(`"from": "tomorrow", "hide": {"products": ["a"]}`):                                           "tomorrow",
		frame(`"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z", "hide": {"products": ["a"]}`): "ends before it begins",
		frame(`"when": {"query": []}, "hide": {"products": ["a"]}`):                                        "when.query has 0 entries",
		frame(`"when": {"query": [" "]}, "hide": {"products": ["a"]}`):                                     "when.query is empty",
		frame(`"when": {"words": ["--"]}, "hide": {"products": ["a"]}`):                                    "has no word",
		frame(`"when": {"category": [""]}, "hide": {"products": ["a"]}`):                                   "when.category is empty",
		frame(`"when": {"query": ["` + strings.Repeat("n", 257) + `"]}, "hide": {"products": ["a"]}`):      "257 characters",
		frame(`"redirect": "/sale"`):                                                                       "condition on the query",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrBadRules) || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%.80q): %v, want ErrBadRules that says %q", text, err, says)
		}
	}
}

func TestParseNamesEveryRuleThatIsWrong(t *testing.T) {
	_, err := Parse([]byte("{\"rules\": [\n{\"name\": \"a\"},\n{\"name\": \"b\", \"hide\": {\"products\": [\"x\"]}},\n{\"name\": \"c\", \"hide\": {}}\n]}"))
	want := "bad rules: line 2: rule \"a\": it has 0 actions: give it one of pin, hide, boost, bury and redirect\n" +
		"bad rules: line 4: rule \"c\": it names no products"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestARedirectLeadsToTheWebOrToAPathOfTheShop(t *testing.T) {
	for address, good := range map[string]bool{
		"/returns": true, "/?filter=category%3DShoes": true, "https://help.example/returns#a": true, "http://localhost:8080/": true, "/退货": true,
		"": false, "returns": false, "javascript:alert(1)": false, "JavaScript://x/%0aalert(1)": false, "data:text/html,x": false,
		"//evil.example": false, `/\evil.example`: false, `\\evil.example`: false, "https:evil": false, "https://": false, "https://:80/": false,
		"https://user@evil.example/": false, " /a": false, "/a b": false, "/a\n": false, "/\t/evil.example": false, "ftp://x/": false, "?q=a": false,
		"/" + strings.Repeat("a", maxURL): false,
	} {
		if err := checkURL(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestARedirectDoesNotLeadToAnother(t *testing.T) {
	rule := func(name, words, to string) string {
		return fmt.Sprintf(`{"name": %q, "when": {"words": [%q]}, "redirect": %q}`, name, words, to)
	}
	for text, good := range map[string]bool{
		rule("a", "trainers", "/?q=sneakers"):                                   true,
		rule("a", "trainers", "/?filter=category%3DTrainers"):                   true,
		rule("a", "trainers", "/?q=Blue+Trainers"):                              false,
		rule("a", "trainers", "/?q=shoes") + "," + rule("b", "shoes", "/shoes"): false,
	} {
		if _, err := Parse([]byte(`{"rules": [` + text + `]}`)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestConditionsAndTimes(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	shoes := retrieval.Filter{Field: retrieval.FieldCategory, Values: []string{"Boots", "SHOES"}}
	for _, test := range []struct {
		rule  string
		text  string
		holds bool
	}{
		{``, "", true},
		{``, "anything", true},
		{`"when": {"query": ["Red  Shoe"]},`, "red shoe", true},
		{`"when": {"query": ["red shoe"]},`, "red shoes", false},
		{`"when": {"query": ["shoe", "red shoe"]},`, "red shoe", true},
		{`"when": {"words": ["shoe red"]},`, "a red canvas shoe", true},
		{`"when": {"words": ["shoe red"]},`, "red, shoe!", true},
		{`"when": {"words": ["shoe"]},`, "shoes", true},
		{`"when": {"words": ["running shoe"]},`, "red running shoes", true},
		{`"when": {"words": ["women's watches"]},`, "watch for women", true},
		{`"when": {"words": ["dress"]},`, "dresses", true},
		{`"when": {"words": ["running shoe"]},`, "run shoe", false},
		{`"when": {"words": ["bus"]},`, "bu", false},
		{`"when": {"query": ["running shoe"]},`, "running shoes", false},
		{`"when": {"words": ["t恤 red"]},`, "red t恤", true},
		{`"when": {"words": ["连衣裙"]},`, "红色连衣裙", true},
		{`"when": {"query": ["sale"], "words": ["cheap"]},`, "cheap bag", true},
		{`"when": {"words": ["cheap"]},`, "", false},
		{`"when": {"category": ["Shoes"]},`, "", true},
		{`"when": {"category": ["Bags"]},`, "", false},
		{`"when": {"query": ["a"], "category": ["Shoes"]},`, "b", false},
		{`"from": "2026-06-01T12:00:00Z",`, "", true},
		{`"from": "2026-06-01T12:00:01Z",`, "", false},
		{`"to": "2026-06-01T12:00:00Z",`, "", false},
		{`"to": "2026-06-01T14:00:01+02:00",`, "", true},
	} {
		set := parse(t, frame(test.rule+` "hide": {"products": ["a"]}`))
		q := &retrieval.Query{Text: test.text, Filters: []retrieval.Filter{shoes}}
		if got := len(set.For(q, now)) == 1; got != test.holds {
			t.Errorf("%s with the query %q holds: %v", test.rule, test.text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"rules": []}`, "")
	f.Add(frame(`"when": {"query": ["a"], "words": ["b c"], "category": ["d"]}, "pin": {"products": ["x", "y"], "at": 2}`), "a")
	f.Add(frame(`"from": "2026-01-01T00:00:00Z", "boost": {"filters": ["price=1..2"], "strength": 2}`), "连衣裙")
	f.Add(frame(`"when": {"words": ["returns"]}, "redirect": "https://help.example/"`), "returns")
	f.Add(`{"rules": [{"name": "a", "name": "b", "hide": null, "when": null}]}`, "x")
	f.Fuzz(func(t *testing.T, text, query string) {
		set, err := Parse([]byte(text))
		if err != nil {
			if !errors.Is(err, ErrBadRules) {
				t.Fatalf("%v does not wrap ErrBadRules", err)
			}
			return
		}
		if len(set.Rules) > MaxRules {
			t.Fatalf("%d rules", len(set.Rules))
		}
		for _, r := range set.For(&retrieval.Query{Text: retrieval.NormaliseText(query)}, time.Now()) {
			switch r.Action {
			case retrieval.ActionRedirect:
				if u, err := url.Parse(r.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" && (u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/")) {
					t.Fatalf("it leads to %q", r.URL)
				}
			case retrieval.ActionPin:
				if r.Place < 1 || r.Place+len(r.Products)-1 > retrieval.MaxDepth {
					t.Fatalf("it pins %d products from place %d", len(r.Products), r.Place)
				}
			case retrieval.ActionBoost, retrieval.ActionBury:
				if !(r.Strength > 0 && r.Strength <= maxStrength) {
					t.Fatalf("its strength is %v", r.Strength)
				}
			}
			if r.Action != retrieval.ActionRedirect && len(r.Products)+len(r.Filters) == 0 {
				t.Fatalf("rule %q is about nothing", r.Name)
			}
		}
	})
}

func BenchmarkFor(b *testing.B) {
	set := &Set{}
	for i := range MaxRules {
		set.Rules = append(set.Rules, parse(b, frame(fmt.Sprintf(`"when": {"query": ["shoe %d"], "words": ["canvas %d"]}, "hide": {"products": ["a"]}`, i, i))).Rules...)
	}
	q := &retrieval.Query{Text: "red canvas shoe"}
	for b.Loop() {
		set.For(q, time.Time{})
	}
}
