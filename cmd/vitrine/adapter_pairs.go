package main

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vitrine/catalog"
	"vitrine/encoders/adapter"
	"vitrine/indexer"
	"vitrine/retrieval"
)

// adaptedLegs are the searches of a query that an adapter is learnt for. The photo leg is not among them: photos of
// queries are not kept, and it compares photos with photos.
var adaptedLegs = []adaptedLeg{
	{retrieval.LegTextText, indexer.SpaceText, describedAs, true},
	{retrieval.LegTextImage, indexer.SpacePhoto, titled, false},
}

type adaptedLeg struct {
	name  string
	space indexer.Space // that it searches
	// words gives queries that the catalogue itself answers with a product.
	words productWords
	// madeUp says that no shopper asks like that: a gain on such words is not used by itself.
	madeUp bool
}

// productWords are queries for a product, made from what the catalogue says of it.
type productWords func(p *catalog.Product, random *rand.Rand) []string

// meantPair is words and a product that was meant by them.
type meantPair struct {
	words  string // in lower case, with single blanks
	doc    uint32
	weight float64
}

// The weights of what a shopper did with a product that a search had shown.
var actionWeights = map[string]float64{catalog.ActionClick: 1, catalog.ActionAddToCart: 2, catalog.ActionPurchase: 4}

// behaviourPairs are the words of the shop's searches with the products that were clicked, put into the cart or bought
// through them, and the time of the first and the last of these events. What was chosen often weighs more, by its
// logarithm, so that a few loud queries are not all that is learnt.
func behaviourPairs(ctx context.Context, store *catalog.Store, snapshot *indexer.Snapshot, since time.Time) (pairs []meantPair, from, to time.Time, err error) {
	words := map[string]string{} // by the query's id
	for q, err := range store.Queries(ctx, since) {
		if err != nil {
			return nil, from, to, err
		}
		words[q.ID] = plainWords(q.UserQuery)
	}
	type key struct {
		words string
		doc   uint32
	}
	chosen := map[key]float64{}
	for e, err := range store.Events(ctx, since) {
		if err != nil {
			return nil, from, to, err
		}
		weight, asked := actionWeights[e.Action], words[e.QueryID]
		if weight == 0 || asked == "" || e.Doubt != "" {
			continue
		}
		doc, ok := snapshot.Doc(string(e.Attributes.Object.ID))
		if !ok {
			continue // no longer sold
		}
		if from.IsZero() {
			from = e.Time
		}
		to = e.Time
		chosen[key{asked, doc}] += weight
	}
	for k, weight := range chosen {
		pairs = append(pairs, meantPair{k.words, k.doc, 1 + math.Log(weight)})
	}
	slices.SortFunc(pairs, byWords)
	return pairs, from, to, nil
}

func byWords(a, b meantPair) int {
	return cmp.Or(cmp.Compare(a.words, b.words), cmp.Compare(a.doc, b.doc))
}

