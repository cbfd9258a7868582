package kit

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"vitrine/retrieval/evaluation"
)

// wish is what an attribute query names; kind and colour always, the others where not empty.
type wish struct {
	kind, colour, gender, usage, season string
}

const (
	attributeQueries = 200 // of each half
	leastFitting     = 5   // products that a query's wish must fit
)

// attributes are queries by kind and colour and often more, in several word orders, about a quarter
// of them in Chinese. All queries of one kind and colour are in one half.
func attributes(dir string, split Split) (*Set, error) {
	all, err := garments(dir)
	if err != nil {
		return nil, err
	}
	set := newSet(fashionFeed(dir))
	var candidates []candidate
	for _, w := range wishes(all) {
		candidates = append(candidates, candidate{id: w.id(), group: w.kind + "," + w.colour, make: func(id string) {
			set.add(evaluation.Query{ID: id, Text: w.say(randomOf(id))}, w.judge(all))
		}})
	}
	draw(candidates, split, attributeQueries)
	return set, nil
}

// wishes are the combinations of values that enough products have.
func wishes(all []garment) []wish {
	fitting := map[wish]int{}
	for _, g := range all {
		if g.colour == "" {
			continue
		}
		full := wish{g.kind, g.colour, g.gender, g.usage, g.season}
		// What some products have and others lack is counted under both.
		for w := range full.parts() {
			fitting[w]++
		}
	}
	enough := slices.DeleteFunc(slices.Collect(maps.Keys(fitting)), func(w wish) bool { return fitting[w] < leastFitting })
	slices.SortFunc(enough, func(a, b wish) int { return strings.Compare(a.id(), b.id()) })
	return enough
}

// parts are the ways of naming some of w's values that people use: no more than two beside kind and colour,
// and no usage that the kind's name says already ("casual casual shoes").
func (w wish) parts() map[wish]bool {
	parts := map[wish]bool{}
	for _, p := range []wish{
		{}, {gender: w.gender}, {usage: w.usage}, {season: w.season},
		{gender: w.gender, usage: w.usage}, {gender: w.gender, season: w.season},
	} {
		if strings.Contains(w.kind, p.usage) {
			p.usage = ""
		}
		p.kind, p.colour = w.kind, w.colour
		parts[p] = true
	}
	return parts
}

func (w wish) id() string {
	id := "attributes:" + slug(w.kind) + "," + slug(w.colour)
	for _, value := range []string{w.gender, w.usage, w.season} {
		if value != "" {
			id += "," + slug(value)
		}
	}
	return id
}

// judge grades the products: 3 fits in all that w names, 2 is of its kind and colour, 1 of its kind.
func (w wish) judge(all []garment) map[string]int {
	grades := map[string]int{}
	for _, g := range all {
		switch {
		case g.kind != w.kind:
		case g.colour != w.colour:
			grades[g.id] = 1
		case named(w.gender, g.gender) && named(w.usage, g.usage) && named(w.season, g.season):
			grades[g.id] = 3
		default:
			grades[g.id] = 2
		}
	}
	return grades
}

// named reports whether a value is the one that was asked for, if one was.
func named(wanted, value string) bool { return wanted == "" || wanted == value }

// Word orders; what the wish does not name is left out with the word that leads to it.
var (
	englishOrders = [][]string{
		{"season", "colour", "usage", "kind", "for gender"},
		{"gender's", "colour", "usage", "kind", "season"},
		{"gender", "usage", "kind", "in colour", "for season"},
		{"usage", "kind", "colour", "gender", "season"},
		{"colour", "gender", "kind", "season", "usage"},
	}
	chineseOrders = [][]string{
		{"gender", "season", "colour", "usage", "kind"},
		{"colour", "的", "gender", "season", "usage", "kind"},
		{"season", "gender", "usage", "kind", " ", "colour"},
	}
)

// chineseShare is the part of the queries that is Chinese, where all their words are known.
const chineseShare = 0.33

// say writes w as a shopper types it.
func (w wish) say(random *rand.Rand) string {
	if random.Float64() < chineseShare {
		if text, ok := w.sayInChinese(pick(random, chineseOrders)); ok {
			return text
		}
	}
	var words []string
	for _, part := range pick(random, englishOrders) {
		lead, name, follows := strings.Cut(part, " ")
		if !follows {
			lead, name = "", part
		}
		name, possessive := strings.CutSuffix(name, "'s")
		value := w.value(name)
		if value == "" {
			continue
		}
		if lead != "" {
			words = append(words, lead)
		}
		word := pick(random, inEnglish(value))
		if possessive {
			word += "'s"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (w wish) sayInChinese(order []string) (string, bool) {
	var text strings.Builder
	for _, part := range order {
		value, known := w.value(part), false
		switch {
		case part == "的" || part == " ":
			text.WriteString(part)
		case value != "":
			if value, known = chinese[value]; !known {
				return "", false
			}
			text.WriteString(value)
		}
	}
	return text.String(), true
}

// value is the catalogue's value of one of the names that the orders use.
func (w wish) value(name string) string {
	switch name {
	case "kind":
		return w.kind
	case "colour":
		return w.colour
	case "gender":
		return w.gender
	case "usage":
		return w.usage
	case "season":
		return w.season
	}
	return ""
}
