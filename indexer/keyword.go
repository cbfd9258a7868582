package indexer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// keywordFields are searched for words. The weights are hand-set, on the electronics queries where that
// catalogue has the field: a word in the title says more than one in the description. lengthNorm is
// BM25's b: 0 where a field is a list of labels, whose length says nothing.
var keywordFields = []struct {
	name       string
	weight     float64
	lengthNorm float64
	analysis   analysis.Analyzer
}{
	{"title", 3, 0.6, productAnalysis},
	{"titles", 3, 0.6, productAnalysis},
	{phraseField, 0.5, 0, phraseAnalysis{}},
	{"brand", 2, 0, productAnalysis},
	{"category", 2, 0, productAnalysis},
	{"colour", 1.5, 0, productAnalysis},
	{"attributes", 0.5, 0.75, productAnalysis},
	{"description", 1.5, 0.75, productAnalysis},
}

const (
	phraseField = "phrase"
	modelField  = "model"
	codeField   = "code"
	// codeScore is added for an id, SKU or EAN that stands in the query: far above what words give.
	codeScore = 1000
	// modelWeight is the weight of a model number, and titleWeight that of each word of a title that is
	// the query: above what words give, so that these products come first.
	modelWeight = 6
	titleWeight = 6

	saturation = 1.2 // BM25's k1
	// tieBreak is how much of the other fields' scores counts beside the best one's, as in a
	// disjunction-max query: a word in both title and description is not two words.
	tieBreak = 0.2
)

// KeywordQuery asks for the products that have the words of Terms.
type KeywordQuery struct {
	Terms    string          // words separated by spaces; there is no syntax
	K        int             // hits wanted
	Filter   *roaring.Bitmap // docs that may be hits; nil = all
	Synonyms *Synonyms       // what words may be replaced by; nil = nothing
}

// Hit is one product found.
type Hit struct {
	Doc   uint32
	Score float64
}

// keywordIndex scores products by BM25 (Robertson and Zaragoza 2009, The Probabilistic Relevance
// Framework, section 3) over the posting lists of a Bleve index. Bleve's own scorer is not used: its
// average length of a field is the number of distinct terms by product, and it squares the inverse
// document frequency (docs/decisions/0007-keyword-scoring.md has the comparison).
type keywordIndex struct {
	index   index.Index
	reader  index.IndexReader
	docs    []uint32           // the product of each Bleve document
	average map[string]float64 // length of each field in terms
	scratch sync.Pool          // of *keywordScores
	cache   *postingsCache
}

// openKeyword reads the files in full first: Bleve checks no checksum and panics on damaged ones.
func openKeyword(dir string, manifest *Manifest) (*keywordIndex, error) {
	for name := range manifest.Files {
		if path.Dir(name) == keywordDir {
			if err := manifest.checkDigest(dir, name); err != nil {
				return nil, err
			}
		}
	}
	count := manifest.Products
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path":         filepath.Join(dir, keywordDir),
		"read_only":    true,
		"bolt_timeout": "1s",
	}, nil)
	if err != nil {
		return nil, keywordError(dir, err)
	}
	k := &keywordIndex{index: idx, average: make(map[string]float64), cache: newPostingsCache()}
	k.scratch.New = func() any { return newKeywordScores(count) }
	for field, length := range manifest.Lengths {
		k.average[field] = float64(length) / float64(max(count, 1))
	}
	if err := k.open(count); err != nil {
		_ = k.close()
		return nil, keywordError(dir, err)
	}
	return k, nil
}

func (k *keywordIndex) open(count int) (err error) {
	if err := k.index.Open(); err != nil {
		return err
	}
	if k.reader, err = k.index.Reader(); err != nil {
		return err
	}
	documents, err := k.reader.DocCount()
	if err != nil {
		return err
	}
	if documents != uint64(count) {
		return fmt.Errorf("it has %d documents and not %d", documents, count)
	}
	return k.numberDocs(count)
}

// numberDocs finds the product of each document: scorch does not keep the order in which they came.
func (k *keywordIndex) numberDocs(count int) error {
	k.docs = make([]uint32, count)
	seen := roaring.New()
	for number := range k.docs {
		id, err := k.reader.ExternalID(index.NewIndexInternalID(nil, uint64(number)))
		if err != nil {
			return err
		}
		doc, err := strconv.ParseUint(id, 10, 32)
		if err != nil || doc >= uint64(count) || !seen.CheckedAdd(uint32(doc)) {
			return fmt.Errorf("document %d has the unexpected id %q", number, id)
		}
		k.docs[number] = uint32(doc)
	}
	return nil
}

