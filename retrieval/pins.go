package retrieval

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// pin puts a product at a place, counted from 1 over all pages.
type pin struct {
	rule  string
	doc   uint32
	place int
	score float64 // that puts it there; set by settle
}

// pinned returns the pins of allowed products (nil = all), by place. A product stays where the first rule
// pins it, and gives way to the next free place when an earlier rule has taken its own.
func (m *merchandise) pinned(allowed *roaring.Bitmap) []pin {
	var pins []pin
	pinned, taken := make(map[uint32]bool), make(map[int]bool)
	for _, r := range m.rules {
		if r.Action != ActionPin {
			continue
		}
		for i, id := range r.Products {
			doc, ok := m.snapshot.Doc(id)
			if !ok || pinned[doc] || allowed != nil && !allowed.Contains(doc) {
				continue
			}
			place := r.Place + i
			for taken[place] {
				place++
			}
			if place > MaxDepth { // where no page reaches
				continue
			}
			pinned[doc], taken[place] = true, true
			pins = append(pins, pin{rule: r.Name, doc: doc, place: place})
		}
	}
	slices.SortFunc(pins, func(a, b pin) int { return cmp.Compare(a.place, b.place) })
	return pins
}

// bringIn adds the pinned products that no leg found to the fused candidates.
func (m *merchandise) bringIn(legs []*leg, candidates []*candidate) []*candidate {
	if len(m.pins) == 0 {
		return candidates
	}
	found := docSet(candidates)
	for _, p := range m.pins {
		if found.Contains(p.doc) {
			continue
		}
		c := &candidate{doc: p.doc}
		for _, l := range legs {
			c.legs = append(c.legs, LegEntry{Leg: l.name})
		}
		candidates = append(candidates, c)
	}
	return candidates
}

// arrange puts the pinned products to their places in the list of the others.
func (m *merchandise) arrange(pinned map[uint32]*candidate, list []*candidate) []*candidate {
	m.settle(len(list), func(i int) float64 { return list[i].score })
	for _, p := range m.pins {
		c := pinned[p.doc]
		c.lift(p.rule, p.score)
		list = slices.Insert(list, p.place-1, c)
	}
	return list
}

// split parts the pinned candidates from the others, whose order stays.
func (m *merchandise) split(candidates []*candidate) (pinned map[uint32]*candidate, others []*candidate) {
	pinned = make(map[uint32]*candidate, len(m.pins))
	for _, p := range m.pins {
		pinned[p.doc] = nil
	}
	others = make([]*candidate, 0, len(candidates))
	for _, c := range candidates {
		if _, ok := pinned[c.doc]; ok {
			pinned[c.doc] = c
		} else {
			others = append(others, c)
		}
	}
	return pinned, others
}

// settle gives each pin its final place among n others, of which number i has score(i), the best first,
// and a score between those of its neighbours. Where the others do not reach down to a place, the pins
// close up.
func (m *merchandise) settle(n int, score func(i int) float64) {
	for k := range m.pins {
		m.pins[k].place = min(m.pins[k].place, n+k+1)
	}
	for k := len(m.pins) - 1; k >= 0; k-- {
		p := &m.pins[k]
		before := p.place - 1 - k // others that stand above
		var floor float64         // score of what stands below, if anything does
		last := false
		switch {
		case k+1 < len(m.pins) && m.pins[k+1].place == p.place+1:
			floor = m.pins[k+1].score
		case before < n:
			floor = score(before)
		default:
			last = true
		}
		switch {
		case before == 0:
			p.score = floor + 1
		case last:
			p.score = score(before - 1)
		default:
			ceiling := score(before - 1)
			p.score = min(floor+(ceiling-floor)/2, ceiling)
		}
	}
}

// lift brings the score of c to exactly target. A difference of two floats is rounded, so that a second,
// tiny entry may have to make up for the first.
func (c *candidate) lift(rule string, target float64) {
	for range 3 {
		c.rules = append(c.rules, RuleEntry{Rule: rule, Contribution: target - c.score})
		c.rescore()
		if c.score == target {
			return
		}
	}
}
