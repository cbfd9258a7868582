package ranker

import (
	"strings"
	"unicode/utf8"

	"vitrine/retrieval/words"
)

// maxTerms is how many terms of a query count: one bit each.
const maxTerms = 64

// stopWords say nothing about a product.
var stopWords = map[string]bool{
	"a": true, "an": true, "and": true, "at": true, "by": true, "for": true, "from": true, "in": true,
	"of": true, "on": true, "or": true, "the": true, "to": true, "with": true,
}

// wording is the text of a query as the features compare it.
type wording struct {
	terms  map[uint64]uint64 // by hash; each with a bit of its own
	sieve  uint64            // a bit of the low six of each hash: most words of a product are none of the query's
	phrase string            // the runs of the text, one space around each; "" without any
}

// parseWording takes text apart. Stop words are no terms, unless there is nothing else; Chinese, Japanese
// and Korean runs give their bigrams, or their only character.
func parseWording(text string) wording {
	w := wording{terms: map[uint64]uint64{}}
	var phrase strings.Builder
	var stopped []uint64
	for runs := words.NewRuns(text); runs.Scan(); {
		phrase.WriteByte(' ')
		phrase.Write(runs.Run())
		switch {
		case runs.CJK():
			for rest := runs.Run(); len(rest) > 0; {
				one, two := leadingCharacters(rest)
				if two > one || len(runs.Run()) == one {
					w.add(termHash(rest[:two]))
				}
				rest = rest[one:]
			}
		case stopWords[string(runs.Run())]:
			stopped = append(stopped, termHash(words.Stem(runs.Run())))
		default:
			w.add(termHash(words.Stem(runs.Run())))
		}
	}
	if len(w.terms) == 0 {
		for _, term := range stopped {
			w.add(term)
		}
	}
	if phrase.Len() > 0 {
		phrase.WriteByte(' ')
	}
	w.phrase = phrase.String()
	return w
}

func (w *wording) add(term uint64) {
	if _, known := w.terms[term]; !known && len(w.terms) < maxTerms {
		w.terms[term] = 1 << len(w.terms)
		w.sieve |= 1 << (term % 64)
	}
}

// termsIn returns the bits of the terms that are among some of a product.
func (w *wording) termsIn(terms []uint64) uint64 {
	var found uint64
	for _, term := range terms {
		if w.sieve>>(term%64)&1 != 0 {
			found |= w.terms[term]
		}
	}
	return found
}

// names reports whether the runs of name stand in the query, side by side and whole. Chinese is written
// without spaces, so a name with runs in it may begin and end within longer ones.
func (w *wording) names(name string) bool {
	var sought []string
	bounded := true
	for runs := words.NewRuns(name); runs.Scan(); {
		bounded = bounded && !runs.CJK()
		sought = append(sought, string(runs.Run()))
	}
	phrase := strings.Join(sought, " ")
	if bounded {
		phrase = " " + phrase + " "
	}
	return len(sought) > 0 && strings.Contains(w.phrase, phrase)
}

// leadingCharacters returns the bytes of the first character of run and of the first two; the latter is
// the former where there is no second.
func leadingCharacters(run []byte) (one, two int) {
	_, one = utf8.DecodeRune(run)
	_, second := utf8.DecodeRune(run[one:])
	return one, one + second
}