func (k *keywordIndex) close() error {
	var err error
	if k.reader != nil {
		err = k.reader.Close()
	}
	return errors.Join(err, k.index.Close())
}

// search returns the K best products, best first, ties by doc. A product must have termsNeeded of the
// words that any product has, or as many as any has where none has that many; a code found stands for
// all words.
func (k *keywordIndex) search(ctx context.Context, q KeywordQuery) ([]Hit, error) {
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
func (k *keywordIndex) searchAll(ctx context.Context, q KeywordQuery) (hits, others []Hit, err error) {
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
func (k *keywordIndex) scoreQuery(ctx context.Context, q KeywordQuery, scores *keywordScores) (known wordSet, need int, err error) {
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
		worth := func(frequency uint64) float64 { return modelWeight * k.rarity(frequency) }
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
		worth := func(frequency uint64) float64 { return titleWeight * float64(known.len()) * k.rarity(frequency) }
		if _, err := k.scoreLookup(ctx, phraseField, lookup{query.title, allWords}, worth, scores); err != nil {
			return 0, 0, err
		}
	}
	for _, code := range query.codes {
		worth := func(uint64) float64 { return codeScore }
		if _, err := k.scoreLookup(ctx, codeField, lookup{code, allWords}, worth, scores); err != nil {
			return 0, 0, err
		}
	}
	return known, termsNeeded(known.len(), query.han), nil
}

func (k *keywordIndex) takeScores(filter *roaring.Bitmap) *keywordScores {
	scores := k.scratch.Get().(*keywordScores)
	scores.restrict(filter)
	return scores
}

func (k *keywordIndex) returnScores(scores *keywordScores) {
	scores.reset()
	k.scratch.Put(scores)
}

// spelling is a term that stands for a word, and how much of its score counts.
type spelling struct {
	term   string
	weight float64
}

// scoreTerm adds the BM25 of a term, which covers words, and returns how many products have it in the field where it is commonest.
func (k *keywordIndex) scoreTerm(ctx context.Context, term string, words wordSet, scores *keywordScores) (frequency uint64, err error) {
	postings, err := k.postingsOf(ctx, term)
	if err != nil {
		return 0, err
	}
	scores.addTerm(postings.products, k.rarity(postings.frequency), words)
	return postings.frequency, nil
}

// scoreSpellings adds the BM25 of what may stand for a word. All are as rare as the commonest of them; it returns how
// many products have that.
func (k *keywordIndex) scoreSpellings(ctx context.Context, spellings []spelling, words wordSet, scores *keywordScores) (frequency uint64, err error) {
	found := make([]*termPostings, len(spellings))
	for i, spelling := range spellings {
		if found[i], err = k.postingsOf(ctx, spelling.term); err != nil {
			return 0, err
		}
		frequency = max(frequency, found[i].frequency)
	}
	rarity := k.rarity(frequency)
	for i, postings := range found {
		for _, p := range postings.products {
			scores.add(p.doc, spellings[i].weight*rarity*p.weight)
		}
	}
	scores.endTerm(words)
	return frequency, nil
}

// rarity is the inverse document frequency.
func (k *keywordIndex) rarity(frequency uint64) float64 {
	n, df := float64(len(k.docs)), float64(frequency)
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// scoreLookup adds to each product with a term what the term is worth, and returns how many have it.
func (k *keywordIndex) scoreLookup(ctx context.Context, field string, l lookup, worth func(frequency uint64) float64, scores *keywordScores) (frequency uint64, err error) {
	reader, err := k.reader.TermFieldReader(ctx, []byte(l.term), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("look %s %q up: %w", field, l.term, err)
	}
	defer reader.Close()
	frequency = reader.Count()
	score := worth(frequency)
	err = k.postings(ctx, reader, func(doc uint32, _ *index.TermFieldDoc) { scores.add(doc, score) })
	scores.endTerm(l.words)
	return frequency, err
}

// postings calls visit for each product of a posting list.
func (k *keywordIndex) postings(ctx context.Context, reader index.TermFieldReader, visit func(doc uint32, posting *index.TermFieldDoc)) error {
	var posting index.TermFieldDoc
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		next, err := reader.Next(&posting)
		if err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		visit(k.docs[next.ID.Value()], next)
	}
}
