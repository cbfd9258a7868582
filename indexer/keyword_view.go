package indexer

import (
	"context"
	"math"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// keywordView searches the words of one snapshot: of its generation but for what is gone, and of its delta. A
// product has the same score in either: how rare a term is counts the products of both, and so do the average lengths
// of fields.
type keywordView struct {
	base    *keywordIndex
	delta   *keywordDelta // nil = nothing has changed since the generation
	weights *weights
	gone    docSet // docs that are no products any more
	bound   uint32 // docs from this one on belong to later snapshots
	live    int    // products

	known sync.Map // livePostings by term
}

// changed is false where the generation alone gives the answer.
func (k *keywordView) changed() bool { return k.delta != nil }

// takeScores returns scores for the products of the snapshot within a filter; nil = all.
func (k *keywordView) takeScores(filter *roaring.Bitmap) *keywordScores {
	scores := k.base.takeScores(int(k.bound))
	scores.restrict(filter, k.gone)
	return scores
}

func (k *keywordView) returnScores(scores *keywordScores) { k.base.returnScores(scores) }

// search returns the K best products, best first, ties by doc. A product must have termsNeeded of the
// words that any product has, or as many as any has where none has that many; a code found stands for
// all words.
func (k *keywordView) search(ctx context.Context, q KeywordQuery) ([]Hit, error) {
	if q.K <= 0 {
		return nil, nil
	}
	scores := k.takeScores(q.Filter)
	defer k.returnScores(scores)
	known, need, err := k.scoreQuery(ctx, q, scores)
	if err != nil {
		return nil, err
	}
	best, _ := scores.best(q.K, known, need)
	return best, nil
}

// searchAll is search, and beside it what follows the hits, in no order.
func (k *keywordView) searchAll(ctx context.Context, q KeywordQuery) (hits, others []Hit, err error) {
	scores := k.takeScores(q.Filter)
	defer k.returnScores(scores)
	known, need, err := k.scoreQuery(ctx, q, scores)
	if err != nil {
		return nil, nil, err
	}
	hits, others = scores.best(q.K, known, need)
	return hits, others, nil
}

// scoreQuery scores every product that may be a hit, and returns the words that some product has, whatever the
// filter, and how many of them a hit needs.
func (k *keywordView) scoreQuery(ctx context.Context, q KeywordQuery, scores *keywordScores) (known wordSet, need int, err error) {
	query := parseQuery(q)
	for _, pair := range query.pairs {
		frequency, err := k.scoreTerm(ctx, pair.term, pair.words, scores)
		if err != nil {
			return 0, 0, err
		}
		if frequency > 0 {
			known |= pair.words
		}
	}
	for _, model := range query.models {
		worth := func(frequency int) float64 { return modelWeight * k.rarity(frequency) }
		frequency, err := k.scoreLookup(ctx, modelField, model, worth, scores)
		if err != nil {
			return 0, 0, err
		}
		if frequency > 0 {
			known |= model.words
		}
	}
	for _, c := range query.clauses {
		words, err := k.scoreClause(ctx, c, known, scores)
		if err != nil {
			return 0, 0, err
		}
		known |= words
	}
	if query.title != "" {
		worth := func(frequency int) float64 { return titleWeight * float64(known.len()) * k.rarity(frequency) }
		if _, err := k.scoreLookup(ctx, phraseField, lookup{query.title, allWords}, worth, scores); err != nil {
			return 0, 0, err
		}
	}
	for _, code := range query.codes {
		worth := func(int) float64 { return codeScore }
		if _, err := k.scoreLookup(ctx, codeField, lookup{code, allWords}, worth, scores); err != nil {
			return 0, 0, err
		}
	}
	return known, termsNeeded(known.len(), query.han), nil
}

// spelling is a term that stands for a word, and how much of its score counts.
type spelling struct {
	term   string
	weight float64
}

// scoreTerm adds the BM25 of a term, which covers words, and returns how many products have it in the field where it is commonest.
func (k *keywordView) scoreTerm(ctx context.Context, term string, words wordSet, scores *keywordScores) (frequency int, err error) {
	postings, err := k.postingsOf(ctx, term)
	if err != nil {
		return 0, err
	}
	rarity := k.rarity(postings.frequency)
	scores.addTerm(postings.products, rarity, words)
	scores.addTerm(postings.changed, rarity, words)
	return postings.frequency, nil
}

// scoreSpellings adds the BM25 of what may stand for a word. All are as rare as the commonest of them; it returns how
// many products have that.
func (k *keywordView) scoreSpellings(ctx context.Context, spellings []spelling, words wordSet, scores *keywordScores) (frequency int, err error) {
	found := make([]livePostings, len(spellings))
	for i, spelling := range spellings {
		if found[i], err = k.postingsOf(ctx, spelling.term); err != nil {
			return 0, err
		}
		frequency = max(frequency, found[i].frequency)
	}
	rarity := k.rarity(frequency)
	for i, postings := range found {
		for _, part := range [][]weighedPosting{postings.products, postings.changed} {
			for _, p := range part {
				scores.add(p.doc, spellings[i].weight*rarity*p.weight)
			}
		}
	}
	scores.endTerm(words)
	return frequency, nil
}

// rarity is the inverse document frequency.
func (k *keywordView) rarity(frequency int) float64 {
	n, df := float64(k.live), float64(frequency)
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// scoreLookup adds to each product with a term what the term is worth, and returns how many have it.
func (k *keywordView) scoreLookup(ctx context.Context, field string, l lookup, worth func(frequency int) float64, scores *keywordScores) (frequency int, err error) {
	docs, err := k.docsWith(ctx, field, l.term)
	if err != nil {
		return 0, err
	}
	frequency = len(docs)
	score := worth(frequency)
	for _, doc := range docs {
		scores.add(doc, score)
	}
	scores.endTerm(l.words)
	return frequency, nil
}
