package ranker

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// runs walks over the runs of letters and digits of a text, NFKC-normalised and in lower case. A run is
// either of Chinese, Japanese or Korean characters or of other scripts. An apostrophe within a word is
// dropped: women's becomes womens. One runs can walk over many texts and keeps its buffer.
type runs struct {
	rest string
	run  []byte // the present run, until next is called again
	cjk  bool
}

func newRuns(text string) *runs {
	return new(runs).over(text)
}

// over begins with text and returns r.
func (r *runs) over(text string) *runs {
	if norm.NFKC.QuickSpanString(text) < len(text) {
		text = norm.NFKC.String(text)
	}
	r.rest = text
	return r
}

// next goes on to the next run and reports whether there is one.
func (r *runs) next() bool {
	r.run = r.run[:0]
	for len(r.rest) > 0 {
		c, size := utf8.DecodeRuneInString(r.rest)
		if c == '\'' || c == '’' {
			r.rest = r.rest[size:]
			continue
		}
		if !isWordRune(c) {
			r.rest = r.rest[size:]
			if len(r.run) > 0 {
				return true
			}
			continue
		}
		cjk := isCJK(c)
		if len(r.run) > 0 && cjk != r.cjk {
			return true
		}
		r.cjk = cjk
		r.run = utf8.AppendRune(r.run, unicode.ToLower(c))
		r.rest = r.rest[size:]
	}
	return len(r.run) > 0
}

func isWordRune(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

// isCJK goes by the blocks of Unicode: Hangul jamo; radicals, kana, bopomofo and ideographs; Hangul
// syllables; compatibility ideographs; ideographs of the higher planes.
func isCJK(c rune) bool {
	return c >= 0x1100 && (c <= 0x11ff || 0x2e80 <= c && c <= 0x9fff || 0xac00 <= c && c <= 0xd7ff ||
		0xf900 <= c && c <= 0xfaff || 0x20000 <= c && c <= 0x3ffff)
}
