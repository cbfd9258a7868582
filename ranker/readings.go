package ranker

import (
	"hash/maphash"
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

// read takes the words of p apart. The colours of the title count where the catalogue names none.
func read(p *catalog.Product, runs *words.Runs) *reading {
	r := &reading{}
	r.title = appendTerms(r.title, runs.Over(p.Title))
	for _, title := range p.Titles {
		r.title = appendTerms(r.title, runs.Over(title))
	}
	for _, level := range p.Category {
		r.category = appendTerms(r.category, runs.Over(level))
	}
	r.colours = words.ColoursIn(runs.Over(p.Colour))
	for _, variant := range p.Variants {
		r.colours = r.colours.With(words.ColoursIn(runs.Over(variant.Colour)))
	}
	if r.colours.None() {
		r.colours = words.ColoursIn(runs.Over(p.Title))
	}
	return r
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
	missing := false
	r.mu.RLock()
	for i := range candidates {
		found[i] = r.young[candidates[i].Product]
		missing = missing || found[i] == nil
	}
	r.mu.RUnlock()
	if missing {
		r.add(candidates, found)
	}
	return found
}

// add fills what is missing. Two queries may read the same product at once: either reading will do.
func (r *readings) add(candidates []retrieval.Candidate, found []*reading) {
	var runs words.Runs
	fresh := map[*catalog.Product]*reading{}
	for i := range candidates {
		if found[i] != nil {
			continue
		}
		p := candidates[i].Product
		r.mu.RLock()
		found[i] = r.old[p]
		r.mu.RUnlock()
		if found[i] == nil {
			found[i] = read(p, &runs)
		}
		fresh[p] = found[i]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil || len(r.young)+len(fresh) > keptReadings {
		r.young, r.old = map[*catalog.Product]*reading{}, r.young
	}
	for p, reading := range fresh {
		r.young[p] = reading
	}
}
