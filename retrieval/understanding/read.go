package understanding

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"vitrine/retrieval/words"
)

// Kind says what a part of a query is.
type Kind int

// The kinds of parts.
const (
	Named  Kind = iota // words that name values of the catalogue
	Denied             // what is not wanted, with the word that says so
	Price              // a range of prices
)

// Part is a piece of a query that says something.
type Part struct {
	Kind     Kind
	From, To int      // where it stands in the text, in bytes
	Words    string   // what is named, denied or, of a price, all of the piece
	Values   []Value  // of the catalogue, that the words name; any of them is meant. Empty of other denied words
	Min, Max *float64 // of a price, in currency units, inclusive; nil = open
}

// Read returns the parts of text in their order. Text is normalised (NFKC, lower case, single spaces).
// Parts do not overlap.
func (l *Lexicon) Read(text string) []Part {
	parts := readPrices(text)
	r := reader{lexicon: l, text: text, tokens: tokenise(text, parts)}
	for i := 0; i < len(r.tokens); {
		if part, next, ok := r.denial(i); ok {
			parts = append(parts, part...)
			i = next
		} else if part, next, ok := r.value(i); ok {
			parts = append(parts, part)
			i = next
		} else {
			i++
		}
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.From, b.From) })
	return parts
}

// Without is text without the words of some of its parts.
func Without(text string, parts []Part) string {
	var left strings.Builder
	end := 0
	for _, p := range parts {
		if p.From < end {
			continue
		}
		left.WriteString(text[end:p.From])
		left.WriteByte(' ')
		end = p.To
	}
	left.WriteString(text[end:])
	return strings.Trim(strings.Join(strings.Fields(left.String()), " "), " ,;-")
}

// Words returns the words and the Chinese runs of text. Words that only join others are left out.
func Words(text string) []string {
	var found []string
	for runs := words.NewRuns(text); runs.Scan(); {
		if word := string(runs.Run()); runs.CJK() || !fillers[word] && !joiners[word] {
			found = append(found, word)
		}
	}
	return found
}

// token is a run of a query or, of a Chinese one, a piece of it.
type token struct {
	from, to int
	text     string // without a plural ending
	cjk      bool
	colour   words.Colours
}

// Words that deny what follows them, and between which further things are denied.
var (
	deniers   = map[string]bool{"not": true, "no": true, "without": true, "except": true, "excluding": true}
	fillers   = map[string]bool{"a": true, "an": true, "the": true, "any": true, "too": true, "in": true, "of": true, "for": true, "made": true, "from": true, "with": true, "at": true, "by": true, "on": true, "to": true}
	joiners   = map[string]bool{"or": true, "and": true, "nor": true}
	scopeEnds = map[string]bool{"for": true, "with": true, "in": true, "but": true, "under": true, "from": true, "by": true, "at": true, "to": true, "and": true, "or": true}

	// positive are things whose name begins like a denial.
	positive = map[string]bool{"show": true, "iron": true, "slip": true, "sew": true, "pull": true, "tie": true, "spill": true, "stick": true, "drill": true, "touch": true, "fog": true, "rinse": true, "tear": true, "name": true, "bake": true}

	hanDeniers = []string{"不想要", "不要", "不含", "不带", "不是", "没有", "除了", "除"}
	hanEnds    = []string{"以外", "之外", "的"}
)

// tokenise cuts into tokens what of text lies outside of the parts that are read already. Chinese runs
// are cut before and behind a word that denies, and behind 的.
func tokenise(text string, read []Part) []token {
	read = slices.SortedFunc(slices.Values(read), func(a, b Part) int { return cmp.Compare(a.From, b.From) })
	var tokens []token
	from := 0
	for _, p := range read {
		tokens = appendTokens(tokens, text[from:p.From], from)
		from = p.To
	}
	return appendTokens(tokens, text[from:], from)
}

