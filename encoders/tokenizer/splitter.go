package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter cuts a piece of text into words.
type splitter func(piece) iter.Seq[piece]

// from is the part of p between two bytes.
func (p piece) from(start, end int) piece { return piece{p.text[start:end], p.start && start == 0} }

// The settings of the pre-tokenizers that have some.
type (
	byteLevelSplitter struct {
		Type           string `json:"type"`
		AddPrefixSpace bool   `json:"add_prefix_space"`
		TrimOffsets    bool   `json:"trim_offsets"` // of offsets, which are not returned
		UseRegex       *bool  `json:"use_regex"`    // null = true
	}
	metaspaceSplitter struct {
		Type           string `json:"type"`
		Replacement    string `json:"replacement"`
		PrependScheme  string `json:"prepend_scheme"`
		AddPrefixSpace *bool  `json:"add_prefix_space"` // of older files: true = always, false = never
		StrRep         string `json:"str_rep"`          // of older files: the replacement again
		Split          *bool  `json:"split"`            // null = true
	}
	patternSplitter struct {
		Type     string  `json:"type"`
		Pattern  pattern `json:"pattern"`
		Behavior string  `json:"behavior"`
		Invert   bool    `json:"invert"`
	}
	splitterSequence struct {
		Type          string            `json:"type"`
		Pretokenizers []json.RawMessage `json:"pretokenizers"`
	}
)

// readSplitter returns one that leaves its piece whole where the file has none.
func readSplitter(data json.RawMessage) (splitter, error) {
	kind, err := typeOf(data)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "":
		return whole, nil
	case "Sequence":
		return readSplitterSequence(data)
	case "BertPreTokenizer":
		return bertWords, nil
	case "WhitespaceSplit":
		return spaceWords, nil
	case "Whitespace":
		return matches(regexp.MustCompile(wordOrSigns)), nil
	case "ByteLevel":
		return readByteLevel(data)
	case "Metaspace":
		return readMetaspace(data)
	case "Split":
		return readPatternSplitter(data)
	}
	return nil, fmt.Errorf("the pre-tokenizer %q is not supported", kind)
}

func whole(p piece) iter.Seq[piece] {
	return func(yield func(piece) bool) { yield(p) }
}

func readSplitterSequence(data json.RawMessage) (splitter, error) {
	var f splitterSequence
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	all := splitter(whole)
	for _, part := range f.Pretokenizers {
		next, err := readSplitter(part)
		if err != nil {
			return nil, err
		}
		all = all.then(next)
	}
	return all, nil
}

// then cuts the words of s further.
func (s splitter) then(next splitter) splitter {
	return func(p piece) iter.Seq[piece] {
		return func(yield func(piece) bool) {
			for outer := range s(p) {
				if outer.text == "" {
					continue
				}
				for inner := range next(outer) {
					if !yield(inner) {
						return
					}
				}
			}
		}
	}
}

// spaceWords is the runs between white space.
func spaceWords(p piece) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for start := 0; start < len(p.text); {
			start += len(p.text[start:]) - len(strings.TrimLeftFunc(p.text[start:], unicode.IsSpace))
			end := start + len(p.text[start:])
			if n := strings.IndexFunc(p.text[start:], unicode.IsSpace); n >= 0 {
				end = start + n
			}
			if start < end && !yield(p.from(start, end)) {
				return
			}
			start = end
		}
	}
}

// matches gives what the expression matches and drops the rest.
func matches(expression *regexp.Regexp) splitter {
	return func(p piece) iter.Seq[piece] {
		return func(yield func(piece) bool) {
			for at, match := range matchesOf(expression, p.text) {
				if match && !yield(p.from(at[0], at[1])) {
					return
				}
			}
		}
	}
}

// matchesOf covers the text with what matches, which is never empty, and what lies between.
func matchesOf(expression *regexp.Regexp, text string) iter.Seq2[[2]int, bool] {
	return func(yield func([2]int, bool) bool) {
		done := 0
		for done < len(text) {
			at := expression.FindStringIndex(text[done:])
			if at == nil {
				break
			}
			if at[0] > 0 && !yield([2]int{done, done + at[0]}, false) {
				return
			}
			if !yield([2]int{done + at[0], done + at[1]}, true) {
				return
			}
			done += at[1]
		}
		if done < len(text) {
			yield([2]int{done, len(text)}, false)
		}
	}
}

func readPatternSplitter(data json.RawMessage) (splitter, error) {
	var f patternSplitter
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	expression, err := f.Pattern.compile()
	if err != nil {
		return nil, err
	}
	if matchesNothing(expression) {
		return nil, fmt.Errorf("the pattern %s is not supported: it looks at places between characters", expression)
	}
	switch f.Behavior {
	case "Removed", "Isolated":
	default:
		return nil, fmt.Errorf("the split behaviour %q is not supported, only Removed and Isolated", f.Behavior)
	}
	return func(p piece) iter.Seq[piece] {
		return func(yield func(piece) bool) {
			for at, match := range matchesOf(expression, p.text) {
				removed := f.Behavior == "Removed" && match != f.Invert
				if !removed && !yield(p.from(at[0], at[1])) {
					return
				}
			}
		}
	}, nil
}

// readMetaspace reads SentencePiece's way with blanks: they are characters that one sees, and words begin
// with them.
func readMetaspace(data json.RawMessage) (splitter, error) {
	var f metaspaceSplitter
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	scheme := f.PrependScheme
	switch {
	case scheme == "" && f.AddPrefixSpace != nil && !*f.AddPrefixSpace:
		scheme = "never"
	case scheme == "":
		scheme = "always"
	case scheme != "always" && scheme != "first" && scheme != "never":
		return nil, fmt.Errorf("the prepend_scheme %q is not known", scheme)
	}
	if utf8.RuneCountInString(f.Replacement) != 1 {
		return nil, errors.New("the replacement of Metaspace is not one character")
	}
	split := f.Split == nil || *f.Split
	return func(p piece) iter.Seq[piece] {
		return func(yield func(piece) bool) {
			p.text = strings.ReplaceAll(p.text, " ", f.Replacement)
			if (scheme == "always" || scheme == "first" && p.start) && !strings.HasPrefix(p.text, f.Replacement) {
				p.text = f.Replacement + p.text
			}
			if !split {
				yield(p)
				return
			}
			for start := 0; start < len(p.text); {
				end := len(p.text)
				_, first := utf8.DecodeRuneInString(p.text[start:])
				if n := strings.Index(p.text[start+first:], f.Replacement); n >= 0 {
					end = start + first + n
				}
				if !yield(p.from(start, end)) {
					return
				}
				start = end
			}
		}
	}, nil
}
