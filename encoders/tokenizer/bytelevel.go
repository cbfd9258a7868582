package tokenizer

import (
	"encoding/json"
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gpt2Words is the expression by which GPT-2 cuts words, but for its look-ahead: of white space before a word,
// the last character belongs to that word. gpt2End sees to that.
var gpt2Words = regexp.MustCompile(`'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^` + spaces + `\p{L}\p{N}]+|[` + spaces + `]+`)

// byteRunes are the characters in which byte-level vocabularies write bytes: those that one sees stand for
// themselves, the others follow from U+0100 on.
var byteRunes = func() (runes [256]rune) {
	next := rune(0x100)
	for b := range rune(256) {
		if b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE {
			runes[b] = b
			continue
		}
		runes[b] = next
		next++
	}
	return runes
}()

func readByteLevel(data json.RawMessage) (splitter, error) {
	var f byteLevelSplitter
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	words := splitter(whole)
	if f.UseRegex == nil || *f.UseRegex {
		words = gpt2Split
	}
	return func(p piece) iter.Seq[piece] {
		return func(yield func(piece) bool) {
			if f.AddPrefixSpace && !strings.HasPrefix(p.text, " ") {
				p.text = " " + p.text
			}
			for word := range words(p) {
				if !yield(piece{inByteRunes(word.text), word.start}) {
					return
				}
			}
		}
	}, nil
}

// gpt2Split gives words with the blank before them, numbers, signs and white space.
func gpt2Split(p piece) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for start := 0; start < len(p.text); {
			end := start + gpt2End(p.text[start:])
			if !yield(p.from(start, end)) {
				return
			}
			start = end
		}
	}
}

// gpt2End is where the first word of text ends; the expression matches at every place.
func gpt2End(text string) int {
	end := gpt2Words.FindStringIndex(text)[1]
	last, n := utf8.DecodeLastRuneInString(text[:end])
	if end < len(text) && end > n && unicode.IsSpace(last) {
		return end - n
	}
	return end
}

func inByteRunes(text string) string {
	var out strings.Builder
	for i := range len(text) {
		out.WriteRune(byteRunes[text[i]])
	}
	return out.String()
}
