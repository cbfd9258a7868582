package retrieval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// photos is a query's list of one photo.
func photos(data []byte) []PhotoQuery { return []PhotoQuery{{Data: data}} }

func painted(colour string) PhotoQuery {
	return PhotoQuery{Data: indexertest.Photo(shopPaints[colour])}
}

func TestOnePhotoIsTheSameWhateverItsWeight(t *testing.T) {
	engine := New(openShop(t, 200), &indexertest.Encoder{}, wordRanker{}, Options{})
	rng := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		q := randomQuery(rng)
		q.Explain, q.Photos = true, []PhotoQuery{painted("blue")}
		if q.Mode == ModeKeyword {
			continue
		}
		want := encode(t, search(t, engine, q))
		for _, weight := range []float64{0.25, 1, MaxPhotoWeight} {
			q.Photos = []PhotoQuery{{Data: q.Photos[0].Data, Weight: weight}}
			if got := encode(t, search(t, engine, q)); string(got) != string(want) {
				t.Fatalf("%+v: the weight %v changes the answer", q.Text, weight)
			}
		}
		// So does the same photo twice, but for the last bits of the cosines.
		q.Photos = []PhotoQuery{painted("blue"), painted("blue")}
		if got, want := idsOf(search(t, engine, q).Hits), idsOf(search(t, engine, Query{
			Text: q.Text, Mode: q.Mode, Filters: q.Filters, Offset: q.Offset, Limit: q.Limit, Photos: q.Photos[:1],
		}).Hits); !slices.Equal(got, want) {
			t.Fatalf("%q in mode %s: twice the photo finds %v, once %v", q.Text, q.Mode, got, want)
		}
	}
}

func TestThePhotosOfAQueryAreOneUnitVectorByTheirWeights(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	embed := func(photos ...PhotoQuery) []float32 {
		vector, err := engine.embedPhotos(context.Background(), photos)
		if err != nil {
			t.Fatal(err)
		}
		if length := dot(vector, vector); math.Abs(length-1) > 1e-5 {
			t.Errorf("the square of its length is %v", length)
		}
		return vector
	}
	red, blue := painted("red"), painted("blue")
	alone, other := embed(red), embed(blue)
	last := -1.0
	for _, weight := range []float64{0.2, 0.5, 1, 3, MaxPhotoWeight} {
		red.Weight = weight
		mixed := embed(red, blue)
		if now := dot(mixed, alone); now <= last {
			t.Errorf("with weight %v the cosine with the photo is %v, before it was %v", weight, now, last)
		} else {
			last = now
		}
		if weight == 1 && math.Abs(dot(mixed, alone)-dot(mixed, other)) > 1e-5 {
			t.Errorf("two photos of equal weight are not equally near: %v and %v", dot(mixed, alone), dot(mixed, other))
		}
	}
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

type oppositePhotos struct{ Encoder }

func (oppositePhotos) EmbedPhoto(_ context.Context, photo []byte, _ image.Rectangle) ([]float32, error) {
	vector := make([]float32, 64)
	vector[0] = float32(int(photo[0])) - 1
	return vector, nil
}

func TestPhotosThatCancelEachOtherOutAreRefused(t *testing.T) {
	engine := New(openShop(t, 20), oppositePhotos{&indexertest.Encoder{}}, nil, Options{})
	_, err := engine.Search(context.Background(), Query{Photos: []PhotoQuery{{Data: []byte{0}}, {Data: []byte{2}}}})
	if !errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), "in common") {
		t.Errorf("got %v", err)
	}
}

func TestBalanceRunsFromWordsAloneToThePhotoAlone(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, nil, Options{})
	at := func(balance float64) Query {
		return Query{Text: "green lamp", Photos: []PhotoQuery{painted("blue")}, Mode: ModeHybrid, Balance: &balance, Limit: 50}
	}
	same := func(name string, a, b Query) {
		t.Helper()
		got, want := search(t, engine, a), search(t, engine, b)
		if !reflect.DeepEqual(idsOf(got.Hits), idsOf(want.Hits)) || !reflect.DeepEqual(got.Facets, want.Facets) {
			t.Errorf("%s: %v, want %v", name, idsOf(got.Hits), idsOf(want.Hits))
		}
	}
	words, photo, even := at(0), at(1), at(EvenBalance)
	words.Photos, words.Balance = nil, nil
	photo.Text, photo.Balance = "", nil
	even.Balance = nil
	same("words alone", at(0), words)
	same("photo alone", at(1), photo)
	same("even", at(EvenBalance), even)

	// On the way from one to the other, no leg of the words gains and none of the photo loses.
	for step := 1; step < 20; step++ {
		a, b := at(float64(step-1)/20), at(float64(step)/20)
		for _, leg := range []string{LegKeyword, LegTextText, LegTextImage, LegNamed} {
			if a.PartWeight(leg) < b.PartWeight(leg) {
				t.Errorf("%s gains from step %d on", leg, step)
			}
		}
		for _, leg := range []string{LegPhotoImage, LegLikeImage, LegLikeText} {
			if a.PartWeight(leg) > b.PartWeight(leg) {
				t.Errorf("%s loses from step %d on", leg, step)
			}
		}
	}
}

