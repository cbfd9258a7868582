package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// unigram cuts a word into the pieces whose scores sum to most (Kudo 2018, Subword Regularization; Viterbi).
type unigram struct {
	vocabulary   map[string]int64
	scores       []float64
	unknown      int64 // -1 = none: a word with an unknown character has no tokens for it
	unknownScore float64
	byteFallback bool // an unknown stretch is tokens such as <0x41>
	maxBytes     int  // of the longest piece
}

// unknownPenalty is how far an unknown character lies below the worst piece, SentencePiece's own constant.
const unknownPenalty = 10

type unigramFile struct {
	Type         string        `json:"type"`
	UnkID        *int          `json:"unk_id"`
	Vocab        []scoredPiece `json:"vocab"`
	ByteFallback bool          `json:"byte_fallback"`
}

type scoredPiece struct {
	text  string
	score float64
}

// UnmarshalJSON reads ["text", score].
func (p *scoredPiece) UnmarshalJSON(data []byte) error {
	pair := []any{&p.text, &p.score}
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("the piece %s is not a text and a score", data)
	}
	return nil
}

func readUnigram(data json.RawMessage) (model, error) {
	var f unigramFile
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	if len(f.Vocab) == 0 {
		return nil, errors.New("the vocabulary is empty")
	}
	if f.UnkID == nil || *f.UnkID < 0 || *f.UnkID >= len(f.Vocab) {
		return nil, errors.New("unk_id is missing or not in the vocabulary")
	}
	u := &unigram{vocabulary: make(map[string]int64, len(f.Vocab)), unknown: int64(*f.UnkID), byteFallback: f.ByteFallback}
	worst := f.Vocab[0].score
	for id, p := range f.Vocab {
		u.vocabulary[p.text] = int64(id)
		u.scores = append(u.scores, p.score)
		u.maxBytes = max(u.maxBytes, len(p.text))
		worst = min(worst, p.score)
	}
	u.unknownScore = worst - unknownPenalty
	return u, nil
}

func (u *unigram) id(piece string) (int64, bool) {
	id, ok := u.vocabulary[piece]
	return id, ok
}

func (u *unigram) appendPieces(ids []int64, word string) []int64 {
	for _, piece := range u.best(word) {
		id, ok := u.vocabulary[piece]
		if ok {
			ids = append(ids, id)
			continue
		}
		if u.byteFallback {
			if bytes, ok := byteTokens(u.vocabulary, piece); ok {
				ids = append(ids, bytes...)
				continue
			}
		}
		ids = append(ids, u.unknown)
	}
	return ids
}

// arrival is the best way to cut the text up to some byte.
type arrival struct {
	score float64
	from  int // where its last piece begins; -1 = there is none yet
	id    int64
}

// best is the pieces of word; unknown neighbours are one piece.
func (u *unigram) best(word string) []string {
	ends := make([]arrival, len(word)+1)
	for i := range ends {
		ends[i].from = -1
	}
	for start, c := range word {
		arrive := func(end int, score float64, id int64) {
			if score += ends[start].score; ends[end].from < 0 || score > ends[end].score {
				ends[end] = arrival{score, start, id}
			}
		}
		first := start + utf8.RuneLen(c)
		known := false // the character alone
		for end := first; end <= min(len(word), start+u.maxBytes); end++ {
			if end < len(word) && !utf8.RuneStart(word[end]) {
				continue
			}
			if id, ok := u.vocabulary[word[start:end]]; ok {
				arrive(end, u.scores[id], id)
				known = known || end == first
			}
		}
		if !known {
			arrive(first, u.unknownScore, u.unknown)
		}
	}
	var pieces []string
	unknownTo := -1 // end of a run of unknown characters
	for end := len(word); end > 0; end = ends[end].from {
		from := ends[end].from
		if ends[end].id != u.unknown {
			pieces, unknownTo = append(pieces, word[from:end]), -1
			continue
		}
		if unknownTo < 0 {
			pieces, unknownTo = append(pieces, ""), end
		}
		pieces[len(pieces)-1] = word[from:unknownTo]
	}
	slices.Reverse(pieces)
	return pieces
}