// appendTokens appends the tokens of a piece of text that begins at start.
func appendTokens(tokens []token, text string, start int) []token {
	for runs := words.NewRuns(text); runs.Scan(); {
		from, to := runs.Span()
		if !runs.CJK() {
			t := token{from: start + from, to: start + to, text: string(stemmed(runs))}
			t.colour = words.Colour(t.text)
			tokens = append(tokens, t)
			continue
		}
		for _, piece := range cutHan(text[from:to]) {
			tokens = append(tokens, token{from: start + from, to: start + from + len(piece), text: piece, cjk: true})
			from += len(piece)
		}
	}
	return tokens
}

func cutHan(run string) []string {
	var pieces []string
	begin := 0
	cut := func(at int) {
		if at > begin {
			pieces = append(pieces, run[begin:at])
			begin = at
		}
	}
	for i := 0; i < len(run); {
		if word := hanPrefix(run[i:], hanDeniers); word != "" {
			cut(i)
			i += len(word)
			cut(i)
		} else if word := hanPrefix(run[i:], hanEnds); word != "" {
			cut(i)
			i += len(word)
			cut(i)
		} else {
			_, size := utf8.DecodeRuneInString(run[i:])
			i += size
		}
	}
	cut(len(run))
	return pieces
}

func hanPrefix(text string, of []string) string {
	for _, word := range of {
		if strings.HasPrefix(text, word) {
			return word
		}
	}
	return ""
}

// reader reads one query.
type reader struct {
	lexicon *Lexicon
	text    string
	tokens  []token
}

// value returns the longest value that the tokens from i on name, and the token after it. Of a Chinese
// token it may be a piece: then the token is cut, so that its rest is read too.
func (r *reader) value(i int) (Part, int, bool) {
	if r.tokens[i].cjk {
		return r.hanValue(i)
	}
	plain, end, ok := r.plainValue(i)
	if values, calledEnd := r.calledValue(i); calledEnd > end { // "EU 42" may be a value itself
		return r.part(Named, i, calledEnd, values), calledEnd, true
	}
	return plain, end, ok
}

// plainValue is a value that is spelt like the tokens from i on.
func (r *reader) plainValue(i int) (Part, int, bool) {
	for end := min(len(r.tokens), i+r.lexicon.longest); end > i; end-- {
		key, adjacent := r.join(i, end)
		if !adjacent {
			continue
		}
		var colour words.Colours
		if end == i+1 {
			colour = r.tokens[i].colour
		}
		if values := r.lexicon.named(key, colour); len(values) > 0 {
			return r.part(Named, i, end, values), end, true
		}
	}
	if values := r.lexicon.named("", r.tokens[i].colour); len(values) > 0 { // a colour in a lexicon without keys
		return r.part(Named, i, i+1, values), i + 1, true
	}
	return Part{}, i, false
}

// calledValue returns the values that the tokens from i on name by what their field is called and what stands
// behind that, and the token after them: "size 42", "size: EU 42". Without any that token is i.
func (r *reader) calledValue(i int) (values []Value, end int) {
	fields, next := r.name(i)
	for next > i && next < len(r.tokens) && r.colonBefore(next) {
		if values, end := r.valueOf(fields, next); end > next {
			return values, end
		}
		again, after := r.name(next)
		if !slices.ContainsFunc(again, func(field string) bool { return slices.Contains(fields, field) }) {
			break
		}
		next = after
	}
	return nil, i
}

// name returns the fields that are called like the tokens from i on, and the token after them.
func (r *reader) name(i int) (fields []string, next int) {
	for end := min(len(r.tokens), i+r.lexicon.longest); end > i; end-- {
		if key, adjacent := r.join(i, end); adjacent && len(r.lexicon.names[key]) > 0 {
			return r.lexicon.names[key], end
		}
	}
	return nil, i
}

// colonBefore says whether no more than a colon or the like parts token i from the one before.
func (r *reader) colonBefore(i int) bool {
	return strings.Trim(r.text[r.tokens[i-1].to:r.tokens[i].from], " -:=.#") == ""
}