func TestBalanceMeansNothingToOnePartAlone(t *testing.T) {
	engine := New(openShop(t, 100), &indexertest.Encoder{}, wordRanker{}, Options{})
	for name, q := range map[string]Query{
		"words":          {Text: "red shoe"},
		"words in mode":  {Text: "red shoe", Photos: []PhotoQuery{painted("blue")}, Mode: ModeKeyword},
		"a photo":        {Photos: []PhotoQuery{painted("blue")}},
		"a product":      {Like: []string{"item-00003"}},
		"the whole list": {},
	} {
		want := encode(t, search(t, engine, q))
		for _, balance := range []float64{0, 0.3, 1} {
			q.Balance = &balance
			if got := encode(t, search(t, engine, q)); string(got) != string(want) {
				t.Errorf("%s: balance %v changes the answer", name, balance)
			}
		}
	}
}

// Liking one product runs, as legs, what Similar gives by look and by text; hits are ordered by their fusion.
func TestTheLegsOfALikedProductOrderAsSimilarDoes(t *testing.T) {
	index := openShop(t, 200)
	engine := New(index, &indexertest.Encoder{}, nil, Options{NearShare: -1})
	for _, id := range []string{"item-00000", "item-00007", "item-00042", "item-00120"} {
		response := search(t, engine, Query{Like: []string{id}, Mode: ModeVector, Explain: true, Limit: 300})
		for leg, by := range map[string]Aspect{LegLikeImage: AspectLook, LegLikeText: AspectText} {
			similar, err := engine.Similar(context.Background(), id, by, 300)
			if err != nil {
				t.Fatal(err)
			}
			if by == AspectLook && !hasVector(t, index, indexer.SpacePhoto, id) {
				if len(similar) > 0 {
					t.Errorf("%s has no photo and looks like %s", id, similar[0].Product.ID)
				}
				continue
			}
			scores := make(map[string]float64)
			for _, hit := range response.Hits {
				for _, entry := range hit.Ledger.Legs {
					if entry.Leg == leg && entry.Rank > 0 {
						scores[hit.Product.ID] = entry.Score
					}
				}
			}
			last := math.Inf(1)
			for _, hit := range similar {
				score, found := scores[hit.Product.ID]
				if hit.Score <= 0 {
					break // near leaves these out
				}
				if !found || math.Abs(score-hit.Score) > 1e-5 || score > last+1e-6 {
					t.Errorf("%s by %s: %s has %v in the leg and %v in Similar", id, by, hit.Product.ID, score, hit.Score)
				}
				last = score
			}
		}
	}
}

func hasVector(t *testing.T, index Index, space indexer.Space, id string) bool {
	t.Helper()
	snapshot := index.Acquire()
	defer snapshot.Release()
	doc, ok := snapshot.Doc(id)
	if !ok {
		t.Fatalf("no product %s", id)
	}
	_, ok = snapshot.Vector(space, doc)
	return ok
}

func TestExamplesAreNeverAmongTheHitsNorCounted(t *testing.T) {
	engine := New(openShop(t, 120), &indexertest.Encoder{}, wordRanker{}, Options{})
	like, unlike := []string{"item-00001", "item-00002", "item-00001"}, []string{"item-00003", "item-00004"}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		q := randomQuery(rng)
		if q.Mode == ModeKeyword && q.Text == "" {
			continue
		}
		q.Like, q.Unlike, q.Offset, q.Explain = like, unlike, 0, true
		hits, first := searchAll(t, engine, q)
		if len(hits) != first.Total {
			t.Errorf("%d hits of %d", len(hits), first.Total)
		}
		for _, hit := range hits {
			if slices.Contains(slices.Concat(like, unlike), hit.Product.ID) {
				t.Errorf("%s is found in mode %s with %q", hit.Product.ID, q.Mode, q.Text)
			}
			sum := 0.0
			for _, entry := range hit.Ledger.Legs {
				sum += entry.Contribution
			}
			if sum != hit.Ledger.Fused {
				t.Errorf("the legs of %s sum to %v, not %v", hit.Product.ID, sum, hit.Ledger.Fused)
			}
		}
	}
}

