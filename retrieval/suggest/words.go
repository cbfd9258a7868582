package suggest

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// gramRunes is the length of the terms of text that is written without spaces, where a word may begin at
// every character. Longer runs are found by all their terms.
const gramRunes = 3

// segment is a word, or a run of text that is written without spaces.
type segment struct {
	folded   []byte // as words are compared; valid until the next segment
	from, to int    // rune offsets in the text
	unspaced bool
}

// segments calls yield for each segment of text, in order. Its buffer is reused for folded.
func segments(text string, buffer []byte, yield func(segment)) {
	current := segment{folded: buffer[:0]}
	flush := func() {
		if len(current.folded) > 0 {
			yield(current)
		}
		current.folded = current.folded[:0]
	}
	at := 0
	for _, r := range text {
		switch {
		case joins(r): // within a word it folds to nothing
		case r < utf8.RuneSelf && !asciiWord(r), r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsNumber(r):
			flush()
		default:
			unspaced := r >= utf8.RuneSelf && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
			if len(current.folded) == 0 || unspaced != current.unspaced {
				flush()
				current.from, current.unspaced = at, unspaced
			}
			current.folded = appendFolded(current.folded, r)
			current.to = at + 1
		}
		at++
	}
	flush()
}

// joins reports whether r is part of the word around it without a spelling of its own: the apostrophe of
// "women's", a combining accent, a soft hyphen.
func joins(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '\''
	}
	return r == '’' || unicode.In(r, unicode.Mn, unicode.Cf)
}

func asciiWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// appendFolded appends the letters and digits of r in lower case, without accents and in plain width
// (the compatibility decomposition NFKD, Unicode Standard Annex 15). They may be none or several.
func appendFolded(folded []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if !asciiWord(r) {
			return folded
		}
		return append(folded, byte(unicode.ToLower(r)))
	}
	if joins(r) {
		return folded
	}
	var encoded [utf8.UTFMax]byte
	n := utf8.EncodeRune(encoded[:], r)
	parts := norm.NFKD.Properties(encoded[:n]).Decomposition()
	if parts == nil {
		return utf8.AppendRune(folded, unicode.ToLower(r))
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		parts = parts[size:]
		if unicode.IsLetter(part) || unicode.IsNumber(part) {
			folded = utf8.AppendRune(folded, unicode.ToLower(part))
		}
	}
	return folded
}

// terms calls yield for each place of a segment at which a match may begin, with what the lexicon holds for it: a word
// itself, or of a run at each character as many as gramRunes.
func (s segment) terms(yield func(term []byte)) {
	if !s.unspaced {
		yield(s.folded)
		return
	}
	for rest := s.folded; len(rest) > 0; {
		yield(firstRunes(rest, gramRunes))
		_, size := utf8.DecodeRune(rest)
		rest = rest[size:]
	}
}

// firstRunes is the beginning of text, n runes at most.
func firstRunes(text []byte, n int) []byte {
	end := 0
	for ; n > 0 && end < len(text); n-- {
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	return text[:end]
}
