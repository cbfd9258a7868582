package suggest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
)

func build(t testing.TB, entries ...Entry) *Index {
	t.Helper()
	var b Builder
	for _, e := range entries {
		b.Add(e)
	}
	x, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// shop is a small catalogue with something of each kind.
func shop(t testing.TB) *Index {
	return build(t,
		Entry{Kind: Query, Text: "running shoes", Weight: 900}, Entry{Kind: Query, Text: "red dress", Weight: 400}, Entry{Kind: Query, Text: "跑鞋", Weight: 50},
		Entry{Kind: Category, Text: "Shoes", Weight: 30}, Entry{Kind: Category, Text: "Sneakers", Weight: 12}, Entry{Kind: Category, Text: "Women's Bags", Weight: 8},
		Entry{Kind: Brand, Text: "Nike", Weight: 7}, Entry{Kind: Brand, Text: "Café Noir", Weight: 3}, Entry{Kind: Brand, Text: "Reebok", Weight: 9},
		Entry{Kind: Product, Text: "Red running shoes", Doc: 1, Weight: 1}, Entry{Kind: Product, Text: "红色跑鞋", Doc: 1, Weight: 1},
		Entry{Kind: Product, Text: "Shoe rack of oak", Doc: 2}, Entry{Kind: Product, Text: "Reebok red trainers", Doc: 3, Weight: 1},
		Entry{Kind: Product, Text: "Sneakers, white T-shirt set", Doc: 4, Weight: 1}, Entry{Kind: Product, Text: "蓝色连衣裙女士T恤", Doc: 5, Weight: 1},
		Entry{Kind: Product, Text: "…", Doc: 6},
	)
}

// shown writes matches as their texts with the highlights in brackets.
func shown(matches []Match) []string {
	var all []string
	for _, m := range matches {
		runes, text, at := []rune(m.Text), "", 0
		for _, h := range m.Highlights {
			text += string(runes[at:h[0]]) + "[" + string(runes[h[0]:h[1]]) + "]"
			at = h[1]
		}
		all = append(all, text+string(runes[at:]))
	}
	return all
}

func TestSuggest(t *testing.T) {
	x := shop(t)
	for _, test := range []struct {
		about, typed string
		want         []string
	}{
		{"word starts anywhere, kinds in order", "shoe", []string{"running [shoe]s", "[Shoe]s", "[Shoe] rack of oak", "Red running [shoe]s"}},
		{"earlier words too", "run sho", []string{"[run]ning [sho]es", "Red [run]ning [sho]es"}},
		{"words in any order", "shoes red", []string{"[Red] running [shoes]"}},
		{"two parts need two words", "red re", []string{"[Re]ebok [red] trainers"}},
		{"a word twice needs it twice", "shoe shoe", nil},
		{"a letter is missing", "sneker", []string{"[Sneaker]s", "[Sneaker]s, white T-shirt set"}},
		{"a letter too many", "snneakers", []string{"[Sneakers]", "[Sneakers], white T-shirt set"}},
		{"a wrong letter", "sneajer", []string{"[Sneaker]s", "[Sneaker]s, white T-shirt set"}},
		{"two letters exchanged", "sneakesr", []string{"[Sneakers]", "[Sneakers], white T-shirt set"}},
		{"the first letter is wrong", "xneakers", []string{"[Sneakers]", "[Sneakers], white T-shirt set"}},
		{"two errors are too many", "snkers", nil},
		{"three letters must be right", "snk", nil},
		{"an error in each word", "runing shoex", []string{"[running] [shoes]", "Red [running] [shoes]"}},
		{"what is as typed comes first", "reeb", []string{"[Reeb]ok", "[Reeb]ok red trainers"}},
		{"case and accents do not count", "CAFE n", []string{"[Café] [N]oir"}},
		{"an accent may be typed", "café", []string{"[Café] Noir"}},
		{"an apostrophe may be left out", "womens", []string{"[Women's] Bags"}},
		{"punctuation separates", "t-sh", []string{"Sneakers, white [T]-[sh]irt set"}},
		{"Chinese from any character", "跑鞋", []string{"[跑鞋]", "红色[跑鞋]"}},
		{"a long run of Chinese", "连衣裙女士", []string{"蓝色[连衣裙女士]T恤"}},
		{"a run that only seems to be there", "连衣裙女鞋", nil},
		{"Chinese beside Latin", "T恤", []string{"蓝色连衣裙女士[T恤]"}},
		{"full-width letters", "ｎｉｋｅ", []string{"[Nike]"}},
		{"nothing", " \t…!", nil},
	} {
		if got := shown(x.Suggest(test.typed, 10)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q gives %q, want %q", test.about, test.typed, got, test.want)
		}
	}
}

func TestAProductStandsOnceWithTheTitleThatFits(t *testing.T) {
	x := build(t, Entry{Kind: Product, Text: "Ski boots", Doc: 1}, Entry{Kind: Product, Text: "Ski-Stiefel", Doc: 1}, Entry{Kind: Product, Text: "Skimask", Doc: 2})
	if got := shown(x.Suggest("ski", 10)); !slices.Equal(got, []string{"[Ski] boots", "[Ski]mask"}) {
		t.Errorf("found %q", got)
	}
	if got := shown(x.Suggest("stiefl", 10)); !slices.Equal(got, []string{"Ski-[Stief]el"}) && !slices.Equal(got, []string{"Ski-[Stiefel]"}) {
		t.Errorf("found %q", got)
	}
}

func TestEachKindHasAQuarterOfThePlaces(t *testing.T) {
	var entries []Entry
	for kind := range kinds {
		for n := range uint32(20) {
			entries = append(entries, Entry{Kind: kind, Text: fmt.Sprintf("shoe %02d", n), Doc: n, Weight: 20 - n})
		}
	}
	x := build(t, entries...)
	count := make(map[Kind]int)
	for _, m := range x.Suggest("shoe", 10) {
		count[m.Kind]++
	}
	if want := map[Kind]int{Query: 4, Category: 2, Brand: 2, Product: 2}; !gocmp.Equal(count, want) {
		t.Errorf("places by kind: %v, want %v", count, want)
	}
}

// vocabulary is small and has words within words, so that random texts match in many ways.
var vocabulary = []string{"re", "red", "Reebok", "shoe", "Shoes", "shoe-rack", "sho", "s", "Café", "women's", "T恤", "红色", "红色跑鞋", "色", "跑鞋跑鞋", "2", "20", "the"}

func randomText(rng *rand.Rand, words int) string {
	chosen := make([]string, 1+rng.IntN(words))
	for i := range chosen {
		chosen[i] = vocabulary[rng.IntN(len(vocabulary))]
	}
	return strings.Join(chosen, " ")
}

// randomTyped is the beginning of a text as it is while somebody types.
func randomTyped(rng *rand.Rand) string {
	runes := []rune(randomText(rng, 3))
	return string(runes[:1+rng.IntN(len(runes))])
}

func randomEntries(rng *rand.Rand) []Entry {
	entries := make([]Entry, rng.IntN(60))
	for i := range entries {
		entries[i] = Entry{Kind: Kind(rng.IntN(int(kinds))), Text: randomText(rng, 5), Weight: uint32(rng.IntN(3))}
		if entries[i].Kind == Product {
			entries[i].Doc = uint32(rng.IntN(20))
		}
	}
	return entries
}

// wordsOf are the places of a text where a match may begin, each with all the unspaced text that follows.
func wordsOf(text string) []string {
	var words []string
	segments(text, nil, func(s segment) {
		for rest := string(s.folded); rest != ""; {
			words = append(words, rest)
			_, size := utf8.DecodeRuneInString(rest)
			if rest = rest[size:]; !s.unspaced {
				rest = ""
			}
		}
	})
	return words
}

// reference answers as Suggest does for what is typed without errors, by trying everything.
func reference(entries []Entry, text string, limit int) []string {
	var typed []string
	segments(text, nil, func(s segment) { typed = append(typed, string(s.folded)) })
	type match struct {
		Entry
		loose, fit int
	}
	var found []match
	for _, e := range entries {
		words := wordsOf(e.Text)
		m := match{Entry: e}
		if !assign(words, make([]bool, len(words)), typed) {
			continue
		}
		spaced := func(word string) bool { return word[0] < utf8.RuneSelf }
		for i, p := range typed {
			whole := !spaced(p) || slices.Contains(words, p)
			switch {
			case i == len(typed)-1 && !whole:
				m.fit++
			case !whole:
				m.loose++
			}
		}
		if !strings.HasPrefix(words[0], typed[0]) {
			m.fit += 2
		}
		found = append(found, m)
	}
	order := func(a, b match) int {
		return cmp.Or(cmp.Compare(a.loose, b.loose), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.fit, b.fit),
			cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Doc, b.Doc), cmp.Compare(a.Text, b.Text))
	}
	slices.SortStableFunc(found, order)
	seen := make(map[uint32]bool)
	found = slices.DeleteFunc(found, func(m match) bool {
		again := m.Kind == Product && seen[m.Doc]
		if m.Kind == Product {
			seen[m.Doc] = true
		}
		return again
	})
	var chosen, rest []match
	places := make(map[Kind]int)
	for _, m := range found {
		if places[m.Kind]++; places[m.Kind] <= limit/4 {
			chosen = append(chosen, m)
		} else {
			rest = append(rest, m)
		}
	}
	chosen = append(chosen, rest[:min(limit-min(limit, len(chosen)), len(rest))]...)
	slices.SortStableFunc(chosen, order)
	var texts []string
	for _, m := range chosen {
		texts = append(texts, fmt.Sprint(m.Kind, m.Doc, m.Weight, m.Text))
	}
	return texts
}