func TestWhatIsNotLikedFalls(t *testing.T) {
	index := openShop(t, 300)
	engine := New(index, &indexertest.Encoder{}, nil, Options{})
	red := search(t, engine, Query{Text: "red shoe", Mode: ModeVector, Limit: 2}).Hits
	blue := search(t, engine, Query{Text: "blue shoe", Mode: ModeVector, Limit: 1}).Hits
	count := func(q Query, colour string) (n int) {
		q.Mode, q.Limit = ModeVector, 20
		for _, hit := range search(t, engine, q).Hits {
			if hit.Product.Colour == colour {
				n++
			}
		}
		return n
	}
	for name, q := range map[string]Query{
		"words":    {Text: "shoe"},
		"a photo":  {Photos: []PhotoQuery{painted("red"), painted("blue")}},
		"products": {Like: []string{red[0].Product.ID, blue[0].Product.ID}},
	} {
		before := count(q, "red")
		q.Unlike = []string{red[1].Product.ID}
		if after := count(q, "red"); after > before || before > 2 && after == before {
			t.Errorf("%s: of 20 hits %d were red, without liking a red one %d are", name, before, after)
		}
	}
}

func TestExamplesThatCannotBeUsedAreNamed(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	many := make([]string, MaxExamples+1)
	for i := range many {
		many[i] = fmt.Sprintf("item-%05d", i)
	}
	half := 0.5
	for name, c := range map[string]struct {
		query Query
		says  string // "" = accepted
	}{
		"most":                    {Query{Like: many[1:]}, ""},
		"too many liked":          {Query{Like: many}, "the limit is 10"},
		"too many unliked":        {Query{Text: "red", Unlike: many}, "the limit is 10"},
		"unknown":                 {Query{Like: []string{"item-00001", "gone"}}, `the product "gone"`},
		"unknown unliked":         {Query{Text: "red", Unlike: []string{"gone"}}, `unlike names the product "gone"`},
		"unlike alone":            {Query{Unlike: many[:1]}, "add words"},
		"unlike alone, balanced":  {Query{Unlike: many[:1], Balance: &half}, "add words"},
		"both":                    {Query{Like: many[:1], Unlike: many[:1]}, "stands in like and in unlike"},
		"keyword alone":           {Query{Like: many[:1], Mode: ModeKeyword}, "add words"},
		"keyword with words":      {Query{Text: "red", Like: many[:1], Mode: ModeKeyword}, ""},
		"no id":                   {Query{Like: []string{""}}, `the product ""`},
		"most photos":             {Query{Photos: slices.Repeat([]PhotoQuery{painted("red")}, MaxPhotos)}, ""},
		"too many photos":         {Query{Photos: slices.Repeat([]PhotoQuery{painted("red")}, MaxPhotos+1)}, "5 photos, the limit is 4"},
		"an empty photo":          {Query{Photos: []PhotoQuery{{}}}, "empty"},
		"a weight below nought":   {Query{Photos: []PhotoQuery{{Data: []byte{1}, Weight: -1}}}, "from 0 to 100"},
		"a weight that is none":   {Query{Photos: []PhotoQuery{{Data: []byte{1}, Weight: math.NaN()}}}, "from 0 to 100"},
		"a weight beyond measure": {Query{Photos: []PhotoQuery{{Data: []byte{1}, Weight: math.Inf(1)}}}, "from 0 to 100"},
		"a balance below nought":  {Query{Text: "red", Balance: ptr(-0.1)}, "from 0"},
		"a balance above one":     {Query{Text: "red", Balance: ptr(1.1)}, "to 1"},
		"a balance that is none":  {Query{Text: "red", Balance: ptr(math.NaN())}, "the balance"},
	} {
		_, err := engine.Search(context.Background(), c.query)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func ptr(v float64) *float64 { return &v }

func TestSimilarByBothIsTheMeanOfTheCosines(t *testing.T) {
	engine := New(openShop(t, 200), &indexertest.Encoder{}, nil, Options{})
	for _, id := range []string{"item-00000", "item-00011", "item-00150"} {
		scores := map[Aspect]map[string]float64{}
		for _, by := range []Aspect{AspectLook, AspectText, AspectBoth} {
			hits, err := engine.Similar(context.Background(), id, by, 200)
			if err != nil {
				t.Fatal(err)
			}
			scores[by] = map[string]float64{}
			for i, hit := range hits {
				scores[by][hit.Product.ID] = hit.Score
				if hit.Rank != i+1 || hit.Product.ID == id || i > 0 && cmp.Compare(hit.Score, hits[i-1].Score) > 0 {
					t.Errorf("%s by %s: rank %d is %s with %v", id, by, hit.Rank, hit.Product.ID, hit.Score)
				}
			}
		}
		for other, score := range scores[AspectBoth] {
			if want := (scores[AspectLook][other] + scores[AspectText][other]) / 2; math.Abs(score-want) > 1e-6 {
				t.Errorf("%s and %s: %v, want %v", id, other, score, want)
			}
		}
	}
	if _, err := engine.Similar(context.Background(), "item-00000", "smell", 3); !errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), "look, text or both") {
		t.Errorf("an unknown aspect gives %v", err)
	}
}
