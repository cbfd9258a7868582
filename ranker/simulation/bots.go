package simulation

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"vitrine/catalog"
)

// BotShape says behind how many clients the attackers hide.
type BotShape string

// The shapes of attack.
const (
	BotsOne   BotShape = "one"   // one client that clicks at a high rate
	BotsMany  BotShape = "many"  // some hundred clients
	BotsFresh BotShape = "fresh" // a new client id at every visit
)

// Bots are attackers: they search for ordinary things and click one product wherever it is shown.
type Bots struct {
	Share  float64 // of all searches; 0 = 0.1
	Shape  BotShape
	Target string // the product's id; empty = one in stock of small hidden quality, by the seed
	Many   int    // clients of BotsMany; 0 = 300
}

func (b Bots) withDefaults() Bots {
	if b.Share == 0 {
		b.Share = 0.1
	}
	if b.Shape == "" {
		b.Shape = BotsMany
	}
	if b.Many == 0 {
		b.Many = 300
	}
	return b
}

// Target is the product that the bots click, empty without bots.
func (s *Shop) Target() string { return s.target }

// chooseTarget returns what was asked for or a product that nobody would push up on its merits: of those in stock the
// one with a quarter of the others below it in hidden quality.
func (s *Shop) chooseTarget() (string, error) {
	bots := s.opts.Bots
	if bots == nil {
		return "", nil
	}
	if bots.Target != "" {
		if _, found := s.byID[bots.Target]; !found {
			return "", fmt.Errorf("%w: the bots' target %s is no product of it", ErrOptions, bots.Target)
		}
		return bots.Target, nil
	}
	var stocked []*item
	for i := range s.items {
		if s.items[i].inStock {
			stocked = append(stocked, &s.items[i])
		}
	}
	if len(stocked) == 0 {
		return "", fmt.Errorf("%w: no product is in stock for the bots to click: name their target", ErrOptions)
	}
	slices.SortStableFunc(stocked, func(a, b *item) int { return cmp.Compare(a.quality, b.quality) })
	return stocked[len(stocked)/4].id, nil
}

// botVisits adds the visits of the bots, of one search each, to those of the humans.
func (s *Shop) botVisits(visits []*visit) []*visit {
	bots := s.opts.Bots
	if bots == nil {
		return visits
	}
	humans := len(visits)
	searches := 0.0 // of a visit, on average
	for n := range s.model.MaxSearches {
		searches += math.Pow(s.model.Onwards, float64(n))
	}
	for i := range int(math.Round(float64(humans) * searches * bots.Share / (1 - bots.Share))) {
		rng := source(s.opts.Seed, forBots, i)
		client := i // of BotsFresh
		at := s.moment(rng)
		switch bots.Shape {
		case BotsOne: // half an hour a day
			client = 0
			day := rng.IntN(s.opts.Days)
			at = time.Duration(day)*24*time.Hour + 3*time.Hour + seconds(1800*rng.Float64())
		case BotsMany:
			client = rng.IntN(bots.Many)
		}
		visits = append(visits, &visit{number: humans + i, bot: true, client: client, at: at})
	}
	return visits
}

// disguise is a visitor who is after the target; the id is like any other's.
func (s *Shop) disguise(client int) *Visitor {
	v := s.Visitor(-1 - client)
	v.Chinese = false
	return v
}

// lure draws an intent that brings the target up.
func (s *Shop) lure(rng *rand.Rand, v *Visitor) *Intent {
	it := &s.items[s.byID[s.target]]
	in := &Intent{kind: it.kind, Type: s.types[it.kind].name, Gender: v.gender}
	if rng.IntN(2) == 0 {
		in.Colour = it.colour
	}
	if rng.IntN(2) == 0 {
		in.Shape = it.shape
	}
	return in
}

// botDeeds are one click on the target where it is shown.
func (s *Shop) botDeeds(rng *rand.Rand, products []string) (deeds []deed, length time.Duration) {
	length = seconds(2 + 5*rng.ExpFloat64())
	if at := slices.Index(products, s.target); at >= 0 {
		deeds = append(deeds, deed{at + 1, s.target, catalog.ActionClick, length})
	}
	return deeds, length
}
