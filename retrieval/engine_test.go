package retrieval

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vitrine/catalog"
	"vitrine/indexer/indexertest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func search(t testing.TB, e *Engine, q Query) *Response {
	t.Helper()
	response, err := e.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("search %q in mode %q with %v: %v", q.Text, q.Mode, q.Filters, err)
	}
	return response
}

// searchAll returns all hits of q, page by page.
func searchAll(t testing.TB, e *Engine, q Query) (hits []Hit, first *Response) {
	t.Helper()
	for q.Limit = 50; ; q.Offset += q.Limit {
		page := search(t, e, q)
		if first == nil {
			first = page
		}
		if page.Total != first.Total || !reflect.DeepEqual(page.Facets, first.Facets) {
			t.Fatalf("the page at %d has another total or other facets than the first", q.Offset)
		}
		hits = append(hits, page.Hits...)
		if len(page.Hits) < q.Limit {
			return hits, first
		}
	}
}

func TestSearchFindsTheProductsThatTheWordsSay(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, mode := range modes {
		for _, hit := range search(t, engine, Query{Text: "Red SHOE", Mode: mode, Limit: 3}).Hits {
			if hit.Product.Colour != "red" || hit.Product.Category[1] != "shoe" {
				t.Errorf("mode %s: %q at rank %d", mode, hit.Product.Title, hit.Rank)
			}
		}
	}
}

func TestSearchByPhotoFindsProductsOfThatLook(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	photo := indexertest.Photo(shopPaints["blue"])
	response := search(t, engine, Query{Photos: photos(photo), Mode: ModeHybrid})
	for _, hit := range response.Hits {
		if hit.Product.Colour != "blue" || len(hit.Product.Photos) == 0 {
			t.Errorf("%q at rank %d", hit.Product.Title, hit.Rank)
		}
	}
	if len(response.Legs) != 1 || response.Legs[0].Leg != LegPhotoImage {
		t.Errorf("legs %+v, want photo-image alone", response.Legs)
	}
}

func TestWordsAndPhotoAddUpByTheWeightsOfTheirLegs(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, nil, Options{Weights: map[string]float64{LegKeyword: 2, LegPhotoImage: 2}})
	for _, hit := range search(t, engine, Query{Photos: photos(indexertest.Photo(shopPaints["blue"])), Text: "lamp", Limit: 1}).Hits {
		if hit.Product.Colour != "blue" || hit.Product.Category[1] != "lamp" {
			t.Errorf("%q at rank %d", hit.Product.Title, hit.Rank)
		}
	}
}

func TestOptionsWithDefaultsIsACopy(t *testing.T) {
	given := Options{Weights: map[string]float64{LegKeyword: 2}}
	filled := given.WithDefaults()
	if filled.RankConstant != 60 || filled.Window != 300 || filled.Weights[LegKeyword] != 2 || filled.Weights[LegPhotoImage] != 1 {
		t.Errorf("filled to %+v", filled)
	}
	if given.Window != 0 || len(given.Weights) != 1 {
		t.Errorf("the options given were changed to %+v", given)
	}
}

func TestModesUseTheirLegs(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, wordRanker{}, Options{})
	photo := indexertest.Photo(shopPaints["red"])
	for mode, want := range map[Mode][]string{
		ModeKeyword: {LegKeyword},
		ModeVector:  {LegTextText, LegTextImage, LegPhotoImage},
		ModeHybrid:  {LegKeyword, LegTextText, LegTextImage, LegPhotoImage, LegNamed},
		ModeRanked:  {LegKeyword, LegTextText, LegTextImage, LegPhotoImage, LegNamed},
	} {
		var got []string
		for _, report := range search(t, engine, Query{Text: "bag", Photos: photos(photo), Mode: mode}).Legs {
			got = append(got, report.Leg)
			if report.Plan == "" || report.Error != "" {
				t.Errorf("mode %s: leg report %+v", mode, report)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("mode %s ran the legs %v, want %v", mode, got, want)
		}
	}
}

