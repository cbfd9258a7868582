package tokenizer

import (
	"iter"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a stretch of text; start tells whether it begins with the first character of the whole text.
type piece struct {
	text  string
	start bool
}

// part is an added token, or the text between two of them.
type part struct {
	piece
	token *added
}

// added is a token that is found in the text before any model sees it.
type added struct {
	text       string // as it is looked for
	id         int64
	singleWord bool // only where no letter or digit touches it
	lstrip     bool // takes the white space before it
	rstrip     bool // and after it
}

// matcher finds added tokens: the first in the text and, of those that begin there, the longest.
type matcher struct{ tokens []added }

func newMatcher(tokens []added) matcher {
	sort.SliceStable(tokens, func(i, j int) bool { return len(tokens[i].text) > len(tokens[j].text) })
	return matcher{tokens}
}

// cut gives the text as its added tokens and what lies between them; nothing of it is empty.
func (m matcher) cut(p piece) iter.Seq[part] {
	return func(yield func(part) bool) {
		done := 0 // of p.text is given
		for at := 0; ; {
			token, start := m.first(p.text[at:])
			if token == nil {
				break
			}
			start += at
			end := start + len(token.text)
			at = end
			if token.singleWord && touched(p.text, start, end) {
				continue
			}
			if token.lstrip {
				start = max(done, len(strings.TrimRightFunc(p.text[:start], unicode.IsSpace)))
			}
			if token.rstrip {
				end = len(p.text) - len(strings.TrimLeftFunc(p.text[end:], unicode.IsSpace))
				at = end
			}
			if start > done && !yield(part{piece: piece{p.text[done:start], p.start && done == 0}}) {
				return
			}
			if !yield(part{token: token}) {
				return
			}
			done = end
		}
		if done < len(p.text) {
			yield(part{piece: piece{p.text[done:], p.start && done == 0}})
		}
	}
}

// first is the token that begins first in text, nil if there is none.
func (m matcher) first(text string) (token *added, start int) {
	start = len(text)
	for i := range m.tokens {
		t := &m.tokens[i]
		if at := strings.Index(text[:min(len(text), start+len(t.text))], t.text); at >= 0 && at < start {
			start, token = at, t
		}
	}
	return token, start
}

// touched tells whether a letter, digit or underscore stands next to text[start:end].
func touched(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return start > 0 && wordRune(before) || end < len(text) && wordRune(after)
}

func wordRune(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c) || unicode.Is(unicode.Pc, c)
}
