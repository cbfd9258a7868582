package tokenizer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/rivo/uniseg"
)

// charsMap is SentencePiece's table of what replaces which characters: a double-array trie (Aoe 1989, in the
// layout of darts-clone) over the characters, whose values are offsets of NUL-ended strings.
type charsMap struct {
	units    []uint32
	replaced []byte
}

// parseCharsMap reads the trie's size in bytes, the trie and the strings; numbers are little-endian. Nil is
// an empty table.
func parseCharsMap(data []byte) (*charsMap, error) {
	if len(data) == 0 {
		return &charsMap{}, nil
	}
	if len(data) < 4 {
		return nil, errors.New("it is cut off")
	}
	size := int64(binary.LittleEndian.Uint32(data))
	if size%4 != 0 || size > int64(len(data)-4) {
		return nil, errors.New("its trie is larger than the table")
	}
	m := &charsMap{units: make([]uint32, size/4), replaced: data[4+size:]}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(data[4+4*i:])
	}
	return m, nil
}

// longestGrapheme is the size in bytes from which a user-perceived character is looked up rune by rune only.
const longestGrapheme = 6

// normalise replaces as Hugging Face's tokenizers does, which is not quite what SentencePiece does: a short
// grapheme gives way as a whole to what its shortest known beginning stands for.
func (m *charsMap) normalise(text string) string {
	if len(m.units) == 0 {
		return text
	}
	var out strings.Builder
	out.Grow(len(text))
	for state, rest := -1, text; rest != ""; {
		var grapheme string
		grapheme, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if len(grapheme) < longestGrapheme {
			if replacement, ok := m.lookUp(grapheme); ok {
				out.Write(replacement)
				continue
			}
		}
		for _, c := range grapheme {
			if replacement, ok := m.lookUp(string(c)); ok {
				out.Write(replacement)
			} else {
				out.WriteRune(c)
			}
		}
	}
	return out.String()
}

// lookUp finds what the shortest beginning of chunk that the trie has is replaced by.
func (m *charsMap) lookUp(chunk string) ([]byte, bool) {
	node := offset(m.units[0])
	for i := range len(chunk) {
		node ^= uint32(chunk[i])
		if node >= uint32(len(m.units)) {
			return nil, false
		}
		unit := m.units[node]
		if unit&(1<<31|0xFF) != uint32(chunk[i]) { // the label of a node that exists
			return nil, false
		}
		node ^= offset(unit)
		if unit>>8&1 == 0 { // no key ends here
			continue
		}
		if node >= uint32(len(m.units)) {
			return nil, false
		}
		start := m.units[node] &^ (1 << 31)
		if start > uint32(len(m.replaced)) {
			return nil, false
		}
		text, _, _ := bytes.Cut(m.replaced[start:], []byte{0})
		return text, true
	}
	return nil, false
}

// offset is how far a unit's children lie from it.
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }
