package tokenizer

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// Tokenizer holds the vocabulary and the rules of one model.
type Tokenizer struct {
	raw        matcher    // added tokens that are looked for in the text as it is
	normalized matcher    // those that are looked for once it is normalised
	normalize  normalizer // nil = not at all
	split      splitter
	model      model
	before     []int64
	after      []int64
	maxTokens  int // of a whole encoding; 0 = no limit
	padTo      int // fixed length of a whole encoding; 0 = none
	size       int
}

// model makes ids of one word.
type model interface {
	// appendPieces adds the ids of word, which is not empty.
	appendPieces(ids []int64, word string) []int64
	// id is that of a piece by its text.
	id(piece string) (int64, bool)
}

// MaxTokens is the largest number of ids that Encode returns; 0 = no limit.
func (t *Tokenizer) MaxTokens() int { return t.maxTokens }

// PadTo is the length to which the file wants every text padded; 0 = it does not say so.
func (t *Tokenizer) PadTo() int { return t.padTo }

// VocabularySize is one more than the largest id.
func (t *Tokenizer) VocabularySize() int { return t.size }

// ID returns the id of an added token or of a piece of the vocabulary.
func (t *Tokenizer) ID(token string) (int64, bool) {
	for _, m := range []matcher{t.raw, t.normalized} {
		for _, a := range m.tokens {
			if a.text == token {
				return a.id, true
			}
		}
	}
	return t.model.id(token)
}

// Truncated returns a tokenizer whose encodings have at most n ids, special tokens included. It fails where
// these alone take as many.
func (t *Tokenizer) Truncated(n int) (*Tokenizer, error) {
	if n <= len(t.before)+len(t.after) {
		return nil, fmt.Errorf("truncation to %d tokens leaves no room for text", n)
	}
	shorter := *t
	shorter.maxTokens = n
	return &shorter, nil
}

// Encode returns the ids of text between those of the template's special tokens, cut off at MaxTokens. Text
// that spells a special token gives that token, as it does in Hugging Face's tokenizers. Invalid UTF-8 is read
// as U+FFFD.
func (t *Tokenizer) Encode(text string) []int64 {
	ids := append([]int64(nil), t.before...)
	for part := range t.parts(strings.ToValidUTF8(text, "\uFFFD")) {
		if t.full(ids) {
			break
		}
		if part.token != nil {
			ids = append(ids, part.token.id)
			continue
		}
		for word := range t.split(part.piece) {
			if t.full(ids) {
				break
			}
			if word.text != "" {
				ids = t.model.appendPieces(ids, word.text)
			}
		}
	}
	if t.maxTokens > 0 {
		ids = ids[:min(len(ids), t.maxTokens-len(t.after))]
	}
	return append(ids, t.after...)
}

func (t *Tokenizer) full(ids []int64) bool {
	return t.maxTokens > 0 && len(ids) >= t.maxTokens-len(t.after)
}

// parts cuts text at its added tokens and normalises what lies between them.
func (t *Tokenizer) parts(text string) iter.Seq[part] {
	return func(yield func(part) bool) {
		for outer := range t.raw.cut(piece{text, true}) {
			if outer.token != nil {
				if !yield(outer) {
					return
				}
				continue
			}
			plain := outer.piece
			if t.normalize != nil {
				plain.text = t.normalize(plain.text)
				plain.start = plain.start && t.keepsFirst(outer.text, plain.text)
			}
			for inner := range t.normalized.cut(plain) {
				if !yield(inner) {
					return
				}
			}
		}
	}
}

// keepsFirst tells whether the first character of text left anything in normalized: what is the same without
// it did not come from it.
func (t *Tokenizer) keepsFirst(text, normalized string) bool {
	first, n := utf8.DecodeRuneInString(text)
	if kept, _ := utf8.DecodeRuneInString(normalized); kept == first {
		return true
	}
	return t.normalize(text[n:]) != normalized
}
