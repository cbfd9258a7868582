package indexer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
)

// Limits of a model number, as it may be joined of neighbouring parts.
const (
	maxModelParts = 6
	maxModelWords = 3
	maxModelBytes = 32
	// maxModelLetters is how long letters may be beside a space. Longer ones are words, and words beside
	// numbers ("iPhone 11") are phrases.
	maxModelLetters = 4
)

// modelPart is a run of letters or of digits: "WH-1000XM4" has the parts wh, 1000, xm and 4.
type modelPart struct {
	text       string
	start, end int // bytes of the text
	digits     bool
	word       int  // number of the word, as spaces separate them
	long       bool // letters of a word and not of a model number
	separated  bool // something that is no letter or digit, or nothing at all, is before it
}

// modelRun is a sequence of neighbouring parts, joined: "wh1000xm4", "1000xm4", "xm4"…
type modelRun struct {
	joined     string
	start, end int // bytes of the text
}

// modelRuns returns what of a folded text may be somebody's way to write a model number: every run of
// neighbouring parts with a letter and a digit. One that reaches over a space has no words in it, and
// at its ends all of what stands between separators.
func modelRuns(text []byte) []modelRun {
	parts := modelParts(text)
	var runs []modelRun
	for first := range parts {
		joined, letters, digits, long := "", false, false, false
		for last := first; last < min(len(parts), first+maxModelParts); last++ {
			part := parts[last]
			joined += part.text
			letters, digits, long = letters || !part.digits, digits || part.digits, long || part.long
			words := part.word - parts[first].word + 1
			if words > maxModelWords || words > 1 && long || len(joined) > maxModelBytes {
				break
			}
			whole := parts[first].separated && (last+1 == len(parts) || parts[last+1].separated)
			if letters && digits && (whole || words == 1) {
				runs = append(runs, modelRun{joined, parts[first].start, part.end})
			}
		}
	}
	return runs
}

// modelParts returns the parts of a folded text. Han characters belong to none and separate.
func modelParts(text []byte) []modelPart {
	var parts []modelPart
	word, separated := 0, true
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		digit := unicode.IsDigit(r)
		if !digit && (!unicode.IsLetter(r) || unicode.Is(unicode.Han, r)) {
			if unicode.IsSpace(r) {
				word++
			}
			separated = true
			at += size
			continue
		}
		if n := len(parts); separated || parts[n-1].digits != digit {
			parts = append(parts, modelPart{start: at, digits: digit, word: word, separated: separated})
		}
		at += size
		separated = false
		parts[len(parts)-1].end = at
	}
	for i, part := range parts {
		parts[i].text = strings.ToLower(string(text[part.start:part.end]))
		parts[i].long = !part.digits && part.end-part.start > maxModelLetters
	}
	return parts
}

// modelAnalysis makes a term of each run of each line.
type modelAnalysis struct{}

func (modelAnalysis) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	seen := make(map[string]bool)
	for line := range strings.SplitSeq(string(foldText(text)), "\n") {
		for _, run := range modelRuns([]byte(line)) {
			if !seen[run.joined] {
				seen[run.joined] = true
				tokens = append(tokens, &analysis.Token{Term: []byte(run.joined), Position: len(tokens) + 1})
			}
		}
	}
	return tokens
}