func TestTheZeroQueryListsTheNewestFirst(t *testing.T) {
	products := makeProducts(t, 120)
	for i := range products {
		products[i].Released = time.Time{}
		if i%4 > 0 { // several on a day, at different hours
			products[i].Released = time.Date(2024, 1, 1+i*7%30, i%24, 0, 0, 0, time.UTC)
		}
	}
	engine := New(openIndex(t, products), &indexertest.Encoder{}, wordRanker{}, Options{})
	for _, q := range []Query{{}, {Mode: ModeKeyword}, {Text: " \t", Mode: ModeVector, Explain: true}} {
		hits, first := searchAll(t, engine, q)
		if first.Total != 120 || len(hits) != 120 {
			t.Fatalf("mode %q lists %d of %d products", first.Mode, len(hits), first.Total)
		}
		if !slices.IsSortedFunc(hits, newestFirst) {
			t.Error("the list is not in the order of release")
		}
	}
	hits, first := searchAll(t, engine, Query{Filters: []Filter{{Field: FieldInStock, Values: []string{"true"}}}})
	if len(hits) != first.Total || !slices.IsSortedFunc(hits, newestFirst) {
		t.Errorf("the list of %d products in stock has %d, or not in the order of release", first.Total, len(hits))
	}
	response := search(t, engine, Query{Filters: []Filter{{Field: FieldColour, Values: []string{"RED"}}}})
	if response.Total == 0 || response.Total == 120 || response.Hits[0].Product.Colour != "red" {
		t.Errorf("the list of red products has %d, first %q", response.Total, response.Hits[0].Product.Title)
	}
}

// newestFirst compares by the day of release, the last first, then by id; an unknown day is 0001-01-01.
func newestFirst(a, b Hit) int {
	day := func(h Hit) string { return h.Product.Released.Format(time.DateOnly) }
	return cmp.Or(strings.Compare(day(b), day(a)), strings.Compare(a.Product.ID, b.Product.ID))
}

// bestFirst compares by score, the highest first, then by id.
func bestFirst(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Product.ID, b.Product.ID))
}

func TestAnIdentifierFindsItsProductFirst(t *testing.T) {
	products := makeProducts(t, 200)
	engine := New(openShop(t, 200), &indexertest.Encoder{}, wordRanker{}, Options{})
	wanted := products[123]
	for _, identifier := range []string{wanted.ID, wanted.SKU, strings.ToLower(wanted.SKU), wanted.EAN[0]} {
		for _, mode := range []Mode{ModeKeyword, ModeHybrid, ModeRanked} {
			hit := search(t, engine, Query{Text: identifier, Mode: mode, Explain: true}).Hits[0]
			if hit.Product.ID != wanted.ID || len(hit.Ledger.Rules) != 1 {
				t.Errorf("%q in mode %s found %s first, with the rules %v", identifier, mode, hit.Product.ID, hit.Ledger.Rules)
			}
		}
	}
	if rules := search(t, engine, Query{Text: "red", Explain: true}).Hits[0].Ledger.Rules; len(rules) > 0 {
		t.Errorf("a plain word set off %v", rules)
	}
}

// The invariants of every answer, whatever the query.
func TestEveryAnswerHoldsTogether(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, wordRanker{}, Options{Window: 60})
	rng := rand.New(rand.NewPCG(7, 8))
	for range 150 {
		q := randomQuery(rng)
		name := fmt.Sprintf("%q, photo %v, mode %s, filters %v", q.Text, q.Photos != nil, q.Mode, q.Filters)
		hits, first := searchAll(t, engine, q)
		order := bestFirst
		if q.browses() {
			order = newestFirst
		}

		if first.Total != len(hits) {
			t.Errorf("%s: the total is %d, the pages have %d hits", name, first.Total, len(hits))
		}
		seen := make(map[string]bool)
		for i, hit := range hits {
			if seen[hit.Product.ID] {
				t.Errorf("%s: %s stands twice", name, hit.Product.ID)
			}
			seen[hit.Product.ID] = true
			if hit.Rank != i+1 {
				t.Errorf("%s: hit %d has rank %d", name, i+1, hit.Rank)
			}
			if i > 0 && order(hits[i-1], hit) > 0 {
				t.Errorf("%s: rank %d stands below what it goes before", name, hit.Rank)
			}
			for _, filter := range q.Filters {
				if !passes(filter, &hit.Product) {
					t.Errorf("%s: %+v does not pass %s", name, hit.Product, filter)
				}
			}
		}
		for _, facet := range first.Facets {
			if q.chooses(facet.Field) { // counted over more than the hits
				continue
			}
			for _, value := range facet.Values {
				if got := countPassing(facet.Field, value, hits); got != value.Count {
					t.Errorf("%s: facet %s says %d for %q, the hits %d", name, facet.Field, value.Count, value.Value, got)
				}
			}
		}
	}
}

