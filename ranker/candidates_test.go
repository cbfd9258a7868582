package ranker

import (
	"fmt"
	"math/rand/v2"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// today is the present of all tests.
var today = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// at returns a ranker with the prior, whose clock stands.
func at(now time.Time) *Ranker {
	r := New(Prior(), Objective{}, nil)
	r.now = func() time.Time { return now }
	return r
}

// randomCandidates makes n candidates as a search with words and a photo would, in fused order.
func randomCandidates(random *rand.Rand, n int) []retrieval.Candidate {
	pick := func(values ...string) string { return values[random.IntN(len(values))] }
	candidates := make([]retrieval.Candidate, n)
	for i := range candidates {
		colour, kind, brand := pick("Red", "Navy Blue", "Black", "", "米白色"), pick("Shoes", "Dresses", "Laptop bag"), pick("Halden", "Norvik", "Kibo & Sons")
		p := &catalog.Product{
			ID:         fmt.Sprintf("p%04d", i),
			Title:      fmt.Sprintf("%s %s %s for women, %d cm, everyday comfort and a long-lasting finish", brand, colour, kind, random.IntN(200)),
			Titles:     map[string]string{"zh": pick("红色连衣裙", "黑色运动鞋 女士", "真皮手提包")},
			Brand:      brand,
			Category:   []string{pick("Apparel", "Footwear"), kind},
			Colour:     colour,
			PriceCents: int64(random.IntN(3)) * int64(random.IntN(20000)),
			Currency:   pick("EUR", "CNY"),
			InStock:    random.IntN(2) == 0,
		}
		if random.IntN(2) == 0 {
			p.Photos = []catalog.Photo{{Ref: "a.jpg"}}
			p.Released = today.AddDate(0, 0, -random.IntN(2000))
		}
		candidates[i] = retrieval.Candidate{
			Product: p,
			Legs: []retrieval.LegEntry{
				{Leg: retrieval.LegKeyword, Score: random.Float64() * 20, Rank: random.IntN(n)},
				{Leg: retrieval.LegTextText, Score: random.Float64()*2 - 1},
				{Leg: retrieval.LegTextImage, Score: random.Float64()*2 - 1},
				{Leg: retrieval.LegPhotoImage, Score: random.Float64()*2 - 1},
			},
			Fused:     4 / float64(61+i),
			FusedRank: i + 1,
		}
	}
	return candidates
}
