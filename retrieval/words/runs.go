package words

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Runs walks over the runs of letters and digits of a text, NFKC-normalised and in lower case. A run is
// either of Chinese, Japanese or Korean characters or of other scripts. An apostrophe within a word is
// dropped: women's becomes womens. One Runs can walk over many texts and keeps its buffer; it is not safe
// for concurrent use.
type Runs struct {
	text string
	from int    // where in text the present run begins
	next int    // where in text the following run is looked for
	run  []byte // the present run, until Scan is called again
	cjk  bool
}

// NewRuns returns a Runs that begins with text.
func NewRuns(text string) *Runs {
	return new(Runs).Over(text)
}

// Over begins with text and returns r.
func (r *Runs) Over(text string) *Runs {
	if norm.NFKC.QuickSpanString(text) < len(text) {
		text = norm.NFKC.String(text)
	}
	r.text, r.from, r.next = text, 0, 0
	return r
}

// Run is the present run, which the next Scan overwrites.
func (r *Runs) Run() []byte { return r.run }

// CJK says whether the present run is of Chinese, Japanese or Korean characters.
func (r *Runs) CJK() bool { return r.cjk }

// Span is where the present run stands, in bytes of the text after NFKC.
func (r *Runs) Span() (from, to int) { return r.from, r.next }

// Scan goes on to the following run and reports whether there is one.
func (r *Runs) Scan() bool {
	run := r.run[:0]
	for r.next < len(r.text) {
		c, size := utf8.DecodeRuneInString(r.text[r.next:])
		if isWordRune(c) {
			cjk := isCJK(c)
			if len(run) > 0 && cjk != r.cjk {
				break
			}
			if r.cjk = cjk; len(run) == 0 {
				r.from = r.next
			}
			run = utf8.AppendRune(run, unicode.ToLower(c))
		} else if len(run) > 0 && c != '\'' && c != '’' {
			break
		}
		r.next += size
	}
	r.run = run
	return len(run) > 0
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
