package ranker

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
	"vitrine/retrieval"
)

// value extracts one feature of the first candidate.
func value(t *testing.T, name string, q *retrieval.Query, candidates ...retrieval.Candidate) float64 {
	t.Helper()
	m := Extract(q, candidates, today, behaviour.View{})
	for j, f := range features {
		if f.Name == name {
			return m.Row(0)[j]
		}
	}
	t.Fatalf("there is no feature %q", name)
	return 0
}

func TestFeaturesOfProductAndQuery(t *testing.T) {
	for _, test := range []struct {
		feature, query, name string
		product              catalog.Product
		want                 float64
	}{
		{"title_coverage", "red running shoes", "all words, plural or not", catalog.Product{Title: "Shoe for running, RED"}, 1},
		{"title_coverage", "red running shoes", "one word of three", catalog.Product{Title: "Red hat"}, 1.0 / 3},
		{"title_coverage", "shoes for the women", "stop words do not count", catalog.Product{Title: "Women's shoe"}, 1},
		{"title_coverage", "womens shoes", "an apostrophe does not part a word", catalog.Product{Title: "Women’s shoe"}, 1},
		{"title_coverage", "the who", "stop words count when they are all", catalog.Product{Title: "The Who live"}, 1},
		{"title_coverage", "tn-2110 toner", "a model number in two parts", catalog.Product{Title: "Brother TN-2110 toner"}, 1},
		{"title_coverage", "红色连衣裙", "Chinese by bigrams: 红色 of 红色 色连 连衣 衣裙", catalog.Product{Title: "红色衬衫"}, 0.25},
		{"title_coverage", "红色连衣裙", "in another language's title", catalog.Product{Title: "Red dress", Titles: map[string]string{"zh": "红色连衣裙"}}, 1},
		{"title_coverage", "nike 鞋", "one character and a word", catalog.Product{Title: "Nike运动鞋"}, 1},
		{"title_coverage", "ｎｉｋｅ", "full width", catalog.Product{Title: "NIKE"}, 1},
		{"title_coverage", "", "no words", catalog.Product{Title: "Nike"}, 0},
		{"title_coverage", "!!!", "no letters", catalog.Product{Title: "!!!"}, 0},

		{"brand_match", "halden red dress", "named", catalog.Product{Brand: "Halden"}, 1},
		{"brand_match", "startech.com adapter", "with punctuation", catalog.Product{Brand: "StarTech.com"}, 1},
		{"brand_match", "hand bag", "half of the brand", catalog.Product{Brand: "Bag & Hand"}, 0},
		{"brand_match", "asusx", "part of a word", catalog.Product{Brand: "Asus"}, 0},
		{"brand_match", "华为手机", "Chinese, within a run", catalog.Product{Brand: "华为"}, 1},
		{"brand_match", "red dress", "no brand known", catalog.Product{}, 0},

		{"colour_match", "red dress", "same", catalog.Product{Colour: "Red"}, 1},
		{"colour_match", "red dress", "a shade of it", catalog.Product{Colour: "Maroon"}, 1},
		{"colour_match", "navy dress", "plain where a shade is asked", catalog.Product{Colour: "Blue"}, 0},
		{"colour_match", "navy blue dress", "either word will do", catalog.Product{Colour: "Blue"}, 1},
		{"colour_match", "red dress", "another", catalog.Product{Colour: "Navy Blue"}, -1},
		{"colour_match", "gray dress", "spelt otherwise", catalog.Product{Colour: "grey/black"}, 1},
		{"colour_match", "红色 裙子", "across languages", catalog.Product{Colour: "red"}, 1},
		{"colour_match", "pink dress", "粉红色 is pink", catalog.Product{Colour: "粉红色"}, 1},
		{"colour_match", "red dress", "粉红色 is not red", catalog.Product{Colour: "粉红色"}, -1},
		{"colour_match", "藏青色外套", "navy and not teal", catalog.Product{Colour: "navy"}, 1},
		{"colour_match", "红酒杯", "red wine is no colour", catalog.Product{Colour: "blue"}, 0},
		{"colour_match", "red dress", "from the title", catalog.Product{Title: "Black dress"}, -1},
		{"colour_match", "red dress", "of a variant", catalog.Product{Colour: "Blue", Variants: []catalog.Variant{{Colour: "Red"}}}, 1},
		{"colour_match", "red dress", "no colour known", catalog.Product{Title: "Dress", Colour: "Multi"}, 0},
		{"colour_match", "dress", "none asked", catalog.Product{Colour: "Red"}, 0},

		{"category_match", "casual shoes", "both words over two levels", catalog.Product{Category: []string{"Footwear", "Shoes", "Casual Shoes"}}, 1},
		{"category_match", "red shoe", "half", catalog.Product{Category: []string{"Footwear", "Shoes"}}, 0.5},
		{"category_match", "shoe", "no category", catalog.Product{}, 0},

		{"in_stock", "", "yes", catalog.Product{InStock: true}, 1},
		{"in_stock", "", "no", catalog.Product{}, 0},
		{"has_photo", "", "yes", catalog.Product{Photos: []catalog.Photo{{Ref: "a.jpg"}}}, 1},
		{"freshness", "", "released today", catalog.Product{Released: today}, 1},
		{"freshness", "", "announced", catalog.Product{Released: today.AddDate(1, 0, 0)}, 1},
		{"freshness", "", "two years old", catalog.Product{Released: today.Add(-2 * freshHalfLife)}, 0.25},
		{"freshness", "", "unknown", catalog.Product{}, 0},
	} {
		t.Run(test.feature+"/"+test.name, func(t *testing.T) {
			got := value(t, test.feature, &retrieval.Query{Text: test.query}, retrieval.Candidate{Product: &test.product})
			if math.Abs(got-test.want) > 1e-12 {
				t.Errorf("query %q: got %v, want %v", test.query, got, test.want)
			}
		})
	}
}

