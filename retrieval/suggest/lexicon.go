package suggest

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// posting is a place where a term stands: the entry, and whether the entry's text begins there.
type posting uint32

const maxEntries = 1 << 31

func newPosting(entry uint32, first bool) posting {
	p := posting(entry << 1)
	if first {
		p |= 1
	}
	return p
}

func (p posting) entry() uint32 { return uint32(p >> 1) }
func (p posting) first() bool   { return p&1 == 1 }

// lexicon holds terms in ascending order and the postings of each. Terms that begin alike are neighbours, and so are their
// postings: those of a prefix are one slice.
type lexicon struct {
	text     string   // all terms
	ends     []uint32 // of each term in text
	places   []uint32 // the end of each term's postings
	postings []posting
}

// span is the range [from, to) of terms.
type span struct{ from, to int }

func (l *lexicon) len() int { return len(l.ends) }

func (l *lexicon) term(i int) string {
	if i == 0 {
		return l.text[:l.ends[0]]
	}
	return l.text[l.ends[i-1]:l.ends[i]]
}

// of returns the postings of a range of terms.
func (l *lexicon) of(s span) []posting {
	switch {
	case s.from >= s.to:
		return nil
	case s.from == 0:
		return l.postings[:l.places[s.to-1]]
	}
	return l.postings[l.places[s.from-1]:l.places[s.to-1]]
}

// prefix returns the terms of a range that have a prefix, which all of them share up to byte at.
func (l *lexicon) prefix(in span, prefix string, at int) span {
	rest := prefix[at:]
	from := in.from + sort.Search(in.to-in.from, func(i int) bool { return l.term(in.from + i)[at:] >= rest })
	to := from + sort.Search(in.to-from, func(i int) bool { return !strings.HasPrefix(l.term(from + i)[at:], rest) })
	return span{from, to}
}

func (l *lexicon) all() span { return span{0, l.len()} }

// whole splits the terms with a prefix into the prefix itself, if it is a term, and the longer ones.
func (l *lexicon) whole(s span, prefix string) (whole, longer span) {
	if s.from < s.to && l.term(s.from) == prefix {
		return span{s.from, s.from + 1}, span{s.from + 1, s.to}
	}
	return span{s.from, s.from}, s
}

// near returns, ascending and apart, the ranges of terms with a prefix that one typing error separates
// from word at most: a letter too many, too few or wrong, or two exchanged. Errors stand somewhere in word, so
// that each is made in its place, and what follows it must be as typed.
func (l *lexicon) near(word string) []span {
	var found []span
	note := func(s span) {
		if s.from < s.to {
			found = append(found, s)
		}
	}
	in := l.all() // the terms that begin like word up to the error
	for at := 0; at < len(word) && in.from < in.to; {
		typed, size := utf8.DecodeRuneInString(word[at:])
		before, after := word[:at], word[at+size:]

		note(l.prefix(in, before+after, at))
		if next, nextSize := utf8.DecodeRuneInString(after); nextSize > 0 {
			note(l.prefix(in, before+string(next)+string(typed)+after[nextSize:], at))
		}
		for rest := in; rest.from < rest.to; {
			if len(l.term(rest.from)) == at {
				rest.from++ // the term ends where the error would be
				continue
			}
			other, otherSize := utf8.DecodeRuneInString(l.term(rest.from)[at:])
			begin := before + string(other)
			same := l.prefix(rest, begin, at)
			note(l.prefix(same, begin+after, at+otherSize))
			note(l.prefix(same, begin+word[at:], at+otherSize))
			rest.from = same.to
		}
		in = l.prefix(in, word[:at+size], at)
		at += size
	}
	return merge(found)
}

// merge joins ranges that overlap or touch.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.from <= merged[last].to {
			merged[last].to = max(merged[last].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// lexiconBuilder gathers the postings of terms, entry by entry in ascending order.
type lexiconBuilder struct {
	numbers map[string]uint32 // of terms, in the order of their appearance
	terms   []string
	counts  []uint32
	places  []place
}

type place struct {
	term    uint32
	posting posting
}

func (b *lexiconBuilder) add(term []byte, p posting) {
	number, known := b.numbers[string(term)]
	if !known {
		if b.numbers == nil {
			b.numbers = make(map[string]uint32)
		}
		number = uint32(len(b.terms))
		b.terms, b.counts = append(b.terms, string(term)), append(b.counts, 0)
		b.numbers[b.terms[number]] = number
	}
	b.counts[number]++
	b.places = append(b.places, place{number, p})
}

// build sorts the terms, and the places by term: a counting sort keeps the entries of a term in order.
func (b *lexiconBuilder) build() *lexicon {
	order := make([]uint32, len(b.terms))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int { return strings.Compare(b.terms[i], b.terms[j]) })

	l := &lexicon{ends: make([]uint32, len(order)), places: make([]uint32, len(order)), postings: make([]posting, len(b.places))}
	var text strings.Builder
	next := make([]uint32, len(order)) // where the next posting of a term goes, by its number
	total := uint32(0)
	for i, number := range order {
		text.WriteString(b.terms[number])
		next[number] = total
		total += b.counts[number]
		l.ends[i], l.places[i] = uint32(text.Len()), total
	}
	l.text = text.String()
	for _, p := range b.places {
		l.postings[next[p.term]] = p.posting
		next[p.term]++
	}
	return l
}
