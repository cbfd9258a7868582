package understanding

import (
	"slices"
	"strings"
	"unicode"

	"vitrine/retrieval/words"
)

// Value is one value of a field of the catalogue.
type Value struct {
	Field, Value string
	Name         string // what the field is called, so that "size 42" means its value 42; empty = nothing
	Colour       bool   // it names a colour
}

// Lexicon knows the values of a catalogue by the words that name them.
type Lexicon struct {
	values  map[string][]Value  // by their key
	codes   map[string][]Value  // values that mean themselves only behind the name of their field: 42, S
	names   map[string][]string // fields by the key of what they are called
	colours []colourValue
	longest int // runs of the longest key
}

type colourValue struct {
	Value
	colours words.Colours
}

const (
	maxRuns       = 5  // of a value that is recognised
	maxHanRunes   = 12 // of a Chinese one
	minKeyLetters = 2
)

// meaningless are values that say nothing when they stand in a query.
var meaningless = map[string]bool{
	"other": true, "na": true, "none": true, "yes": true, "no": true, "true": true, "false": true, "all": true, "any": true, "new": true,
	"not": true, "without": true, "with": true, "and": true, "or": true, "the": true, "for": true, "in": true, "on": true, "of": true, "to": true, "by": true, "at": true, "an": true, "is": true, "up": true,
}

// otherNames are what shoppers say for a name that is not the shop's own word: the sizes of variants are called
// size in every catalogue.
var otherNames = map[string][]string{"size": {"sizes", "sz", "eu", "尺码", "码数", "鞋码"}}

// NewLexicon makes a lexicon of values. Those that are too general to mean themselves in a query are passed over;
// those that are too short for it, or all digits, count behind the name of their field.
func NewLexicon(values []Value) *Lexicon {
	l := &Lexicon{values: make(map[string][]Value), codes: make(map[string][]Value), names: make(map[string][]string)}
	var runs words.Runs
	named := make(map[string]bool) // fields
	for _, value := range values {
		key, count := keyOf(&runs, value.Value)
		if count == 0 || count > maxRuns || meaningless[key] {
			continue
		}
		if value.Name != "" && !named[value.Field] {
			named[value.Field] = true
			l.name(&runs, value.Field, value.Name)
		}
		l.longest = max(l.longest, count)
		if !speaks(key) {
			if value.Name != "" {
				l.codes[key] = append(l.codes[key], value)
			}
			continue
		}
		l.values[key] = append(l.values[key], value)
		if value.Colour {
			if named := words.ColoursIn(runs.Over(value.Value)); !named.None() {
				l.colours = append(l.colours, colourValue{value, named})
			}
		}
	}
	return l
}

// name makes a field known by what it is called.
func (l *Lexicon) name(runs *words.Runs, field, called string) {
	for _, name := range slices.Concat([]string{called}, otherNames[called]) {
		key, count := keyOf(runs, name)
		if count == 0 || count > maxRuns || !speaks(key) {
			continue
		}
		l.names[key] = append(l.names[key], field)
		l.longest = max(l.longest, count)
	}
}

// keyOf is how a value is looked up: its runs without plural endings and spaces, so that "T-shirts",
// "t shirt" and "tshirt" are one.
func keyOf(runs *words.Runs, text string) (key string, count int) {
	var joined strings.Builder
	for runs.Over(text); runs.Scan(); count++ {
		joined.Write(stemmed(runs))
	}
	return joined.String(), count
}

// stemmed is the present run without a plural ending; it is valid until the next Scan.
func stemmed(runs *words.Runs) []byte {
	if runs.CJK() {
		return runs.Run()
	}
	return words.Stem(runs.Run())
}

func speaks(key string) bool {
	letters := 0
	for _, r := range key {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= minKeyLetters && !meaningless[key]
}

// named returns the values that a key names: those that are spelt so and, for the word of a colour, all
// that are of this colour, in whichever language.
func (l *Lexicon) named(key string, colour words.Colours) []Value {
	found := l.values[key]
	if colour.None() {
		return found
	}
	found = slices.Clip(found)
	for _, c := range l.colours {
		if colour.Match(c.colours) == 1 && !slices.Contains(found, c.Value) {
			found = append(found, c.Value)
		}
	}
	return found
}

// called returns the values of some fields that a key names behind the name of one of them.
func (l *Lexicon) called(fields []string, key string) []Value {
	var found []Value
	for _, value := range slices.Concat(l.values[key], l.codes[key]) {
		if slices.Contains(fields, value.Field) {
			found = append(found, value)
		}
	}
	return found
}
