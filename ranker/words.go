package ranker

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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

// parseWording takes text apart. Stop words are no terms, unless there is nothing else.
func parseWording(text string) wording {
	w := wording{terms: map[string]uint64{}}
	var phrase strings.Builder
	var stopped []string
	eachRun(text, func(run []byte, cjk bool) {
		phrase.WriteByte(' ')
		phrase.Write(run)
		switch {
		case cjk:
			eachBigram(run, func(bigram []byte) { w.add(string(bigram)) })
		case stopWords[string(run)]:
			stopped = append(stopped, string(stem(run)))
		default:
			w.add(string(stem(run)))
		}
	})
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

// termsIn returns the bits of the terms that stand in text.
func (w wording) termsIn(text string) uint64 {
	var found uint64
	eachRun(text, func(run []byte, cjk bool) {
		if !cjk {
			found |= w.terms[string(stem(run))]
			return
		}
		eachBigram(run, func(bigram []byte) { found |= w.terms[string(bigram)] })
		for _, character := range string(run) { // a query of one character is a term too
			found |= w.terms[string(character)]
		}
	})
	return found
}

// names reports whether the runs of name stand in the query, side by side and whole. Chinese is written
// without spaces, so a name that begins in it may stand within a longer run.
func (w wording) names(name string) bool {
	var runs []string
	bounded := true
	eachRun(name, func(run []byte, cjk bool) {
		bounded = bounded && !cjk
		runs = append(runs, string(run))
	})
	sought := strings.Join(runs, " ")
	if sought == "" {
		return false
	}
	if bounded {
		sought = " " + sought + " "
	}
	return strings.Contains(w.phrase, sought)
}

// eachRun calls use with every run of letters and digits of text, NFKC-normalised and in lower case, and
// whether it is written in Chinese, Japanese or Korean characters; other scripts are parted from those.
// An apostrophe within a word is dropped: women's becomes womens. The bytes are valid until use returns.
func eachRun(text string, use func(run []byte, cjk bool)) {
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	run := make([]byte, 0, 32)
	runCJK := false
	flush := func() {
		if len(run) > 0 {
			use(run, runCJK)
			run = run[:0]
		}
	}
	for _, r := range text {
		switch {
		case r == '\'' || r == '’':
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if cjk := isCJK(r); cjk != runCJK {
				flush()
				runCJK = cjk
			}
			run = utf8.AppendRune(run, unicode.ToLower(r))
		default:
			flush()
		}
	}
	flush()
}

func isCJK(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// eachBigram calls use with every pair of neighbouring characters of run, or with its only character.
func eachBigram(run []byte, use func(bigram []byte)) {
	_, first := utf8.DecodeRune(run)
	if first == len(run) {
		use(run)
	}
	for first < len(run) {
		_, second := utf8.DecodeRune(run[first:])
		use(run[:first+second])
		run, first = run[first:], second
	}
}

// stem drops an English plural ending, in the manner of the S stemmer (Harman 1991, "How effective is
// suffixing?"): batteries → battery, watches → watch, shoes → shoe; bus and glass stay.
func stem(word []byte) []byte {
	switch {
	case len(word) < 4 || !bytes.HasSuffix(word, []byte("s")):
		return word
	case bytes.HasSuffix(word, []byte("ies")) && len(word) > 4:
		return append(word[:len(word)-3], 'y')
	case hasAnySuffix(word, "sses", "shes", "ches", "xes", "zes"):
		return word[:len(word)-2]
	case hasAnySuffix(word, "ss", "us", "is"):
		return word
	}
	return word[:len(word)-1]
}

func hasAnySuffix(word []byte, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if bytes.HasSuffix(word, []byte(suffix)) {
			return true
		}
	}
	return false
}