func passes(f Filter, p *catalog.Product) bool {
	has := func(value string) bool {
		return slices.ContainsFunc(f.Values, func(v string) bool { return strings.EqualFold(v, value) })
	}
	switch f.Field {
	case FieldCategory:
		return slices.ContainsFunc(p.Category, has)
	case FieldBrand:
		return has(p.Brand)
	case FieldColour:
		return has(p.Colour)
	case FieldInStock:
		return has(fmt.Sprint(p.InStock))
	}
	if name, ok := strings.CutPrefix(f.Field, AttributePrefix); ok {
		for attribute, value := range p.Attributes {
			if strings.EqualFold(attribute, name) {
				return has(value)
			}
		}
		return false
	}
	price := float64(p.PriceCents) / 100
	return price > 0 && (f.Min == nil || price >= *f.Min) && (f.Max == nil || price <= *f.Max)
}

// chooses says whether q has a filter that chooses among the values of a field.
func (q *Query) chooses(field string) bool {
	return slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.Field == field && !f.Not })
}

func countPassing(field string, value FacetValue, hits []Hit) (n int) {
	filter := Filter{Field: field, Values: []string{value.Value}, Min: value.Min, Max: value.Max}
	for i := range hits {
		if passes(filter, &hits[i].Product) {
			n++
		}
	}
	return n
}

func TestAPriceBucketReadsAsTheFilterThatSelectsIt(t *testing.T) {
	engine := New(openShop(t, 200), &indexertest.Encoder{}, wordRanker{}, Options{})
	buckets := 0
	for _, facet := range search(t, engine, Query{}).Facets {
		if facet.Field != FieldPrice {
			continue
		}
		for _, bucket := range facet.Values {
			buckets++
			filter, err := ParseFilter("price=" + bucket.Value)
			if err != nil {
				t.Fatal(err)
			}
			if got := search(t, engine, Query{Filters: []Filter{filter}}).Total; got != bucket.Count {
				t.Errorf("the bucket %s counts %d, its filter finds %d", bucket.Value, bucket.Count, got)
			}
		}
	}
	if buckets < 3 {
		t.Errorf("%d buckets of prices", buckets)
	}
}

func TestALedgerAddsUpToTheScoreExactly(t *testing.T) {
	engine := New(openShop(t, 400), &indexertest.Encoder{}, wordRanker{},
		Options{Window: 60, RankDepth: 40, Weights: map[string]float64{LegKeyword: 1.7, LegTextImage: 0.3}})
	rng := rand.New(rand.NewPCG(9, 10))
	for range 150 {
		q := randomQuery(rng)
		q.Explain, q.Limit = true, 200
		for _, hit := range search(t, engine, q).Hits {
			var fused float64
			for _, entry := range hit.Ledger.Legs {
				if entry.Contribution != entry.Weight*entry.Normalised {
					t.Fatalf("entry %+v", entry)
				}
				scored := entry.Rank > 0 || entry.Backfilled
				if !scored && entry.Contribution != 0 || entry.Rank > 0 && entry.Backfilled ||
					entry.Normalised < 0 || entry.Normalised > 1 || entry.Contribution != entry.Weight*entry.Normalised {
					t.Fatalf("entry %+v", entry)
				}
				fused += entry.Contribution
			}
			score := fused
			if len(hit.Ledger.Features) > 0 {
				score = 0
			}
			for _, feature := range hit.Ledger.Features {
				score += feature.Contribution
			}
			for _, rule := range hit.Ledger.Rules {
				score += rule.Contribution
			}
			if fused != hit.Ledger.Fused || score != hit.Ledger.Score || score != hit.Score {
				t.Fatalf("%q in mode %s: the ledger adds up to %v and %v, but says %v and %v for the score %v",
					q.Text, q.Mode, fused, score, hit.Ledger.Fused, hit.Ledger.Score, hit.Score)
			}
			unranked := slices.ContainsFunc(hit.Ledger.Rules, func(r RuleEntry) bool { return r.Rule == ruleUnranked })
			if want := q.Mode == ModeRanked && !unranked && !(q.Text == "" && q.Photos == nil); want != (len(hit.Ledger.Features) > 0) {
				t.Fatalf("mode %s has the features %v", q.Mode, hit.Ledger.Features)
			}
		}
	}
}

