package kit

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"vitrine/retrieval/evaluation"
)

// Composed queries of each half.
var composedQueries = map[Split]int{Tune: 100, Test: 200}

// composed are queries of a photo and words that ask for its kind in another colour: "but blue". The words
// do not say the kind and the photo shows the wrong colour, so that neither does alone. The photo's product
// and the kind in the new colour are of the same half.
func composed(dir string, split Split) (*Set, error) {
	all, err := garments(dir)
	if err != nil {
		return nil, err
	}
	set := newSet(fashionFeed(dir))
	colours := coloursByKind(all)
	var candidates []candidate
	for _, shown := range all {
		if !shown.unseen || shown.colour == "" || half(shown.id) != split {
			continue
		}
		for _, colour := range colours.others(shown) {
			id := "composed:" + shown.id + "," + slug(colour)
			candidates = append(candidates, candidate{id: id, group: shown.kind + "," + colour, make: func(id string) {
				query := evaluation.Query{ID: id, Text: sayColour(colour, randomOf(id)), Photo: shown.photo}
				set.add(query, judgeComposed(shown, colour, all))
			}})
		}
	}
	draw(candidates, split, composedQueries[split])
	return set, nil
}

// colourCounts holds, by kind, colour and gender, how many products there are.
type colourCounts map[string]map[string]map[string]int

func coloursByKind(all []garment) colourCounts {
	counts := colourCounts{}
	for _, g := range all {
		if g.colour == "" {
			continue
		}
		if counts[g.kind] == nil {
			counts[g.kind] = map[string]map[string]int{}
		}
		if counts[g.kind][g.colour] == nil {
			counts[g.kind][g.colour] = map[string]int{}
		}
		counts[g.kind][g.colour][g.gender]++
	}
	return counts
}

// others are the other colours in which there are enough products of the shown kind, some for the same people.
func (c colourCounts) others(shown garment) []string {
	var colours []string
	for _, colour := range slices.Sorted(maps.Keys(c[shown.kind])) {
		ofGender, total := c[shown.kind][colour], 0
		for _, n := range ofGender {
			total += n
		}
		if colour != shown.colour && total >= leastFitting && ofGender[shown.gender] > 0 {
			colours = append(colours, colour)
		}
	}
	return colours
}

// judgeComposed grades 3 the kind in the colour for the same people, 2 for others, and 1 what is right in
// one of the two: the kind in another colour, or the colour in the kind's section. What is shown is not wanted.
func judgeComposed(shown garment, colour string, all []garment) map[string]int {
	grades := map[string]int{}
	for _, g := range all {
		kind, coloured := g.kind == shown.kind, g.colour == colour
		switch {
		case kind && coloured && g.gender == shown.gender:
			grades[g.id] = 3
		case kind && coloured:
			grades[g.id] = 2
		case kind, coloured && g.section == shown.section:
			grades[g.id] = 1
		}
	}
	grades[shown.id] = 0
	return grades
}

var (
	colourPhrases        = []string{"in %", "but %", "this in %", "same but in %", "the same in %", "% one", "in % please"}
	chineseColourPhrases = []string{"%的", "要%的", "换成%", "同款%"}
)

// sayColour asks for the colour in words.
func sayColour(colour string, random *rand.Rand) string {
	word, phrases := pick(random, inEnglish(colour)), colourPhrases
	if said, known := chinese[colour]; known && random.Float64() < chineseShare {
		word, phrases = said, chineseColourPhrases
	}
	return strings.Replace(pick(random, phrases), "%", word, 1)
}