// assign reports whether each of typed can have a word of its own that begins with it.
func assign(words []string, taken []bool, typed []string) bool {
	if len(typed) == 0 {
		return true
	}
	for i, word := range words {
		if !taken[i] && strings.HasPrefix(word, typed[0]) {
			taken[i] = true
			if assign(words, taken, typed[1:]) {
				return true
			}
			taken[i] = false
		}
	}
	return false
}

func TestSuggestAgreesWithTryingEverything(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	matched := 0
	for range 3000 {
		entries, typed, limit := randomEntries(rng), randomTyped(rng), 1+rng.IntN(20)
		want := reference(slices.Clone(entries), typed, limit)
		var got []string
		for _, m := range build(t, entries...).Suggest(typed, limit) {
			if len(got) < len(want) { // errors are looked for where there is room
				got = append(got, fmt.Sprint(m.Kind, m.Doc, m.Weight, m.Text))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, limit %d: got %q, want %q", typed, limit, got, want)
		}
		matched += len(got)
	}
	if matched < 3000 {
		t.Errorf("%d matches in all: the texts are too different for this test", matched)
	}
}

func TestSuggestionsOfAnExactPrefixContainIt(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		entries := randomEntries(rng)
		if len(entries) == 0 {
			continue
		}
		entry := entries[rng.IntN(len(entries))]
		runes := []rune(entry.Text)
		typed := string(runes[:1+rng.IntN(len(runes))])
		matches := build(t, entries...).Suggest(typed, len(entries))
		itself := false
		for _, m := range matches {
			itself = itself || m.Text == entry.Text
			words := wordsOf(m.Text)
			segments(typed, nil, func(s segment) {
				if s.folded[0] < utf8.RuneSelf && len(s.folded) >= typoRunes {
					return // it may stand there with an error
				}
				if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, string(s.folded)) }) {
					t.Errorf("%q suggests %q", typed, m.Text)
				}
			})
		}
		if !itself && entry.Kind != Product { // of a product another title may stand
			t.Errorf("%q does not suggest %q, which begins so", typed, entry.Text)
		}
	}
}