func plainWords(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// productsAtOnce is how many products of a snapshot are read at a time.
const productsAtOnce = 1000

// cataloguePairs are queries for at most so many products, drawn by the seed.
func cataloguePairs(ctx context.Context, snapshot *indexer.Snapshot, queries productWords, most int, seed uint64) ([]meantPair, error) {
	docs := snapshot.All().ToArray()
	random := rand.New(rand.NewPCG(seed, streamDraw))
	if len(docs) > most {
		random.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		docs = docs[:most]
		slices.Sort(docs)
	}
	var pairs []meantPair
	for some := range slices.Chunk(docs, productsAtOnce) {
		products, err := snapshot.Products(ctx, some)
		if err != nil {
			return nil, err
		}
		for i, p := range products {
			for _, words := range queries(p, random) {
				if words = plainWords(words); words != "" {
					pairs = append(pairs, meantPair{words, some[i], 1})
				}
			}
		}
	}
	slices.SortFunc(pairs, byWords)
	return pairs, nil
}

// titled is the query for a product's photo.
func titled(p *catalog.Product, _ *rand.Rand) []string { return []string{p.Title} }

// describedAs are the queries for a product's title: how its description begins, where that is not the title again,
// and a piece of the title, without which the short queries of shoppers lose by what is learnt
// (docs/decisions/0012-adapters.md).
func describedAs(p *catalog.Product, random *rand.Rand) []string {
	const most = 8 // words
	words := strings.Fields(p.Description)
	description := strings.Join(words[:min(len(words), most)], " ")
	queries := []string{pieceOf(p, random)}
	if !strings.Contains(plainWords(p.Title), plainWords(description)) {
		queries = append(queries, description)
	}
	return queries
}

// piecesOfTitles are short queries that the encoder knows the words of.
func piecesOfTitles(p *catalog.Product, random *rand.Rand) []string {
	return []string{pieceOf(p, random)}
}

// pieceOf is one word of the title or two that follow each other, of those that are neither the brand's nor numbers.
func pieceOf(p *catalog.Product, random *rand.Rand) string {
	brand := plainWords(p.Brand)
	words := slices.DeleteFunc(strings.Fields(plainWords(p.Title)), func(word string) bool {
		return strings.ContainsAny(word, "0123456789") || strings.Contains(brand, word) || utf8.RuneCountInString(word) < 3
	})
	if len(words) == 0 {
		return ""
	}
	n := min(1+random.IntN(2), len(words))
	at := random.IntN(len(words) - n + 1)
	return strings.Join(words[at:at+n], " ")
}

// The streams of chance that one seed gives here; training has its own.
const (
	streamDraw = iota + 101
	streamSplit
)

// The shares of a leg's queries that are not trained on: by one the best epoch is chosen, by the other the result is
// judged.
const (
	validationShare = 0.15
	heldOutShare    = 0.15
	// validatedAtMost bounds the queries that choose an epoch, which are searched after each.
	validatedAtMost = 1000
)

// split parts pairs, which are sorted, by their words: those of one query are never on two sides.
func split(pairs []meantPair, seed uint64) (training, validation, heldOut []meantPair) {
	var queries []string
	for _, p := range pairs {
		if len(queries) == 0 || queries[len(queries)-1] != p.words {
			queries = append(queries, p.words)
		}
	}
	random := rand.New(rand.NewPCG(seed, streamSplit))
	random.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
	judge := int(math.Ceil(heldOutShare * float64(len(queries))))
	choose := min(int(math.Ceil(validationShare*float64(len(queries)))), validatedAtMost)
	side := map[string]*[]meantPair{}
	for i, q := range queries {
		switch {
		case i < judge:
			side[q] = &heldOut
		case i < judge+choose:
			side[q] = &validation
		default:
			side[q] = &training
		}
	}
	for _, p := range pairs {
		into := side[p.words]
		*into = append(*into, p)
	}
	return training, validation, heldOut
}

// within keeps the pairs whose product has a vector in a space.
func within(pairs []meantPair, products spaceProducts) []meantPair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p meantPair) bool {
		_, ok := products.Vector(p.doc)
		return !ok
	})
}

// spaceProducts are the vectors of one space as training asks for them.
type spaceProducts struct {
	snapshot *indexer.Snapshot
	space    indexer.Space
}

var _ adapter.Products = spaceProducts{}

// Vector returns the first vector of a product.
func (s spaceProducts) Vector(doc uint32) ([]float32, bool) { return s.snapshot.Vector(s.space, doc) }

// Nearest searches as a leg does.
func (s spaceProducts) Nearest(ctx context.Context, query []float32, k int) ([]uint32, error) {
	hits, _, err := s.snapshot.Nearest(ctx, s.space, query, k, nil)
	docs := make([]uint32, len(hits))
	for i, hit := range hits {
		docs[i] = hit.Doc
	}
	return docs, err
}
