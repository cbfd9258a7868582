package suggest

import (
	"slices"
	"sync"
)

// Index finds the entries that complete a text. It never changes and is safe for concurrent use.
type Index struct {
	words, grams *lexicon

	// By entry.
	texts   string
	ends    []uint32 // of each text in texts
	docs    []uint32
	weights []uint32

	until  [kinds]uint32 // the end of each kind's entries
	titles int           // the most that one product has

	scratches sync.Pool // of *scratch
}

// Match is a suggestion.
type Match struct {
	Entry
	// Highlights are the parts of the text that were typed, as pairs of rune offsets [from, to), ascending and apart.
	Highlights [][2]int
}

// Suggest returns the entries with the words of text, limit at most, best first. Each word of text must begin a word of
// its own in the entry; case, accents and punctuation do not count, and Chinese and Japanese words may begin at every character.
// When fewer than limit have them, those follow which have words of four letters and more with one typing error each.
//
// The order is by exactness (typing errors, then words before the last that are not whole), kind, whether
// the entry begins with text and has its last word whole, and weight; ties are broken by doc and text. Each kind has at least a
// quarter of the places, as far as it fills them. A product stands once, with its best title.
func (x *Index) Suggest(text string, limit int) []Match {
	t := parse(text)
	if len(t.parts) == 0 || limit < 1 {
		return nil
	}
	s := x.borrow()
	defer x.scratches.Put(s)

	found := x.best(s, t, false, limit, nil)
	if len(found) < limit && slices.ContainsFunc(t.parts, part.mayErr) {
		found = x.best(s, t, true, limit, found)
	}
	matches := make([]Match, len(found))
	for i, r := range found {
		matches[i].Entry = x.entry(r.entry())
		matches[i].Highlights = highlight(matches[i].Text, t, r.typos() > 0)
	}
	return matches
}

func (x *Index) borrow() *scratch {
	if s, ok := x.scratches.Get().(*scratch); ok {
		return s
	}
	return &scratch{states: make([]state, len(x.ends))}
}

// best adds to found, in order, the best matches of those that are not in it, until there are limit.
func (x *Index) best(s *scratch, t *typed, errors bool, limit int, found []rank) []rank {
	x.gather(s, t, errors)
	var lists [kinds]shortlist
	for kind := range lists {
		lists[kind].size = limit
	}
	lists[Product].size = 2 * limit * x.titles // enough for limit products by all their titles, beside as many that were found before
	for _, entry := range s.touched {
		kind := x.kind(entry)
		if r := newRank(s.states[entry], kind, entry); !errors || r.typos() > 0 { // the others were found before
			lists[kind].offer(r)
		}
		s.states[entry] = state{}
	}
	s.touched = s.touched[:0]
	lists[Product].ranks = x.distinct(lists[Product].ranks, found)
	return share(lists, limit, found)
}

// distinct drops the titles of products that stand in ranks or found before.
func (x *Index) distinct(ranks, found []rank) []rank {
	seen := make(map[uint32]bool, len(found))
	for _, r := range found {
		if entry := r.entry(); x.kind(entry) == Product {
			seen[x.docs[entry]] = true
		}
	}
	return slices.DeleteFunc(ranks, func(r rank) bool {
		doc := x.docs[r.entry()]
		again := seen[doc]
		seen[doc] = true
		return again
	})
}

// share fills the places after found: first a quarter of all for each kind, then by rank alone.
func share(lists [kinds]shortlist, limit int, found []rank) []rank {
	var chosen, rest []rank
	for _, list := range lists {
		quarter := min(limit/4, len(list.ranks))
		chosen, rest = append(chosen, list.ranks[:quarter]...), append(rest, list.ranks[quarter:]...)
	}
	slices.Sort(chosen)
	chosen = chosen[:min(limit-len(found), len(chosen))]
	slices.Sort(rest)
	chosen = append(chosen, rest[:min(limit-len(found)-len(chosen), len(rest))]...)
	slices.Sort(chosen)
	return append(found, chosen...)
}

// rank orders matches, the better ones below. From the highest bit: typing errors, parts before the last that are no
// whole words, kind, fit, and the entry, whose number is its place among its like.
type rank uint64

func newRank(s state, kind Kind, entry uint32) rank {
	return rank(s.typos)<<48 | rank(s.loose)<<40 | rank(kind)<<36 | rank(s.fit)<<32 | rank(entry)
}

func (r rank) entry() uint32 { return uint32(r) }
func (r rank) typos() uint8  { return uint8(r >> 48) }

// shortlist keeps the lowest ranks that it is offered, ascending.
type shortlist struct {
	size  int
	ranks []rank
}

func (l *shortlist) offer(r rank) {
	if len(l.ranks) == l.size {
		if r >= l.ranks[l.size-1] {
			return
		}
		l.ranks = l.ranks[:l.size-1]
	}
	at, _ := slices.BinarySearch(l.ranks, r)
	l.ranks = slices.Insert(l.ranks, at, r)
}

func (x *Index) entry(n uint32) Entry {
	return Entry{Kind: x.kind(n), Text: x.text(n), Doc: x.docs[n], Weight: x.weights[n]}
}

func (x *Index) text(n uint32) string {
	if n == 0 {
		return x.texts[:x.ends[0]]
	}
	return x.texts[x.ends[n-1]:x.ends[n]]
}

func (x *Index) kind(n uint32) Kind {
	kind := Query
	for n >= x.until[kind] {
		kind++
	}
	return kind
}
