package tokenizer

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// rules are the settings of a BertNormalizer.
type rules struct {
	cleanText    bool
	spaceChinese bool
	stripAccents bool
	lowercase    bool
}

// normalise applies the steps in the order in which Hugging Face's BertNormalizer does.
func (r rules) normalise(text string) string {
	if r.cleanText {
		text = strings.Map(clean, text)
	}
	if r.spaceChinese {
		text = spaceChinese(text)
	}
	if r.stripAccents {
		text = strings.Map(dropAccent, unicodeForm(norm.NFD)(text))
	}
	if r.lowercase {
		text = lower(text)
	}
	return text
}

// clean drops control characters, vertical tab and form feed among them, and makes white space a blank.
func clean(c rune) rune {
	switch {
	case c == '\t' || c == '\n' || c == '\r':
		return ' '
	case c == unicode.ReplacementChar || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co):
		return -1
	case unicode.IsSpace(c):
		return ' '
	}
	return c
}

func dropAccent(c rune) rune {
	if unicode.Is(unicode.Mn, c) {
		return -1
	}
	return c
}

// lower is Unicode's full lower-casing: U+0130 is the one character whose lower case is two.
func lower(text string) string {
	return strings.ToLower(strings.ReplaceAll(text, "\u0130", "i\u0307"))
}

// spaceChinese puts blanks around every character of Chinese script, so that each is a word.
func spaceChinese(text string) string {
	var spaced strings.Builder
	for _, c := range text {
		if chinese(c) {
			spaced.WriteByte(' ')
			spaced.WriteRune(c)
			spaced.WriteByte(' ')
		} else {
			spaced.WriteRune(c)
		}
	}
	return spaced.String()
}

// chinese is BERT's own list of CJK blocks, which leaves kana and hangul out.
func chinese(c rune) bool {
	switch {
	case c < 0x3400:
		return false
	case c >= 0x4E00 && c <= 0x9FFF, c >= 0x3400 && c <= 0x4DBF, c >= 0x20000 && c <= 0x2A6DF,
		c >= 0x2A700 && c <= 0x2B73F, c >= 0x2B740 && c <= 0x2B81F, c >= 0x2B920 && c <= 0x2CEAF,
		c >= 0xF900 && c <= 0xFAFF, c >= 0x2F800 && c <= 0x2FA1F:
		return true
	}
	return false
}

// bertWords is BertPreTokenizer: the runs between white space, with every punctuation mark a word of its own.
func bertWords(p piece) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		start := -1 // of the word being read
		for i, c := range p.text {
			space, mark := unicode.IsSpace(c), punctuation(c)
			if !space && !mark {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 && !yield(p.from(start, i)) {
				return
			}
			start = -1
			if mark && !yield(p.from(i, i+utf8.RuneLen(c))) {
				return
			}
		}
		if start >= 0 {
			yield(p.from(start, len(p.text)))
		}
	}
}

// punctuation takes all of ASCII's signs, also those that Unicode calls symbols, and Unicode's punctuation.
func punctuation(c rune) bool {
	if c < 0x80 {
		return c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z')
	}
	return unicode.Is(unicode.P, c)
}
