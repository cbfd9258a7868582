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
	typoShare     = 0.3
	typoLetters   = 5 // shortest word that gets one
	longestBrand  = 4 // words
	brandDropRate = 0.5
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
	var candidates []candidate
	asked := map[string]bool{}
	for _, g := range all {
		words := strings.Fields(strings.ToLower(g.title))
		if !g.unseen || len(words) <= leastWords || asked[g.title] {
			continue
		}
		asked[g.title] = true
		candidates = append(candidates, candidate{id: "title:" + g.id, group: words[0], make: func(id string) {
			text := remember(words, brandWords(words), randomOf(id))
			set.add(evaluation.Query{ID: id, Text: text}, judgeTitle(g, all))
		}})
	}
	draw(candidates, split, titleQueries)
	return set, nil
}

func judgeTitle(wanted garment, all []garment) map[string]int {
	grades := map[string]int{}
	brand := brandOf(wanted.title)
	for _, g := range all {
		switch {
		case g.title == wanted.title:
			grades[g.id] = 3
		case g.kind == wanted.kind && g.colour == wanted.colour && brandOf(g.title) == brand:
			grades[g.id] = 1
		}
	}
	return grades
}

// brandOf is the brand in a title: the feed has no column for it, but writes "Brand Men Model Colour Kind".
func brandOf(title string) string {
	words := strings.Fields(strings.ToLower(title))
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

// remember leaves out the brand at random and one or two further words, and sometimes mistypes one.
func remember(title []string, brand int, random *rand.Rand) string {
	words := slices.Clone(title)
	if random.Float64() < brandDropRate && len(words)-brand >= leastWords {
		words, brand = words[brand:], 0
	}
	for range 1 + random.IntN(2) {
		if len(words)-brand > 0 && len(words) > leastWords {
			at := brand + random.IntN(len(words)-brand)
			words = slices.Delete(words, at, at+1)
		}
	}
	if random.Float64() < typoShare {
		for _, at := range random.Perm(len(words)) {
			if mistyped, ok := mistype(words[at], random); ok {
				words[at] = mistyped
				break
			}
		}
	}
	return strings.Join(words, " ")
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
