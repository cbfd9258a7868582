package suggest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// typoRunes is the least length of a word that is also looked for with an error in it.
const typoRunes = 4

// maxParts bounds the work of one typed text; what is beyond is not looked at.
const maxParts = 255

// typed is a text as Suggest looks for it.
type typed struct {
	parts []part
	runs  []part // runs of unspaced text longer than a gram: their grams are among parts, and they must stand together
}

// part is a word, or a gram of unspaced text, with which a word of a suggestion must begin.
type part struct {
	text string
	gram bool
	// need is how many words of a suggestion must begin like this one. It is more than one where other words
	// begin so too: "red re" needs two words, of which one begins with "red". Because two beginnings are nested
	// or have nothing in common, counts that suffice mean that each can have a word of its own (Hall's theorem).
	need int
}

func parse(text string) *typed {
	t := &typed{}
	var words []part
	segments(text, nil, func(s segment) {
		word := part{text: string(s.folded), gram: s.unspaced}
		words = append(words, word)
		n := utf8.RuneCount(s.folded)
		if !s.unspaced || n <= gramRunes {
			t.parts = append(t.parts, word)
			return
		}
		t.runs = append(t.runs, word)
		whole := n - gramRunes + 1 // grams; those that the end cuts short are within the last of these
		s.terms(func(term []byte) {
			if whole > 0 {
				t.parts = append(t.parts, part{text: string(term), gram: true})
			}
			whole--
		})
	})
	t.parts = t.parts[:min(len(t.parts), maxParts)]
	for _, parts := range [][]part{t.parts, t.runs} {
		for i := range parts {
			parts[i].need = parts[i].among(words)
		}
	}
	return t
}

// among returns how many of words begin like p, and 1 for a gram from within one.
func (p part) among(words []part) int {
	n := 0
	for _, word := range words {
		if word.gram == p.gram && strings.HasPrefix(word.text, p.text) {
			n++
		}
	}
	return max(n, 1)
}

// mayErr reports whether a part is long enough to have a typing error.
func (p part) mayErr() bool { return !p.gram && utf8.RuneCountInString(p.text) >= typoRunes }

// How a part was found in an entry; an entry can have it several times.
const (
	foundWhole  uint8 = 1 << iota // as a word
	foundPrefix                   // as the beginning of one
	foundTypo                     // as the beginning of one, but for one error
	foundFirst                    // in the first word
)

// way is one way in which a part is found.
type way struct {
	how      uint8
	postings []posting
}

// ways returns where a part is found, with typing errors if they are allowed.
func (x *Index) ways(p part, errors bool) (ways []way, postings int) {
	l := x.words
	if p.gram {
		l = x.grams
	}
	exact := l.prefix(l.all(), p.text, 0)
	whole, longer := l.whole(exact, p.text)
	if p.gram {
		whole, longer = exact, span{} // any character may end a word
	}
	ways = []way{{foundWhole, l.of(whole)}, {foundPrefix, l.of(longer)}}
	if errors && p.mayErr() {
		for _, s := range l.near(p.text) {
			// What is found as typed has been counted.
			ways = append(ways, way{foundTypo, l.of(span{s.from, min(s.to, exact.from)})}, way{foundTypo, l.of(span{max(s.from, exact.to), s.to})})
		}
	}
	for _, w := range ways {
		postings += len(w.postings)
	}
	return ways, postings
}

// state is what is known of an entry while the parts are looked for, one round each.
type state struct {
	rounds uint8 // passed
	found  uint8 // in this round
	count  uint8 // words found in this round
	typos  uint8 // parts that were found with an error only
	loose  uint8 // parts before the last that are no whole words
	fit    uint8 // 0: the text begins with the first part and has the last as a word; +1 without the latter, +2 without the former
}

// scratch is the memory of one call. Between two, all states are zero and nothing is touched.
type scratch struct {
	states  []state
	touched []uint32
}

// gather leaves in s.touched the entries that have all parts, and in s.states how they have them. The rarest part goes first,
// so that the others meet few entries.
func (x *Index) gather(s *scratch, t *typed, errors bool) {
	type round struct {
		part     int
		ways     []way
		postings int
	}
	rounds := make([]round, len(t.parts))
	for i, p := range t.parts {
		ways, n := x.ways(p, errors)
		rounds[i] = round{i, ways, n}
	}
	slices.SortStableFunc(rounds, func(a, b round) int { return cmp.Compare(a.postings, b.postings) })

	for n, r := range rounds {
		for _, w := range r.ways {
			s.mark(w, uint8(n))
		}
		s.pass(t, r.part)
		if len(s.touched) == 0 {
			return
		}
	}
	for _, run := range t.runs {
		s.keep(func(entry uint32) bool { return countRuns(x.text(entry), run.text) >= run.need })
	}
}

// mark notes where a part is found, in the entries that have passed so many rounds.
func (s *scratch) mark(w way, rounds uint8) {
	for _, p := range w.postings {
		entry := p.entry()
		at := &s.states[entry]
		if at.rounds != rounds {
			continue
		}
		if at.found == 0 && rounds == 0 {
			s.touched = append(s.touched, entry)
		}
		at.found |= w.how
		if p.first() {
			at.found |= foundFirst
		}
		if at.count < math.MaxUint8 {
			at.count++
		}
	}
}

// pass ends the round of a part: entries that have it go on.
func (s *scratch) pass(t *typed, number int) {
	need, first, last := t.parts[number].need, number == 0, number == len(t.parts)-1
	s.keep(func(entry uint32) bool {
		at := &s.states[entry]
		if int(at.count) < need {
			return false
		}
		whole := at.found&foundWhole != 0
		if !whole && at.found&foundPrefix == 0 {
			at.typos++
		}
		switch {
		case last && !whole:
			at.fit++
		case !last && !whole:
			at.loose++
		}
		if first && at.found&foundFirst == 0 {
			at.fit += 2
		}
		at.rounds++
		at.found, at.count = 0, 0
		return true
	})
}

// keep forgets the entries that do not hold.
func (s *scratch) keep(holds func(entry uint32) bool) {
	kept := s.touched[:0]
	for _, entry := range s.touched {
		if holds(entry) {
			kept = append(kept, entry)
		} else {
			s.states[entry] = state{}
		}
	}
	s.touched = kept
}

// countRuns returns at how many places of a text a folded run of unspaced characters stands.
func countRuns(text, run string) (n int) {
	segments(text, nil, func(s segment) {
		for rest := string(s.folded); rest != "" && s.unspaced; {
			if strings.HasPrefix(rest, run) {
				n++
			}
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
	})
	return n
}
