package kit

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"vitrine/retrieval/evaluation"
)

const (
	titleQueries  = 200 // of each half
	leastWords    = 3   // that a query keeps
	mostTitles    = 5   // that its words may fit: "men black shirt" is no memory of one product
	brandDropRate = 0.5
	longestBrand  = 4 // words
	typoShare     = 0.3
	typoLetters   = 5 // of the shortest word that gets one
	attempts      = 20
)

// titles are searches for one known product by its title as somebody remembers it. Products of one title
// are the same to such a shopper (grade 3); those of its brand, kind and colour are near (grade 1).
// All of a first word, and so all of a brand, are in one half.
func titles(dir string, split Split) (*Set, error) {
	all, err := garments(dir)
	if err != nil {
		return nil, err
	}
	set := newSet(fashionFeed(dir))
	containing := titlesByWord(all)
	var candidates []candidate
	asked := map[string]bool{}
	for _, g := range all {
		words := titleWords(g.title)
		if !g.unseen || asked[g.title] || len(words) <= leastWords || containing.count(words) > mostTitles {
			continue
		}
		asked[g.title] = true
		candidates = append(candidates, candidate{id: "title:" + g.id, group: words[0], make: func(id string) {
			text := remember(words, containing, randomOf(id))
			set.add(evaluation.Query{ID: id, Text: text}, judgeTitle(g, all))
		}})
	}
	draw(candidates, split, titleQueries)
	return set, nil
}

func titleWords(title string) []string { return strings.Fields(strings.ToLower(title)) }

// wordIndex holds, by word, the titles with that word.
type wordIndex map[string]map[string]bool

func titlesByWord(all []garment) wordIndex {
	index := wordIndex{}
	for _, g := range all {
		for _, word := range titleWords(g.title) {
			if index[word] == nil {
				index[word] = map[string]bool{}
			}
			index[word][g.title] = true
		}
	}
	return index
}

// count counts the titles that have all of the words, of which there is at least one.
func (x wordIndex) count(words []string) int {
	n := 0
	for title := range x[words[0]] {
		if !slices.ContainsFunc(words[1:], func(word string) bool { return !x[word][title] }) {
			n++
		}
	}
	return n
}

func judgeTitle(wanted garment, all []garment) map[string]int {
	grades := map[string]int{}
	for _, g := range all {
		switch {
		case g.title == wanted.title:
			grades[g.id] = 3
		case g.kind == wanted.kind && g.colour == wanted.colour && g.brand == wanted.brand:
			grades[g.id] = 1
		}
	}
	return grades
}

// brandOf is the brand in a title: the feed has no column for it, but writes "Brand Men Model Colour Kind".
func brandOf(title string) string {
	words := titleWords(title)
	return strings.Join(words[:brandWords(words)], " ")
}

// brandWords counts the words before the one that says for whom it is; one where there is none.
func brandWords(words []string) int {
	for i, word := range words[:min(len(words), longestBrand+1)] {
		switch strings.TrimSuffix(word, "'s") {
		case "men", "mens", "women", "womens", "unisex", "boys", "boy", "girls", "girl", "kids", "kid":
			return max(i, 1)
		}
	}
	return min(len(words), 1)
}

// remember leaves out words, so that what is left still tells the title from most others, and sometimes
// mistypes one.
func remember(title []string, containing wordIndex, random *rand.Rand) string {
	words := title
	for range attempts {
		if some := forget(title, random); containing.count(some) <= mostTitles {
			words = some
			break
		}
	}
	if random.Float64() < typoShare {
		for _, at := range random.Perm(len(words)) {
			if mistyped, ok := mistype(words[at], random); ok {
				words = slices.Clone(words)
				words[at] = mistyped
				break
			}
		}
	}
	return strings.Join(words, " ")
}

// forget leaves out the brand at random and one or two further words.
func forget(title []string, random *rand.Rand) []string {
	words, brand := slices.Clone(title), brandWords(title)
	if random.Float64() < brandDropRate && len(words)-brand >= leastWords {
		words, brand = words[brand:], 0
	}
	for range 1 + random.IntN(2) {
		if len(words) > max(brand, leastWords) {
			at := brand + random.IntN(len(words)-brand)
			words = slices.Delete(words, at, at+1)
		}
	}
	return words
}

// mistype makes one edit in a word of Latin letters: a letter lost, doubled, swapped with the next, or
// another one. The first letter, which people rarely miss, stays.
func mistype(word string, random *rand.Rand) (string, bool) {
	letters := []rune(word)
	if len(letters) < typoLetters || slices.ContainsFunc(letters, func(r rune) bool { return !unicode.In(r, unicode.Latin) }) {
		return "", false
	}
	at := 1 + random.IntN(len(letters)-2) // with a letter before and after
	switch random.IntN(4) {
	case 0:
		letters = slices.Delete(letters, at, at+1)
	case 1:
		letters = slices.Insert(letters, at, letters[at])
	case 2:
		letters[at], letters[at+1] = letters[at+1], letters[at]
	case 3:
		letters[at] = 'a' + (letters[at]-'a'+1+rune(random.IntN(25)))%26
	}
	mistyped := string(letters)
	return mistyped, mistyped != word
}