// What a leg missed because of its window must get the score that a wider window would have given.
func TestBackfilledScoresAreThoseOfTheLegItself(t *testing.T) {
	index := openShop(t, 400)
	synonyms := readSynonyms(t, "sandal, red shoe, green bag\nbolt => dune lamp, cirrus\nvessel => mug")
	narrow := New(index, &indexertest.Encoder{}, nil, Options{Window: 40, NearShare: -1})
	wide := New(index, &indexertest.Encoder{}, nil, Options{Window: 400, NearShare: -1})
	narrow.SetSynonyms(synonyms)
	wide.SetSynonyms(synonyms)
	photo := indexertest.Photo(shopPaints["green"])
	filled := 0
	for _, text := range []string{
		"red shoe", "bolt", "soft green canvas bag", "nothing 椅子", "sandal", "white vessel", "xyzzy red lamp of steel, model 7", "gren canv", "model 7",
	} {
		q := Query{Text: text, Photos: photos(photo), Mode: ModeHybrid, Explain: true, Limit: 400}
		want := make(map[string]LegEntry)
		for _, hit := range search(t, wide, q).Hits {
			for _, entry := range hit.Ledger.Legs {
				want[hit.Product.ID+entry.Leg] = entry
			}
		}
		for _, hit := range search(t, narrow, q).Hits {
			for _, entry := range hit.Ledger.Legs {
				if entry.Rank > 0 {
					continue
				}
				// A product that has some of what is named is scored and not found, however wide the window.
				found := entry.Leg != LegNamed
				if exact := want[hit.Product.ID+entry.Leg]; found && exact.Rank == 0 && exact.Score != 0 || exact.Score != entry.Score {
					t.Errorf("%q: %s back-filled %s with %v, the leg gives %v", text, entry.Leg, hit.Product.ID, entry.Score, exact.Score)
				}
				if has := entry.Leg != LegTextImage && entry.Leg != LegPhotoImage || len(hit.Product.Photos) > 0; entry.Backfilled != has {
					t.Errorf("%q: %s of %s is back-filled: %v", text, entry.Leg, hit.Product.ID, entry.Backfilled)
				}
				filled++
			}
		}
	}
	if filled == 0 {
		t.Error("nothing was back-filled")
	}
}

func TestSynonymsAreForTheKeywordLeg(t *testing.T) {
	index := openShop(t, 100)
	q := Query{Text: "sandal", Mode: ModeKeyword}
	engine := New(index, &indexertest.Encoder{}, nil, Options{})
	if got := search(t, engine, q).Hits; len(got) > 0 {
		t.Errorf("without synonyms: %v", got)
	}
	engine.SetSynonyms(readSynonyms(t, "sandal => shoe"))
	got := search(t, engine, q).Hits
	if len(got) == 0 {
		t.Error("with synonyms: nothing found")
	}
	for _, hit := range got {
		if !strings.Contains(hit.Product.Title, "shoe") {
			t.Errorf("with synonyms: %q", hit.Product.Title)
		}
	}
	engine.SetSynonyms(nil)
	if got := search(t, engine, q).Hits; len(got) > 0 {
		t.Errorf("when the synonyms have gone: %v", got)
	}
}

func TestHybridWithAnEmptyLegKeepsTheOrderOfTheOther(t *testing.T) {
	index := openShop(t, 200)
	engine := New(index, &indexertest.Encoder{}, nil, Options{})
	ids := func(hits []Hit) (ids []string) {
		for _, hit := range hits {
			ids = append(ids, hit.Product.ID)
		}
		return ids
	}
	photo := Query{Photos: photos(indexertest.Photo(shopPaints["red"]))}
	photo.Mode = ModeVector
	alone, _ := searchAll(t, engine, photo)
	photo.Mode, photo.Text = ModeHybrid, "zzzz"
	textless := New(index, failingText{&indexertest.Encoder{}}, nil, Options{})
	joined, _ := searchAll(t, textless, photo)
	if !slices.Equal(ids(alone), ids(joined)) {
		t.Errorf("the photo leg gives %v, with legs that found nothing it became %v", ids(alone), ids(joined))
	}
}

