package ranker

import (
	"hash/maphash"
	"slices"
	"sync"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/retrieval/words"
)

// reading is what the words of a product say, taken apart once for the many queries that find it.
type reading struct {
	title    []uint64 // terms of the titles, in any language
	category []uint64 // terms of the levels
	colours  words.Colours
}

// reader takes the words of products apart, one after the other, and keeps its buffers.
type reader struct {
	runs  words.Runs
	terms []uint64
}

// read takes the words of p apart. The colours of the title count where the catalogue names none.
func (r *reader) read(p *catalog.Product) *reading {
	r.terms = appendTerms(r.terms[:0], r.runs.Over(p.Title))
	for _, title := range p.Titles {
		r.terms = appendTerms(r.terms, r.runs.Over(title))
	}
	titles := len(r.terms)
	for _, level := range p.Category {
		r.terms = appendTerms(r.terms, r.runs.Over(level))
	}
	terms := slices.Clone(r.terms)
	return &reading{title: terms[:titles], category: terms[titles:], colours: r.colours(p)}
}

func (r *reader) colours(p *catalog.Product) words.Colours {
	named := words.ColoursIn(r.runs.Over(p.Colour))
	for _, variant := range p.Variants {
		named = named.With(words.ColoursIn(r.runs.Over(variant.Colour)))
	}
	if named.None() {
		named = words.ColoursIn(r.runs.Over(p.Title))
	}
	return named
}

var termSeed = maphash.MakeSeed()

// termHash stands for a term within this process.
func termHash(term []byte) uint64 { return maphash.Bytes(termSeed, term) }

// appendTerms appends whatever can be a term of a query: stems, and characters and bigrams of Chinese, Japanese and Korean.
func appendTerms(terms []uint64, runs *words.Runs) []uint64 {
	for runs.Scan() {
		if !runs.CJK() {
			terms = append(terms, termHash(words.Stem(runs.Run())))
			continue
		}
		for rest := runs.Run(); len(rest) > 0; {
			one, two := leadingCharacters(rest)
			terms = append(terms, termHash(rest[:one]))
			if two > one {
				terms = append(terms, termHash(rest[:two]))
			}
			rest = rest[one:]
		}
	}
	return terms
}

// keptReadings is how many products are remembered at least once they were read; at most twice as many are.
const keptReadings = 8192

// readings remembers what was read of products, which never change. Those that no query found for long go: when young
// is full it becomes old, and what is found in old is young again.
type readings struct {
	mu         sync.RWMutex
	young, old map[*catalog.Product]*reading
}

var remembered readings

// of returns the readings of the candidates' products, in their order.
func (r *readings) of(candidates []retrieval.Candidate) []*reading {
	found := make([]*reading, len(candidates))
	missing := 0
	r.mu.RLock()
	for i := range candidates {
		if found[i] = r.young[candidates[i].Product]; found[i] == nil {
			found[i] = r.old[candidates[i].Product]
			missing++
		}
	}
	r.mu.RUnlock()
	if missing > 0 {
		r.add(candidates, found, missing)
	}
	return found
}

// add reads what was not found, and makes young what was not. Two queries may read the same product at once: either
// reading will do.
func (r *readings) add(candidates []retrieval.Candidate, found []*reading, missing int) {
	var reader reader
	for i := range candidates {
		if found[i] == nil {
			found[i] = reader.read(candidates[i].Product)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil || len(r.young)+missing > keptReadings {
		r.young, r.old = make(map[*catalog.Product]*reading, keptReadings), r.young
	}
	for i := range candidates {
		r.young[candidates[i].Product] = found[i]
	}
}