// distance is the number of letters missing, too many, wrong or exchanged (optimal string alignment).
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestNearFindsAllTermsWithOneError(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	letters := []rune("abcé")
	word := func(n int) string {
		runes := make([]rune, 1+rng.IntN(n))
		for i := range runes {
			runes[i] = letters[rng.IntN(len(letters))]
		}
		return string(runes)
	}
	for range 2000 {
		var b lexiconBuilder
		for range rng.IntN(40) {
			b.add([]byte(word(7)), 0)
		}
		l, typed := b.build(), word(6)
		var got, want []string
		for _, s := range l.near(typed) {
			for i := s.from; i < s.to; i++ {
				got = append(got, l.term(i))
			}
		}
		for i := range l.len() {
			runes, longest := []rune(l.term(i)), 0
			for n := range len(runes) + 1 {
				if distance(runes[:n], []rune(typed)) <= 1 {
					longest = n
				}
			}
			begins := beginsWith(runes, []rune(typed)) > 0
			if longest > 0 || distance(nil, []rune(typed)) <= 1 {
				want = append(want, l.term(i))
			}
			if n := nearlyBeginsWith(runes, []rune(typed)); !begins && n != longest {
				t.Fatalf("%q begins like %q for %d letters, want %d", l.term(i), typed, n, longest)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("near %q: %q, want %q", typed, got, want)
		}
	}
}

func TestHighlightsAreTheTypedParts(t *testing.T) {
	for _, test := range []struct{ text, typed, want string }{
		{"Ｎｉｋｅ Air", "nik", "[Ｎｉｋ]ｅ Air"},
		{"oﬃce chair", "off", "[oﬃ]ce chair"}, // one character is three letters
		{"Cafe\u0301 cup", "cafe", "[Cafe\u0301] cup"},
		{"o'neill's wet\u00adsuit", "oneil wets", "[o'neil]l's [wet\u00ads]uit"},
		{"😀 shoes 红色跑鞋", "色跑 sh", "😀 [sh]oes 红[色跑]鞋"},
		{"哈哈哈", "哈哈", "[哈哈哈]"},
	} {
		x := build(t, Entry{Text: test.text})
		if got := shown(x.Suggest(test.typed, 1)); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%q in %q: %q, want %q", test.typed, test.text, got, test.want)
		}
	}
}