func TestTheSameQueryGivesTheSameBytes(t *testing.T) {
	engine := New(openShop(t, 300), &indexertest.Encoder{}, wordRanker{}, Options{})
	rng := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		q := randomQuery(rng)
		q.Explain = true
		first := encode(t, search(t, engine, q))
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if response, err := engine.Search(context.Background(), q); err != nil {
					t.Error(err)
				} else if again := encode(t, response); !bytes.Equal(first, again) {
					t.Errorf("%q in mode %s: first\n%s\nthen\n%s", q.Text, q.Mode, first, again)
				}
			})
		}
		group.Wait()
	}
}

// encode returns the JSON of a response without what differs from run to run.
func encode(t testing.TB, response *Response) []byte {
	for i := range response.Timings {
		response.Timings[i].Start, response.Timings[i].Duration = 0, 0
	}
	for i := range response.Hits {
		for j := range response.Hits[i].Product.Photos {
			response.Hits[i].Product.Photos[j].Root = ""
		}
	}
	encoded, err := json.MarshalIndent(response, "", "\t")
	if err != nil {
		t.Error(err)
	}
	return append(encoded, '\n')
}

func TestAnExplainedResponseReadsAsInTheGoldenFile(t *testing.T) {
	engine := New(openShop(t, 120), &indexertest.Encoder{}, wordRanker{}, Options{})
	high := 250.0
	got := encode(t, search(t, engine, Query{
		Text: "Red canvas shoe", Photos: photos(indexertest.Photo(shopPaints["red"])), Explain: true, Limit: 2, Offset: 1,
		Filters: []Filter{{Field: FieldCategory, Values: []string{"fashion"}}, {Field: FieldPrice, Max: &high}},
	}))
	path := filepath.Join("testdata", "explained.json")
	if *update {
		rounded := regexp.MustCompile(`(\.\d{6})\d+`).ReplaceAll(got, []byte("$1"))
		if err := os.WriteFile(path, rounded, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The last digits of a float32 sum depend on its order, which differs between processors.
	if diff := gocmp.Diff(decode(t, want), decode(t, got), cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Errorf("the response differs from %s; run go test -update and look at the diff (-want +got):\n%s", path, diff)
	}
}

// decode returns a JSON text as maps, lists and numbers.
func decode(t testing.TB, text []byte) (value any) {
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// failingText is an encoder whose text tower is out of order.
type failingText struct{ Encoder }

func (failingText) EmbedText(context.Context, string) ([]float32, error) {
	return nil, errors.New("the text tower is out of order")
}

// slowText is an encoder whose text tower only ends with the context.
type slowText struct{ Encoder }

func (slowText) EmbedText(ctx context.Context, _ string) ([]float32, error) {
	<-ctx.Done()
	return nil, fmt.Errorf("embed: %w", ctx.Err())
}

// brokenPhoto is an encoder that finds fault with every photo.
type brokenPhoto struct{ Encoder }

func (brokenPhoto) EmbedPhoto(context.Context, []byte, image.Rectangle) ([]float32, error) {
	return nil, fmt.Errorf("%w: the photo is cut short", ErrBadQuery)
}

func TestALegThatFailsOrIsLateIsReportedAndLeftOut(t *testing.T) {
	index := openShop(t, 120)
	whole := New(index, &indexertest.Encoder{}, wordRanker{}, Options{})
	want := search(t, whole, Query{Text: "red shoe", Mode: ModeKeyword})
	for says, encoder := range map[string]Encoder{
		"out of order":       failingText{&indexertest.Encoder{}},
		"not done within 1s": slowText{&indexertest.Encoder{}},
	} {
		engine := New(index, encoder, nil, Options{Deadline: time.Second})
		got := search(t, engine, Query{Text: "red shoe", Explain: true})
		if got.Total != want.Total || got.Hits[0].Product.ID != want.Hits[0].Product.ID {
			t.Errorf("the keyword leg finds %d, without the others it became %d", want.Total, got.Total)
		}
		for _, report := range got.Legs {
			if failed := strings.Contains(report.Error, says); failed != (report.Leg == LegTextText || report.Leg == LegTextImage) {
				t.Errorf("leg report %+v, want an error that says %q of the text legs alone", report, says)
			}
		}
		if legs := got.Hits[0].Ledger.Legs; len(legs) != 2 || legs[0].Leg != LegKeyword || legs[1].Leg != LegNamed {
			t.Errorf("the ledger has the legs %+v", legs)
		}

		if _, err := engine.Search(context.Background(), Query{Text: "red shoe", Mode: ModeVector}); !errors.Is(err, ErrAllLegsFailed) {
			t.Errorf("all legs failing gives %v", err)
		}
	}
}

func TestAPhotoAtFaultIsTheShoppersToMend(t *testing.T) {
	engine := New(openShop(t, 60), brokenPhoto{&indexertest.Encoder{}}, nil, Options{})
	for _, text := range []string{"", "red"} {
		_, err := engine.Search(context.Background(), Query{Text: text, Photos: photos([]byte("x"))})
		if !errors.Is(err, ErrBadQuery) || !strings.Contains(err.Error(), "cut short") {
			t.Errorf("with the words %q: %v", text, err)
		}
	}
}

func TestACancelledSearchReturnsTheContextsError(t *testing.T) {
	engine := New(openShop(t, 60), slowText{&indexertest.Encoder{}}, nil, Options{Deadline: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	for range 2 { // cancelled on the way, then beforehand
		if _, err := engine.Search(ctx, Query{Text: "red"}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrAllLegsFailed) {
			t.Errorf("got %v", err)
		}
	}
}

func TestProductIsFoundByItsId(t *testing.T) {
	engine := New(openShop(t, 60), &indexertest.Encoder{}, nil, Options{})
	product, err := engine.Product(context.Background(), "item-00042")
	if err != nil || product.ID != "item-00042" {
		t.Errorf("got %q, %v", product.ID, err)
	}
	if _, err := engine.Product(context.Background(), "item"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown id gives %v", err)
	}
	if got := engine.Generation(); got != search(t, engine, Query{}).Generation || got == "" {
		t.Errorf("the generation is %q", got)
	}
}

func TestSimilarProductsLookAlike(t *testing.T) {
	products := makeProducts(t, 200)
	engine := New(openShop(t, 200), &indexertest.Encoder{}, nil, Options{})
	for i := range products[:40] {
		hits, err := engine.Similar(context.Background(), products[i].ID, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) != defaultSimilar {
			t.Errorf("%s has %d similar products", products[i].ID, len(hits))
		}
		for j, hit := range hits {
			if hit.Product.ID == products[i].ID || hit.Rank != j+1 || j > 0 && hit.Score > hits[j-1].Score {
				t.Errorf("%s: rank %d is %s with score %v", products[i].ID, hit.Rank, hit.Product.ID, hit.Score)
			}
		}
		if hits[0].Product.Colour != products[i].Colour {
			t.Errorf("most similar to %q is %q", products[i].Title, hits[0].Product.Title)
		}
	}
	if _, err := engine.Similar(context.Background(), "item", "", 3); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown id gives %v", err)
	}
	if _, err := engine.Similar(context.Background(), products[0].ID, "", -1); !errors.Is(err, ErrBadQuery) {
		t.Errorf("a negative limit gives %v", err)
	}
}

func BenchmarkSearch(b *testing.B) {
	engine := New(openShop(b, 10_000), &indexertest.Encoder{}, wordRanker{}, Options{})
	photo := indexertest.Photo(shopPaints["red"])
	for name, q := range map[string]Query{
		"keyword":  {Text: "red canvas shoe", Mode: ModeKeyword},
		"vector":   {Text: "red canvas shoe", Mode: ModeVector},
		"hybrid":   {Text: "red canvas shoe", Mode: ModeHybrid},
		"ranked":   {Text: "red canvas shoe", Mode: ModeRanked},
		"photo":    {Photos: photos(photo), Mode: ModeHybrid},
		"browse":   {},
		"filtered": {Text: "red canvas shoe", Mode: ModeHybrid, Filters: []Filter{{Field: FieldBrand, Values: []string{"Bolt"}}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				search(b, engine, q)
			}
		})
	}
}
