package wordpiece

import (
	"strings"
	"unicode/utf8"
)

// Tokenizer holds the vocabulary and the rules of one tokenizer.json.
type Tokenizer struct {
	vocabulary map[string]int64
	special    []specialToken // longest first, so that the first that fits is the right one
	rules      rules
	unknown    int64
	prefix     string // of pieces that continue a word, "##"
	maxRunes   int    // longer words are unknown
	maxWord    int    // bytes of the longest piece, prefix left out
	before     []int64
	after      []int64
	maxTokens  int // of a whole encoding; 0 = no limit
}

type specialToken struct {
	text string
	id   int64
}

// MaxTokens is the largest number of ids that Encode returns; 0 = no limit.
func (t *Tokenizer) MaxTokens() int { return t.maxTokens }

// VocabularySize is one more than the largest id.
func (t *Tokenizer) VocabularySize() int {
	largest := int64(-1)
	for _, id := range t.vocabulary {
		largest = max(largest, id)
	}
	for _, s := range t.special {
		largest = max(largest, s.id)
	}
	return int(largest) + 1
}

// Encode returns the ids of text between those of the template's special tokens, cut off at MaxTokens. Text
// that spells a special token gives that token, as it does in Hugging Face's tokenizers.
func (t *Tokenizer) Encode(text string) []int64 {
	ids := append([]int64(nil), t.before...)
	for text != "" && !t.full(ids) {
		plain, special, rest := t.cutSpecial(text)
		for word := range words(t.rules.normalise(plain)) {
			if t.full(ids) {
				break
			}
			ids = t.appendPieces(ids, word)
		}
		if special != nil {
			ids = append(ids, special.id)
		}
		text = rest
	}
	if t.maxTokens > 0 {
		ids = ids[:min(len(ids), t.maxTokens-len(t.after))]
	}
	return append(ids, t.after...)
}

func (t *Tokenizer) full(ids []int64) bool {
	return t.maxTokens > 0 && len(ids) >= t.maxTokens-len(t.after)
}

// cutSpecial splits text at its first special token; special is nil when there is none.
func (t *Tokenizer) cutSpecial(text string) (plain string, special *specialToken, rest string) {
	first := len(text)
	for i, s := range t.special {
		if at := strings.Index(text[:min(len(text), first+len(s.text))], s.text); at >= 0 && at < first {
			first, special = at, &t.special[i]
		}
	}
	if special == nil {
		return text, nil, ""
	}
	return text[:first], special, text[first+len(special.text):]
}

// appendPieces adds the fewest pieces that greedy longest matching finds for word, or the unknown token when
// some part of it is in no piece.
func (t *Tokenizer) appendPieces(ids []int64, word string) []int64 {
	if utf8.RuneCountInString(word) > t.maxRunes {
		return append(ids, t.unknown)
	}
	start := len(ids)
	for prefix, rest := "", word; rest != ""; prefix = t.prefix {
		id, n, ok := t.longestPiece(prefix, rest)
		if !ok {
			return append(ids[:start], t.unknown)
		}
		ids = append(ids, id)
		rest = rest[n:]
	}
	return ids
}

func (t *Tokenizer) longestPiece(prefix, word string) (id int64, bytes int, ok bool) {
	for end := min(len(word), t.maxWord); end > 0; end-- {
		if end < len(word) && !utf8.RuneStart(word[end]) {
			continue
		}
		if id, ok := t.vocabulary[prefix+word[:end]]; ok {
			return id, end, true
		}
	}
	return 0, 0, false
}
