package tokenizer

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// wordPiece cuts a word into pieces by greedy longest matching.
type wordPiece struct {
	vocabulary map[string]int64
	unknown    int64
	prefix     string // of pieces that continue a word, "##"
	maxRunes   int    // longer words are unknown
	maxBytes   int    // of the longest piece
}

type wordPieceFile struct {
	Type                    string           `json:"type"`
	UnkToken                string           `json:"unk_token"`
	ContinuingSubwordPrefix string           `json:"continuing_subword_prefix"`
	MaxInputCharsPerWord    int              `json:"max_input_chars_per_word"`
	Vocab                   map[string]int64 `json:"vocab"`
}

func readWordPiece(data json.RawMessage) (model, error) {
	var f wordPieceFile
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	unknown, ok := f.Vocab[f.UnkToken]
	if !ok {
		return nil, fmt.Errorf("the vocabulary lacks the unknown token %q", f.UnkToken)
	}
	if f.MaxInputCharsPerWord < 1 {
		return nil, fmt.Errorf("max_input_chars_per_word is %d", f.MaxInputCharsPerWord)
	}
	w := &wordPiece{vocabulary: f.Vocab, unknown: unknown, prefix: f.ContinuingSubwordPrefix, maxRunes: f.MaxInputCharsPerWord}
	for piece := range f.Vocab {
		w.maxBytes = max(w.maxBytes, len(piece))
	}
	return w, nil
}

func (w *wordPiece) id(piece string) (int64, bool) {
	id, ok := w.vocabulary[piece]
	return id, ok
}

// appendPieces adds the unknown token when some part of the word is in no piece.
func (w *wordPiece) appendPieces(ids []int64, word string) []int64 {
	if utf8.RuneCountInString(word) > w.maxRunes {
		return append(ids, w.unknown)
	}
	start := len(ids)
	for prefix, rest := "", word; rest != ""; prefix = w.prefix {
		id, n, ok := w.longestPiece(prefix, rest)
		if !ok {
			return append(ids[:start], w.unknown)
		}
		ids = append(ids, id)
		rest = rest[n:]
	}
	return ids
}

func (w *wordPiece) longestPiece(prefix, word string) (id int64, bytes int, ok bool) {
	for end := min(len(word), w.maxBytes); end > 0; end-- {
		if end < len(word) && !utf8.RuneStart(word[end]) {
			continue
		}
		if id, ok := w.vocabulary[prefix+word[:end]]; ok {
			return id, end, true
		}
	}
	return 0, 0, false
}
