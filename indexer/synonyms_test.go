package indexer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer"
)

func readSynonyms(t testing.TB, rules string) *indexer.Synonyms {
	t.Helper()
	synonyms, err := indexer.ReadSynonyms(strings.NewReader(rules))
	if err != nil {
		t.Fatal(err)
	}
	return synonyms
}

func foundWith(t testing.TB, s *indexer.Snapshot, terms string, synonyms *indexer.Synonyms) []string {
	t.Helper()
	hits, err := s.Keyword(context.Background(), indexer.KeywordQuery{Terms: terms, K: 10, Synonyms: synonyms})
	if err != nil {
		t.Fatal(err)
	}
	return ids(t, s, hits)
}

func TestSynonymsFind(t *testing.T) {
	index := openTitles(t,
		"Acme television", "Acme TV", "Red trainers", "Red sneakers", "Portable charger", "Power bank", "Power supply",
		"Charger", "手机 red", "Bolt phone", "Handy broom", "24 inch screen")
	synonyms := readSynonyms(t, `
# what is called by two names
tv, television, telly
sneakers => trainers
power bank, portable charger, juice pack
phones, 手机   # across languages
2 ft => 24 inches
[zh]
red => broom
[en]
handy => phone
`)
	for query, want := range map[string][]string{
		"tv":               {"Acme TV", "Acme television"},
		"television":       {"Acme television", "Acme TV"},
		"TELLY acme":       {"Acme TV", "Acme television"},
		"sneakers":         {"Red sneakers", "Red trainers"},
		"trainers":         {"Red trainers"},
		"red sneaker":      {"Red sneakers", "Red trainers"},
		"power bank":       {"Power bank", "Portable charger"},
		"portable charger": {"Portable charger", "Power bank"},
		"juice packs":      {"Portable charger", "Power bank"},
		"power":            {"Power bank", "Power supply"},
		"bolt phone":       {"Bolt phone"},
		"手机":               {"手机 red", "Bolt phone"},
		"handy":            {"Handy broom", "Bolt phone", "手机 red"},
		"red 手机":           {"手机 red"},
		"2 ft":             {"24 inch screen"},
	} {
		got := foundWith(t, index, query, synonyms)
		if query == "handy" || query == "手机" || query == "power" || query == "juice packs" || query == "TELLY acme" { // in whatever order
			got, want = sorted(got), sorted(want)
		}
		if query == "handy" {
			want = []string{"Bolt phone", "Handy broom"} // one rule does not lead to the next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestProductDoesNotGainFromHavingSynonymsBeside(t *testing.T) {
	index := openTitles(t, "power bank portable charger", "power bank portable battery", "juice box brown cardboard")
	synonyms := readSynonyms(t, "power bank, portable charger\njuice box, power bank")
	hits, err := index.Keyword(context.Background(), indexer.KeywordQuery{Terms: "power bank", K: 3, Synonyms: synonyms})
	if err != nil || len(hits) != 3 {
		t.Fatal(hits, err)
	}
	if hits[0].Score != hits[1].Score || hits[2].Score >= hits[1].Score || ids(t, index, hits)[2] != "juice box brown cardboard" {
		t.Errorf("scores %v", hits)
	}
}

func TestBadSynonymsNameTheLineAndWhatToDo(t *testing.T) {
	for rules, want := range map[string]string{
		"tv, telly\nalone":                     `line 2: a phrase alone`,
		"a, b =>":                              `line 1: "a" has no word`,
		"tv =>":                                `line 1: "" has no word`,
		"=> tv":                                `line 1: "" has no word`,
		"tv => telly => television":            `a rule has one =>`,
		"tv,,telly":                            `"" has no word`,
		"the, tv":                              `"the" has no word`,
		"[fr]":                                 `there is no section [fr]: use [all], [en] or [zh]`,
		"\xff\xfe, tv":                         `not UTF-8`,
		"one two three four five six seven, x": `has 7 words, the limit is 6`,
		"x" + strings.Repeat(", y", 16):        `the limit is 16`,
		"tv\n" + strings.Repeat("x", 5000):     `line 1`,
		"\n" + strings.Repeat("x", 5000):       `line 2: longer than 4096 bytes`,
		strings.Repeat("q, x\n", 10_001):       `line 10001: more than 10000 rules`,
	} {
		_, err := indexer.ReadSynonyms(strings.NewReader(rules))
		if !errors.Is(err, indexer.ErrSynonyms) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", rules, err, want)
		}
	}
}

func FuzzReadSynonyms(f *testing.F) {
	for _, rules := range []string{
		"tv, television, telly\n", "sneakers => trainers, running shoes", "[zh]\n手机, 移动电话\n[en]\n#", "\ufeffa5 b => 27\" c", "x =>\n", ",,", "[", "= >",
	} {
		f.Add(rules, "red tv 27 inch 手机")
	}
	index := openTitles(f, "red tv", "trainers", "手机")
	f.Fuzz(func(t *testing.T, rules, query string) {
		synonyms, err := indexer.ReadSynonyms(strings.NewReader(rules))
		if (err == nil) != (synonyms != nil) {
			t.Fatalf("%v, %v", synonyms, err)
		}
		if err != nil {
			if !errors.Is(err, indexer.ErrSynonyms) {
				t.Fatal(err)
			}
			return
		}
		hits, err := index.Keyword(context.Background(), indexer.KeywordQuery{Terms: query, K: 3, Synonyms: synonyms})
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range hits {
			if hit.Score <= 0 {
				t.Errorf("score %v", hit)
			}
		}
		if corrected, changed, err := index.Correct(context.Background(), query, synonyms); err != nil || changed != (corrected != query) {
			t.Errorf("%q is corrected to %q: %t, %v", query, corrected, changed, err)
		}
		without, err := index.Keyword(context.Background(), indexer.KeywordQuery{Terms: query, K: 3})
		if err != nil || len(without) > len(hits) && len(indexer.KeywordTerms(query)) == 1 {
			t.Errorf("%q finds %v without synonyms and %v with them: %v", query, without, hits, err)
		}
	})
}
