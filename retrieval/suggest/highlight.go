package suggest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// highlight returns the parts of a text that were typed, as rune offsets: the beginnings of its words that are as typed
// and, with errors, those that nearly are where no other begins so.
func highlight(text string, t *typed, errors bool) [][2]int {
	m := newMarker(text)
	for _, run := range t.runs {
		m.mark(run, beginsWith)
	}
	for _, p := range t.parts {
		switch {
		case p.gram && slices.ContainsFunc(t.runs, func(run part) bool { return strings.Contains(run.text, p.text) }):
			// The run is marked.
		case !m.mark(p, beginsWith) && errors && p.mayErr():
			m.mark(p, nearlyBeginsWith)
		}
	}
	return union(m.marks)
}

// marker marks the beginnings of the words of a text.
type marker struct {
	text  []rune
	words []beginning
	marks [][2]int
}

// beginning is a place where a match may begin, with what follows in its segment.
type beginning struct {
	from   int // rune offset
	folded []rune
	gram   bool
}

func newMarker(text string) *marker {
	m := &marker{text: []rune(text)}
	segments(text, nil, func(s segment) {
		folded := []rune(string(s.folded))
		m.words = append(m.words, beginning{s.from, folded, s.unspaced})
		for at := 1; s.unspaced && at < len(folded); at++ {
			m.words = append(m.words, beginning{s.from + m.length(s.from, at), folded[at:], true})
		}
	})
	return m
}

// mark marks the words that begin with p, as begins compares them, and reports whether there are any.
func (m *marker) mark(p part, begins func(word, typed []rune) int) bool {
	typed, before := []rune(p.text), len(m.marks)
	for _, word := range m.words {
		if n := begins(word.folded, typed); n > 0 && word.gram == p.gram {
			m.marks = append(m.marks, [2]int{word.from, word.from + m.length(word.from, n)})
		}
	}
	return len(m.marks) > before
}

// length returns how many runes of the text, beginning at from, have n folded ones, accents that follow included.
func (m *marker) length(from, n int) int {
	var folded []byte
	to := from
	for ; utf8.RuneCount(folded) < n; to++ {
		folded = appendFolded(folded, m.text[to])
	}
	for to < len(m.text) && unicode.Is(unicode.Mn, m.text[to]) {
		to++
	}
	return to - from
}

// beginsWith returns the length of typed if word begins with it, else 0.
func beginsWith(word, typed []rune) int {
	if len(word) >= len(typed) && slices.Equal(word[:len(typed)], typed) {
		return len(typed)
	}
	return 0
}

// nearlyBeginsWith returns the length of the longest beginning of word that one typing error at most separates from
// typed, else 0.
func nearlyBeginsWith(word, typed []rune) int {
	same := 0
	for same < min(len(word), len(typed)) && word[same] == typed[same] {
		same++
	}
	if same == len(typed) {
		return same
	}
	w, t := word[same:], typed[same:]
	follows := func(w, t []rune) bool { return beginsWith(w, t) == len(t) }
	switch {
	case len(w) > 0 && follows(w[1:], t): // one is missing in typed
		return len(typed) + 1
	case len(w) > 0 && follows(w[1:], t[1:]): // another one
		return len(typed)
	case len(w) > 1 && len(t) > 1 && w[0] == t[1] && w[1] == t[0] && follows(w[2:], t[2:]): // exchanged
		return len(typed)
	case follows(w, t[1:]): // one too many
		return len(typed) - 1
	}
	return 0
}

// union joins ranges that overlap or touch.
func union(ranges [][2]int) [][2]int {
	slices.SortFunc(ranges, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	var joined [][2]int
	for _, r := range ranges {
		if last := len(joined) - 1; last >= 0 && r[0] <= joined[last][1] {
			joined[last][1] = max(joined[last][1], r[1])
		} else {
			joined = append(joined, r)
		}
	}
	return joined
}