func TestTwoCallsAtOnceDoNotMeet(t *testing.T) {
	x := shop(t)
	want := shown(x.Suggest("shoe", 10))
	done := make(chan []string)
	for range 8 {
		go func() {
			var got []string
			for range 200 {
				x.Suggest("sneker re", 3)
				got = shown(x.Suggest("shoe", 10))
			}
			done <- got
		}()
	}
	for range 8 {
		if got := <-done; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	for _, typed := range []string{"", "shoe", "sneker", "红色跑鞋男士", "T恤", "o'neil", "\xff\xfe", "ﬃ", "e\u0301", "\u0301", "a a a a a", "reebok red"} {
		f.Add(typed, "Women's ﬃ Cafe\u0301 红色跑鞋 \xff T恤")
	}
	f.Fuzz(func(t *testing.T, typed, text string) {
		x := build(t, Entry{Kind: Product, Text: text, Doc: 1}, Entry{Kind: Brand, Text: "Reebok"}, Entry{Kind: Query, Text: typed})
		for _, m := range x.Suggest(typed, 5) {
			if len(m.Highlights) == 0 {
				t.Errorf("%q suggests %q for no part of it", typed, m.Text)
			}
			end := -1
			for _, h := range m.Highlights {
				if h[0] <= end || h[1] <= h[0] || h[1] > utf8.RuneCountInString(m.Text) {
					t.Errorf("%q in %q: highlights %v", typed, m.Text, m.Highlights)
				}
				end = h[1]
			}
		}
	})
}