// valueOf returns the longest value of some fields that the tokens from i on name, and the token after it.
func (r *reader) valueOf(fields []string, i int) (values []Value, end int) {
	for end := min(len(r.tokens), i+r.lexicon.longest); end > i; end-- {
		if key, adjacent := r.join(i, end); adjacent && !r.goesOn(end) {
			if values := r.lexicon.called(fields, key); len(values) > 0 {
				return values, end
			}
		}
	}
	return nil, i
}

// goesOn says whether token i goes on with the value before it, as in "42.5" and "m/l".
func (r *reader) goesOn(i int) bool {
	if i == len(r.tokens) {
		return false
	}
	gap := r.text[r.tokens[i-1].to:r.tokens[i].from]
	switch {
	case gap == "" || strings.Contains(gap, " "):
		return false
	case isDigit(r.text[r.tokens[i-1].to-1]) && isDigit(r.tokens[i].text[0]):
		return true
	}
	return gap == "/" || gap == "-"
}

// join is the key of tokens i to end; false when more than spaces or hyphens stand between them.
func (r *reader) join(i, end int) (string, bool) {
	var key strings.Builder
	for j := i; j < end; j++ {
		if j > i && strings.Trim(r.text[r.tokens[j-1].to:r.tokens[j].from], " -&/.") != "" {
			return "", false
		}
		key.WriteString(r.tokens[j].text)
	}
	return key.String(), true
}

func (r *reader) hanValue(i int) (Part, int, bool) {
	t := r.tokens[i]
	for at := range t.text {
		if part, next, ok := r.hanCalledValue(i, at); ok {
			return part, next, true
		}
		rest := []rune(t.text[at:])
		for length := min(len(rest), maxHanRunes); length > 0; length-- {
			piece := string(rest[:length])
			values := r.lexicon.named(piece, words.Colour(piece))
			if len(values) == 0 {
				continue
			}
			r.cut(i, at, at+len(piece))
			if at > 0 {
				i++
			}
			return r.part(Named, i, i+1, values), i + 1, true
		}
	}
	return Part{}, i, false
}

// hanCalledValue is calledValue for a name that begins within Chinese token i. The value is a piece of the same
// token, "尺码大", or stands behind it, "尺码42".
func (r *reader) hanCalledValue(i, at int) (Part, int, bool) {
	rest := []rune(r.tokens[i].text[at:])
	for length := min(len(rest), maxHanRunes); length > 0; length-- {
		name := string(rest[:length])
		fields := r.lexicon.names[name]
		if len(fields) == 0 {
			continue
		}
		if length == len(rest) && i+1 < len(r.tokens) && r.colonBefore(i+1) {
			if values, end := r.valueOf(fields, i+1); end > i+1 {
				from := r.tokens[i].from + at
				return Part{Kind: Named, From: from, To: r.tokens[end-1].to, Words: r.text[from:r.tokens[end-1].to], Values: values}, end, true
			}
		}
		for more := min(len(rest)-length, maxHanRunes); more > 0; more-- {
			piece := string(rest[length : length+more])
			values := r.lexicon.called(fields, piece)
			if len(values) == 0 {
				continue
			}
			r.cut(i, at, at+len(name)+len(piece))
			if at > 0 {
				i++
			}
			return r.part(Named, i, i+1, values), i + 1, true
		}
	}
	return Part{}, i, false
}

// cut replaces token i by what lies before from, from from to to, and after it.
func (r *reader) cut(i, from, to int) {
	t := r.tokens[i]
	var pieces []token
	for _, span := range [][2]int{{0, from}, {from, to}, {to, len(t.text)}} {
		if span[0] < span[1] {
			pieces = append(pieces, token{from: t.from + span[0], to: t.from + span[1], text: t.text[span[0]:span[1]], cjk: true})
		}
	}
	r.tokens = slices.Replace(r.tokens, i, i+1, pieces...)
}

