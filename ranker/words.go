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
	terms  map[string]uint64 // each with a bit of its own
	phrase string            // the runs of the text, one space around each; "" without any
}

// parseWording takes text apart. Stop words are no terms, unless there is nothing else; Chinese, Japanese
// and Korean runs give their bigrams, or their only character.
func parseWording(text string) wording {
	w := wording{terms: map[string]uint64{}}
	var phrase strings.Builder
	var stopped []string
	for runs := words.NewRuns(text); runs.Scan(); {
		phrase.WriteByte(' ')
		phrase.Write(runs.Run())
		switch {
		case runs.CJK():
			for rest := runs.Run(); len(rest) > 0; {
				one, two := leadingCharacters(rest)
				if two > one || len(runs.Run()) == one {
					w.add(string(rest[:two]))
				}
				rest = rest[one:]
			}
		case stopWords[string(runs.Run())]:
			stopped = append(stopped, string(words.Stem(runs.Run())))
		default:
			w.add(string(words.Stem(runs.Run())))
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

func (w wording) add(term string) {
	if _, known := w.terms[term]; !known && len(w.terms) < maxTerms {
		w.terms[term] = 1 << len(w.terms)
	}
}

// termsIn returns the bits of the terms that stand in runs.
func (w wording) termsIn(runs *words.Runs) uint64 {
	var found uint64
	for runs.Scan() {
		if !runs.CJK() {
			found |= w.terms[string(words.Stem(runs.Run()))]
			continue
		}
		for rest := runs.Run(); len(rest) > 0; {
			one, two := leadingCharacters(rest)
			found |= w.terms[string(rest[:one])] | w.terms[string(rest[:two])]
			rest = rest[one:]
		}
	}
	return found
}

// names reports whether the runs of name stand in the query, side by side and whole. Chinese is written
// without spaces, so a name with runs in it may begin and end within longer ones.
func (w wording) names(name string) bool {
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
