package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitrine/retrieval"
	"vitrine/retrieval/words"
)

// Condition says for which queries a rule holds; the zero Condition, for all. What is said of the query
// and what is said of the category must both hold.
type Condition struct {
	Phrases    []string   // the query is one of these, normalised…
	Words      [][]string // …or has all words of one of these, without plural endings
	Categories []string   // one of these is chosen as a filter
}

// For returns the rules that hold for q, in the order of the file.
func (s *Set) For(q *retrieval.Query, now time.Time) []retrieval.Rule {
	a := newAsked(q)
	var holding []retrieval.Rule
	for i := range s.Rules {
		if r := &s.Rules[i]; r.InForce(now) && r.When.saidBy(a) && r.When.chosenIn(a) {
			holding = append(holding, r.Rule)
		}
	}
	return holding
}

// InForce says whether a time lies within the rule's own.
func (r *Rule) InForce(now time.Time) bool {
	return (r.From.IsZero() || !now.Before(r.From)) && (r.To.IsZero() || now.Before(r.To))
}

// asked is what conditions look at.
type asked struct {
	text       string
	words      []string // without plural endings
	categories []string
}

func newAsked(q *retrieval.Query) *asked {
	a := &asked{text: q.Text, words: stems(q.Text)}
	for _, f := range q.Filters {
		if f.Field == retrieval.FieldCategory {
			a.categories = append(a.categories, f.Values...)
		}
	}
	return a
}

// stems are the words of a text without plural endings.
func stems(text string) []string {
	var found []string
	for runs := words.NewRuns(text); runs.Scan(); {
		if runs.CJK() {
			found = append(found, string(runs.Run()))
			continue
		}
		found = append(found, string(words.Stem(runs.Run())))
	}
	return found
}

// has says whether the query has a word: as one of its own or, in scripts that leave no spaces between
// words, anywhere in it.
func (a *asked) has(word string) bool {
	return slices.Contains(a.words, word) || strings.ContainsFunc(word, unspaced) && strings.Contains(a.text, word)
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

func (c *Condition) saidBy(a *asked) bool {
	if len(c.Phrases)+len(c.Words) == 0 || slices.Contains(c.Phrases, a.text) {
		return true
	}
	for _, some := range c.Words {
		if !slices.ContainsFunc(some, func(word string) bool { return !a.has(word) }) {
			return true
		}
	}
	return false
}

func (c *Condition) chosenIn(a *asked) bool {
	return len(c.Categories) == 0 || slices.ContainsFunc(c.Categories, func(category string) bool {
		return slices.ContainsFunc(a.categories, func(chosen string) bool { return strings.EqualFold(chosen, category) })
	})
}

func (f *whenForm) condition() (Condition, error) {
	var c Condition
	for _, list := range []struct {
		member string
		texts  []string
	}{{"query", f.Query}, {"words", f.Words}, {"category", f.Category}} {
		if n := len(list.texts); list.texts != nil && (n == 0 || n > MaxPhrases) {
			return c, fmt.Errorf("when.%s has %d entries: write 1 to %d, or leave it out", list.member, n, MaxPhrases)
		}
	}
	for _, text := range slices.Concat(f.Query, f.Words, f.Category) {
		if n := utf8.RuneCountInString(text); n > retrieval.MaxTextRunes {
			return c, fmt.Errorf("an entry of when has %d characters, the limit is %d", n, retrieval.MaxTextRunes)
		}
	}
	for _, text := range f.Query {
		phrase := retrieval.NormaliseText(text)
		if phrase == "" {
			return c, errors.New("an entry of when.query is empty")
		}
		c.Phrases = append(c.Phrases, phrase)
	}
	for _, text := range f.Words {
		some := stems(retrieval.NormaliseText(text))
		if len(some) == 0 {
			return c, fmt.Errorf("the entry %q of when.words has no word", text)
		}
		c.Words = append(c.Words, some)
	}
	for _, text := range f.Category {
		category := strings.TrimSpace(text)
		if category == "" {
			return c, errors.New("an entry of when.category is empty")
		}
		c.Categories = append(c.Categories, category)
	}
	return c, nil
}