func (r *reader) part(kind Kind, i, end int, values []Value) Part {
	from, to := r.tokens[i].from, r.tokens[end-1].to
	return Part{Kind: kind, From: from, To: to, Words: r.text[from:to], Values: values}
}

// denial reads a word that denies at token i and what it denies: a list of values of the catalogue or
// of other words.
func (r *reader) denial(i int) (parts []Part, next int, ok bool) {
	t := r.tokens[i]
	switch {
	case t.cjk && slices.Contains(hanDeniers, t.text):
		return r.hanDenial(i)
	case r.dashed(i):
		part, next := r.deniedThing(i, false)
		part.From = t.from - 1
		return []Part{part}, next, true
	case !deniers[t.text] || !r.denies(i):
		return nil, i, false
	}
	from := t.from
	if i > 0 && r.tokens[i-1].text == "but" {
		from = r.tokens[i-1].from
	}
	long := t.text != "not"
	for next = i + 1; next < len(r.tokens); {
		if fillers[r.tokens[next].text] && next+1 < len(r.tokens) {
			next++
			continue
		}
		var part Part
		part, next = r.deniedThing(next, long)
		part.From = from
		parts = append(parts, part)
		if next+1 >= len(r.tokens) || !joiners[r.tokens[next].text] {
			break
		}
		if _, _, names := r.value(next + 1); !names && r.tokens[next].text == "and" {
			break // "not red and waterproof"
		}
		from = r.tokens[next].from
		next++
	}
	return parts, next, len(parts) > 0
}

// denies says whether the denier at token i is one: something follows it, it does not begin the name of
// a value ("No Nonsense"), of a kind ("no show socks"), a number ("No. 5") or a choice ("with or without").
func (r *reader) denies(i int) bool {
	if i+1 >= len(r.tokens) {
		return false
	}
	following := r.tokens[i+1]
	gap := r.text[r.tokens[i].to:following.from]
	if strings.ContainsAny(gap, "-.") || following.text[0] >= '0' && following.text[0] <= '9' {
		return false
	}
	if r.tokens[i].text == "no" && positive[following.text] || i > 0 && r.tokens[i-1].text == "or" {
		return false
	}
	part, next, names := r.value(i)
	return !names || next <= i+1 || part.From != r.tokens[i].from
}

// dashed says whether token i is written "-word": behind a space or at the beginning.
func (r *reader) dashed(i int) bool {
	from := r.tokens[i].from
	return from > 0 && r.text[from-1] == '-' && (from == 1 || r.text[from-2] == ' ')
}

// deniedThing reads one denied thing at token i: a value of the catalogue, else a word or, where long and
// the query ends there, two.
func (r *reader) deniedThing(i int, long bool) (Part, int) {
	if part, next, ok := r.value(i); ok && part.From == r.tokens[i].from {
		part.Kind = Denied
		return part, next
	}
	end := i + 1
	if long && end < len(r.tokens) && !scopeEnds[r.tokens[end].text] && (end+1 == len(r.tokens) || scopeEnds[r.tokens[end+1].text]) &&
		strings.TrimSpace(r.text[r.tokens[i].to:r.tokens[end].from]) == "" {
		end++
	}
	return r.part(Denied, i, end, nil), end
}

// hanDenial reads what stands behind a Chinese denier: a value of the catalogue, else all up to 的. What
// closes the denial belongs to it.
func (r *reader) hanDenial(i int) ([]Part, int, bool) {
	if i+1 >= len(r.tokens) {
		return nil, i, false
	}
	part, next := r.deniedThing(i+1, false)
	part.From = r.tokens[i].from
	for next < len(r.tokens) && r.tokens[next].cjk && slices.Contains(hanEnds, r.tokens[next].text) {
		part.To = r.tokens[next].to
		next++
	}
	return []Part{part}, next, true
}
