package tokenizer

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// bytePair joins the characters of a word, neighbours of the best merge first.
type bytePair struct {
	vocabulary   map[string]int64
	merges       map[[2]int64]merge
	prefix       string // of characters that are not the first of a word
	suffix       string // of the last character, "</w>"
	unknown      int64  // -1 = unknown characters are left out
	fuse         bool   // unknown neighbours are one
	byteFallback bool   // an unknown character is tokens such as <0x41>
	wholeWords   bool   // a word that is in the vocabulary is not merged
}

type merge struct {
	rank int // the smaller, the earlier
	id   int64
}

type bytePairFile struct {
	Type                    string           `json:"type"`
	Dropout                 *float64         `json:"dropout"`
	UnkToken                *string          `json:"unk_token"`
	ContinuingSubwordPrefix *string          `json:"continuing_subword_prefix"`
	EndOfWordSuffix         *string          `json:"end_of_word_suffix"`
	FuseUnk                 bool             `json:"fuse_unk"`
	ByteFallback            bool             `json:"byte_fallback"`
	IgnoreMerges            bool             `json:"ignore_merges"`
	Vocab                   map[string]int64 `json:"vocab"`
	Merges                  []mergePair      `json:"merges"`
}

// mergePair is two pieces: ["a", "b"] or, in older files, "a b".
type mergePair [2]string

// UnmarshalJSON reads both ways of writing a merge.
func (m *mergePair) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		var pair []string
		if err := json.Unmarshal(data, &pair); err != nil {
			return err
		}
		if len(pair) != 2 {
			return fmt.Errorf("the merge %s has not two pieces", data)
		}
		*m = mergePair{pair[0], pair[1]}
		return nil
	}
	var line string
	if err := json.Unmarshal(data, &line); err != nil {
		return err
	}
	left, right, ok := strings.Cut(line, " ")
	if !ok || strings.Contains(right, " ") {
		return fmt.Errorf("the merge %q has not two pieces", line)
	}
	*m = mergePair{left, right}
	return nil
}

func readBytePair(data json.RawMessage) (model, error) {
	var f bytePairFile
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	if f.Dropout != nil && *f.Dropout != 0 {
		return nil, fmt.Errorf("dropout %g is for training only", *f.Dropout)
	}
	b := &bytePair{
		vocabulary: f.Vocab, merges: make(map[[2]int64]merge, len(f.Merges)), prefix: orEmpty(f.ContinuingSubwordPrefix),
		suffix: orEmpty(f.EndOfWordSuffix), unknown: -1, fuse: f.FuseUnk, byteFallback: f.ByteFallback, wholeWords: f.IgnoreMerges,
	}
	if unknown := orEmpty(f.UnkToken); unknown != "" {
		id, ok := f.Vocab[unknown]
		if !ok {
			return nil, fmt.Errorf("the vocabulary lacks the unknown token %q", unknown)
		}
		b.unknown = id
	}
	for rank, pair := range f.Merges {
		var ids [3]int64
		for i, piece := range []string{pair[0], pair[1], pair[0] + strings.TrimPrefix(pair[1], b.prefix)} {
			id, ok := f.Vocab[piece]
			if !ok {
				return nil, fmt.Errorf("merge %d needs %q, which the vocabulary lacks", rank, piece)
			}
			ids[i] = id
		}
		b.merges[[2]int64{ids[0], ids[1]}] = merge{rank, ids[2]}
	}
	return b, nil
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (b *bytePair) id(piece string) (int64, bool) {
	id, ok := b.vocabulary[piece]
	return id, ok
}

func (b *bytePair) appendPieces(ids []int64, word string) []int64 {
	if b.wholeWords {
		if id, ok := b.vocabulary[word]; ok {
			return append(ids, id)
		}
	}
	return append(ids, b.joined(b.characters(word))...)
}

// characters is the word before any merge.
func (b *bytePair) characters(word string) []int64 {
	ids := make([]int64, 0, len(word))
	unknown := false // the last of ids is an unknown character
	for i, c := range word {
		text := string(c)
		last := i+utf8.RuneLen(c) == len(word)
		if i > 0 {
			text = b.prefix + text
		}
		if last {
			text += b.suffix
		}
		if id, ok := b.vocabulary[text]; ok {
			ids, unknown = append(ids, id), false
			continue
		}
		if b.byteFallback {
			if bytes, ok := byteTokens(b.vocabulary, text); ok {
				ids, unknown = append(ids, bytes...), false
				continue
			}
		}
		if b.unknown >= 0 && !(unknown && b.fuse) {
			ids, unknown = append(ids, b.unknown), true
		}
	}
	return ids
}

// byteTokens spells text in tokens of one byte each, if the vocabulary has all of them.
func byteTokens(vocabulary map[string]int64, text string) ([]int64, bool) {
	ids := make([]int64, len(text))
	for i := range len(text) {
		id, ok := vocabulary[fmt.Sprintf("<0x%02X>", text[i])]
		if !ok {
			return nil, false
		}
		ids[i] = id
	}
	return ids, true
}

// joined merges neighbours, the earliest merge first and, of equal ones, the leftmost. Long words are no
// trouble: each merge costs the logarithm of those that wait.
func (b *bytePair) joined(ids []int64) []int64 {
	next, previous := make([]int, len(ids)), make([]int, len(ids))
	var waiting mergeQueue
	consider := func(left int) {
		if left < 0 || next[left] >= len(ids) {
			return
		}
		pair := [2]int64{ids[left], ids[next[left]]}
		if m, ok := b.merges[pair]; ok {
			heap.Push(&waiting, waitingMerge{merge: m, left: left, pair: pair})
		}
	}
	for i := range ids {
		next[i], previous[i] = i+1, i-1
	}
	for i := range ids {
		consider(i)
	}
	const gone = -1
	for waiting.Len() > 0 {
		m := heap.Pop(&waiting).(waitingMerge)
		right := next[m.left]
		if ids[m.left] != m.pair[0] || right >= len(ids) || ids[right] != m.pair[1] {
			continue // one of the two has been merged since
		}
		ids[m.left], ids[right] = m.id, gone
		next[m.left] = next[right]
		if next[right] < len(ids) {
			previous[next[right]] = m.left
		}
		consider(previous[m.left])
		consider(m.left)
	}
	kept := ids[:0]
	for _, id := range ids {
		if id != gone {
			kept = append(kept, id)
		}
	}
	return kept
}

type waitingMerge struct {
	merge
	left int
	pair [2]int64
}

// mergeQueue is a heap of the merges that may be done.
type mergeQueue []waitingMerge

func (q mergeQueue) Len() int { return len(q) }
func (q mergeQueue) Less(i, j int) bool {
	if q[i].rank != q[j].rank {
		return q[i].rank < q[j].rank
	}
	return q[i].left < q[j].left
}
func (q mergeQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *mergeQueue) Push(m any)   { *q = append(*q, m.(waitingMerge)) }
func (q *mergeQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
