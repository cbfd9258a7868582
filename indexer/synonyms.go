package indexer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrSynonyms means that a file of synonyms cannot be used; errors that wrap it say what is wrong, and in which line.
var ErrSynonyms = errors.New("bad synonyms")

// MaxSynonymBytes is how large a file of synonyms may be.
const MaxSynonymBytes = 4 << 20

// Limits within a file of synonyms.
const (
	maxSynonymLine  = 4096 // bytes
	maxSynonymRules = 10_000
	maxSynonyms     = 16 // phrases on one side of a rule, and those tried for one word of a query
	maxSynonymWords = 6  // of a phrase
)

// Synonyms are the phrases that a shop takes for the same. nil has none. They may be used by many
// searches at a time.
type Synonyms struct {
	phrases map[string][]synonym // what stands in for a phrase, by its terms with spaces between them
	longest int                  // phrase, in terms
}

// synonym is a phrase that stands in for another one.
type synonym struct {
	terms  []string
	script script
}

// script says in which queries a rule holds.
type script int

const (
	anyScript script = iota
	hanScript        // queries with Chinese characters
	otherScript
)

var synonymSections = map[string]script{"[all]": anyScript, "[zh]": hanScript, "[en]": otherScript}

// ReadSynonyms reads rules, one a line:
//
//	tv, television, telly      each stands for the others
//	sneakers => trainers       who looks for sneakers finds trainers too, and not the other way round
//	[zh]                       from here on: for queries with Chinese characters alone; [en]: without; [all]
//	# a comment
//
// A phrase has 6 words at most, a side of a rule 16 phrases, a line 4096 bytes, a file 10,000 rules and 4 MB.
// Errors wrap ErrSynonyms and, but for that of a large file, name the line.
func ReadSynonyms(r io.Reader) (*Synonyms, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSynonymBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read synonyms: %w", err)
	case len(text) > MaxSynonymBytes:
		return nil, fmt.Errorf("%w: the file is larger than %d MB", ErrSynonyms, MaxSynonymBytes>>20)
	}
	s := &Synonyms{phrases: make(map[string][]synonym)}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxSynonymLine)
	in, number, rules := anyScript, 0, 0
	for lines.Scan() {
		number++
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")); line == "" {
			continue
		}
		if strings.HasPrefix(line, "[") {
			section, ok := synonymSections[line]
			if !ok {
				return nil, fmt.Errorf("%w: line %d: there is no section %s: use [all], [en] or [zh]", ErrSynonyms, number, line)
			}
			in = section
			continue
		}
		if rules++; rules > maxSynonymRules {
			return nil, fmt.Errorf("%w: line %d: more than %d rules", ErrSynonyms, number, maxSynonymRules)
		}
		if err := s.addRule(line, in); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrSynonyms, number, err)
		}
	}
	if lines.Err() != nil { // bufio.ErrTooLong, as the text is at hand
		return nil, fmt.Errorf("%w: line %d: longer than %d bytes", ErrSynonyms, number+1, maxSynonymLine)
	}
	return s, nil
}

func (s *Synonyms) addRule(rule string, in script) error {
	if !utf8.ValidString(rule) {
		return errors.New("it is not UTF-8")
	}
	left, right, oneWay := strings.Cut(rule, "=>")
	from, err := synonymPhrases(left)
	if err != nil {
		return err
	}
	to := from
	if oneWay {
		if to, err = synonymPhrases(right); err != nil {
			return err
		}
	} else if len(from) < 2 {
		return errors.New("a phrase alone: write others after a comma, or what it finds after =>")
	}
	for _, phrase := range from {
		for _, other := range to {
			s.add(phrase, synonym{other, in})
		}
	}
	return nil
}

func (s *Synonyms) add(phrase []string, other synonym) {
	key := strings.Join(phrase, " ")
	known := func(o synonym) bool { return o.script == other.script && slices.Equal(o.terms, other.terms) }
	if slices.Equal(phrase, other.terms) || slices.ContainsFunc(s.phrases[key], known) {
		return
	}
	s.phrases[key] = append(s.phrases[key], other)
	s.longest = max(s.longest, len(phrase))
}

// synonymPhrases returns the terms of each of some phrases with commas between them.
func synonymPhrases(list string) ([][]string, error) {
	if strings.Contains(list, "=>") {
		return nil, errors.New("a rule has one =>")
	}
	var phrases [][]string
	for phrase := range strings.SplitSeq(list, ",") {
		terms := queryTerms(phrase)
		switch {
		case len(terms) == 0:
			return nil, fmt.Errorf("%q has no word that is searched for", strings.TrimSpace(phrase))
		case len(terms) > maxSynonymWords:
			return nil, fmt.Errorf("%q has %d words, the limit is %d", strings.TrimSpace(phrase), len(terms), maxSynonymWords)
		}
		phrases = append(phrases, terms)
	}
	if len(phrases) > maxSynonyms {
		return nil, fmt.Errorf("%d phrases with commas between them, the limit is %d", len(phrases), maxSynonyms)
	}
	return phrases, nil
}

// clauses groups the words of a query: the longest phrases with synonyms, from the left.
func (s *Synonyms) clauses(words []queryWord, han bool) []clause {
	var clauses []clause
	for first := 0; first < len(words); {
		c := clause{words: words[first : first+1], first: first}
		for n := s.longestPhrase(len(words) - first); n > 0; n-- {
			if others := s.of(words[first:first+n], han); len(others) > 0 {
				c = clause{words: words[first : first+n], first: first, synonyms: others}
				break
			}
		}
		clauses = append(clauses, c)
		first += len(c.words)
	}
	return clauses
}

func (s *Synonyms) longestPhrase(limit int) int {
	if s == nil {
		return 0
	}
	return min(s.longest, limit)
}

// of returns what stands in for a phrase, in the order of the file, maxSynonyms at most.
func (s *Synonyms) of(phrase []queryWord, han bool) [][]string {
	terms := make([]string, len(phrase))
	for i, word := range phrase {
		terms[i] = word.term
	}
	var others [][]string
	for _, o := range s.phrases[strings.Join(terms, " ")] {
		if (o.script == anyScript || (o.script == hanScript) == han) && len(others) < maxSynonyms {
			others = append(others, o.terms)
		}
	}
	return others
}