func TestPriceIsComparedWithTheMedianOfItsCurrency(t *testing.T) {
	priced := func(cents int64, currency string) retrieval.Candidate {
		return retrieval.Candidate{Product: &catalog.Product{PriceCents: cents, Currency: currency}}
	}
	others := []retrieval.Candidate{priced(100, "EUR"), priced(300, "EUR"), priced(9000, "CNY"), priced(0, "EUR")}
	for _, test := range []struct {
		name  string
		first retrieval.Candidate
		want  float64
	}{
		{"the middle one", priced(200, "EUR"), 0},
		{"dear: the median is 300", priced(600, "EUR"), math.Log(2)},
		{"an even count: the median is between 9000 and 1000", priced(1000, "CNY"), math.Log(0.2)},
		{"beyond the range", priced(1e9, "EUR"), 3},
		{"unknown", priced(0, "EUR"), 0},
	} {
		got := value(t, "price_log_ratio", &retrieval.Query{}, append([]retrieval.Candidate{test.first}, others...)...)
		if math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestLegFeaturesAreRelativeToTheBestCandidate(t *testing.T) {
	candidate := func(bm25, fused float64, rank int) retrieval.Candidate {
		return retrieval.Candidate{Product: &catalog.Product{}, Fused: fused, FusedRank: rank, Legs: []retrieval.LegEntry{
			{Leg: retrieval.LegTextText, Score: -0.5}, {Leg: retrieval.LegKeyword, Score: bm25},
		}}
	}
	set := []retrieval.Candidate{candidate(3, 0.01, 4), candidate(12, 0.04, 1)}
	for name, want := range map[string]float64{
		"keyword_score": 0.25, "fused_score": 0.25, "fused_reciprocal_rank": 0.25, "text_text_cosine": -0.5, "photo_image_cosine": 0,
	} {
		if got := value(t, name, &retrieval.Query{}, set...); got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
}

func TestBalanceLowersTheFeaturesOfOnePart(t *testing.T) {
	c := retrieval.Candidate{
		Product: &catalog.Product{Title: "Red shoe", Colour: "red", Brand: "red", Category: []string{"shoe"}},
		Legs: []retrieval.LegEntry{
			{Leg: retrieval.LegKeyword, Score: 3}, {Leg: retrieval.LegTextText, Score: 0.5}, {Leg: retrieval.LegTextImage, Score: 0.5}, {Leg: retrieval.LegPhotoImage, Score: 0.5},
		},
	}
	at := func(name string, balance float64) float64 {
		return value(t, name, &retrieval.Query{Text: "red shoe", Photos: []retrieval.PhotoQuery{{Data: []byte("x")}}, Balance: &balance}, c)
	}
	for _, name := range []string{"keyword_score", "text_text_cosine", "text_image_cosine", "title_coverage", "brand_match", "colour_match", "category_match"} {
		if even := at(name, 0.5); even == 0 || at(name, 0.75) != even/2 || at(name, 0.25) != even {
			t.Errorf("%s is %v, %v and %v", name, at(name, 0.25), even, at(name, 0.75))
		}
	}
	if name := "photo_image_cosine"; at(name, 0.5) != 0.5 || at(name, 0.25) != 0.25 || at(name, 0.75) != 0.5 {
		t.Errorf("%s is %v, %v and %v", name, at(name, 0.25), at(name, 0.5), at(name, 0.75))
	}
}

func TestLikedProductsStandForPhotoAndWordsThatAreNotThere(t *testing.T) {
	liked := []retrieval.LegEntry{{Leg: retrieval.LegLikeImage, Score: 0.25}, {Leg: retrieval.LegLikeText, Score: 0.75}}
	asked := []retrieval.LegEntry{{Leg: retrieval.LegTextText, Score: 0.5}, {Leg: retrieval.LegPhotoImage, Score: 0.125}}
	for _, test := range []struct {
		name string
		legs []retrieval.LegEntry
		want float64
	}{
		{"photo_image_cosine", liked, 0.25},
		{"text_text_cosine", liked, 0.75},
		{"photo_image_cosine", append(asked, liked...), 0.125},
		{"text_text_cosine", append(asked, liked...), 0.5},
	} {
		if got := value(t, test.name, &retrieval.Query{}, retrieval.Candidate{Product: &catalog.Product{}, Legs: test.legs}); got != test.want {
			t.Errorf("%s of %v is %v, want %v", test.name, test.legs, got, test.want)
		}
	}
}

func TestOnlyWhatIsKnownCounts(t *testing.T) {
	m := Extract(&retrieval.Query{}, []retrieval.Candidate{{Product: &catalog.Product{ID: "x"}}}, today, behaviour.View{})
	for j, got := range m.Row(0) {
		if got != 0 && features[j].Name != "hour_cos" { // a search always has a time
			t.Errorf("%s = %v of a product of which nothing is known", features[j].Name, got)
		}
	}
}

func TestFeaturesAreFiniteAndWithinTheirRange(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0, -1}
	pick := func() float64 { return odd[random.IntN(len(odd))] }
	for range 200 {
		candidates := randomCandidates(random, 5)
		for i := range candidates {
			c := &candidates[i]
			c.Fused, c.FusedRank = pick(), random.IntN(3)-1
			for j := range c.Legs {
				c.Legs[j].Score = pick()
			}
			c.Product.PriceCents = []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}[random.IntN(5)]
			c.Product.Released = []time.Time{{}, time.Unix(-1<<55, 0), time.Unix(1<<55, 0)}[random.IntN(3)]
			c.Product.Title = []string{"\xff\xfe", "red\x00", "👠 red"}[random.IntN(3)]
		}
		ranked := rank(t, redDress, candidates)
		for i, score := range ranked.Scores {
			for j, f := range ranked.Explain(i)[1:] {
				if !(f.Value >= features[j].Min && f.Value <= features[j].Max) {
					t.Fatalf("%s = %v of %+v", f.Name, f.Value, candidates[i])
				}
			}
			if finite(score) != score {
				t.Fatalf("score %v", score)
			}
		}
	}
}

func FuzzFeaturesOfAStrangersText(f *testing.F) {
	f.Add("red dress", "Red Dress", "halden", "红色")
	f.Add("藏青色x", "\xff青色", "’s", "ﬀ²")
	f.Fuzz(func(t *testing.T, query, title, brand, colour string) {
		p := catalog.Product{Title: title, Brand: brand, Colour: colour, Category: []string{title, brand}}
		m := Extract(&retrieval.Query{Text: query}, []retrieval.Candidate{{Product: &p}}, today, behaviour.View{})
		for j, v := range m.Row(0) {
			if !(v >= features[j].Min && v <= features[j].Max) {
				t.Errorf("%s = %v", features[j].Name, v)
			}
		}
	})
}
