package behaviour

import (
	"slices"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// deed is an action that a visitor is supposed to have done.
type deed struct {
	item   int32
	action action
	at     int64    // Unix milliseconds
	words  []uint64 // hashes of the words of its search
}

// After returns the view as it would be if the visitor had also done what events say about a search. Only the profile is
// supposed to have changed: rates, and what everybody likes, are as they were. The state does not change, so that what a
// visit teaches can be measured again and again.
func (v View) After(search catalog.ShopperQuery, events []catalog.Event) View {
	if v.state == nil {
		return v
	}
	v.deeds = slices.Clone(v.deeds)
	words := wordsOf(retrieval.NormaliseText(search.UserQuery))
	for _, e := range events {
		a, known := actionOf(e.Action)
		if !known || a == impression || e.Attributes.Object == nil {
			continue
		}
		if item, ok := v.state.product(string(e.Attributes.Object.ID)); ok {
			v.deeds = append(v.deeds, deed{item, a, e.Time.UnixMilli(), words})
		}
	}
	return v
}

// after is a profile, which may be nil, with deeds added. p itself stays.
func (s *State) after(p *profile, deeds []deed) *profile {
	if len(deeds) == 0 {
		return p
	}
	supposed := &profile{}
	if p != nil {
		*supposed = *p
		supposed.values, supposed.prices, supposed.touched = slices.Clone(p.values), slices.Clone(p.prices), slices.Clone(p.touched)
	}
	for _, d := range deeds {
		supposed.act(d.item, s.items[d.item], d.action, d.at, s.clock.weight(d.at, long), s.askedIn(d.words), func(*profile, label) {})
	}
	return supposed
}
