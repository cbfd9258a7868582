package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"unicode"

	"github.com/RoaringBitmap/roaring/v2"
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
	fuzzy      bool // misspelt words are looked for here
}{
	{"title", 3, 0.6, true},
	{"titles", 3, 0.6, true},
	{"brand", 2, 0, true},
	{"category", 2, 0, true},
	{"colour", 1.5, 0, true},
	{"attributes", 0.5, 0.75, false},
	{"description", 1.5, 0.75, false},
}

const (
	codeField = "code"
	// codeScore is added for an id, SKU or EAN that stands in the query: far above what words give.
	codeScore = 1000

	saturation = 1.2 // BM25's k1
	// tieBreak is how much of the other fields' scores counts beside the best one's, as in a
	// disjunction-max query: a word in both title and description is not two words.
	tieBreak = 0.2
	// mustMatch is the part of a query's terms that a product must have, rounded up.
	mustMatch = 0.6

	// A word of fuzzyMinRunes letters and more that no product has may be misspelt: words at edit
	// distance 1 then count fuzzyWeight of theirs, the fuzzyTerms commonest of them. A word that some
	// product has is taken as it stands, however rare ("skirt" among shirts).
	fuzzyMinRunes = 4
	fuzzyWeight   = 0.5
	fuzzyTerms    = 5
)

// KeywordQuery asks for the products that have the words of Terms.
type KeywordQuery struct {
	Terms  string          // words separated by spaces; there is no syntax
	K      int             // hits wanted
	Filter *roaring.Bitmap // docs that may be hits; nil = all
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
	k := &keywordIndex{index: idx, average: make(map[string]float64)}
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

// search returns the K best products, best first, ties by doc. A product must have mustMatch of the
// terms, or as many as any product has where none has that many; a code found stands for all terms.
func (k *keywordIndex) search(ctx context.Context, q KeywordQuery) ([]Hit, error) {
	if q.K <= 0 {
		return nil, nil
	}
	scores := k.scratch.Get().(*keywordScores)
	defer func() {
		scores.reset()
		k.scratch.Put(scores)
	}()
	scores.filter = q.Filter

	terms := queryTerms(q.Terms)
	for _, term := range terms {
		if err := k.scoreTerm(ctx, term, scores); err != nil {
			return nil, err
		}
	}
	for _, code := range queryCodes(q.Terms) {
		if err := k.scoreCode(ctx, code, len(terms), scores); err != nil {
			return nil, err
		}
	}
	return scores.best(q.K, int(math.Ceil(mustMatch*float64(len(terms))))), nil
}

// scoreTerm adds what a term gives to each product that has it or, when none has, something near it.
func (k *keywordIndex) scoreTerm(ctx context.Context, term string, scores *keywordScores) error {
	frequency, err := k.scoreSpelling(ctx, term, 1, scores)
	if err != nil {
		return err
	}
	if frequency == 0 && mayBeMisspelt(term) {
		near, err := k.nearTerms(ctx, term)
		if err != nil {
			return err
		}
		for _, spelling := range near {
			if _, err := k.scoreSpelling(ctx, spelling, fuzzyWeight, scores); err != nil {
				return err
			}
		}
	}
	scores.endTerm()
	return nil
}

// scoreSpelling adds a spelling's BM25 in every field and returns its document frequency: that of
// the field in which it is commonest, so that a word is as rare in all of them.
func (k *keywordIndex) scoreSpelling(ctx context.Context, term string, weight float64, scores *keywordScores) (uint64, error) {
	readers := make([]index.TermFieldReader, len(keywordFields))
	defer func() {
		for _, reader := range readers {
			if reader != nil {
				_ = reader.Close()
			}
		}
	}()
	var frequency uint64
	for i, field := range keywordFields {
		reader, err := k.reader.TermFieldReader(ctx, []byte(term), field.name, true, true, false)
		if err != nil {
			return 0, fmt.Errorf("look %q up: %w", term, err)
		}
		readers[i] = reader
		frequency = max(frequency, reader.Count())
	}
	n, df := float64(len(k.docs)), float64(frequency)
	rarity := math.Log(1 + (n-df+0.5)/(df+0.5))
	for i, field := range keywordFields {
		average := k.average[field.name]
		err := k.postings(ctx, readers[i], func(doc uint32, posting *index.TermFieldDoc) {
			length := 1 / (posting.Norm * posting.Norm) // scorch stores 1/√length
			tf := float64(posting.Freq)
			norm := 1 - field.lengthNorm + field.lengthNorm*length/average
			scores.add(doc, weight*field.weight*rarity*tf*(saturation+1)/(tf+saturation*norm))
		})
		if err != nil {
			return 0, fmt.Errorf("look %q up: %w", term, err)
		}
	}
	return frequency, nil
}

func (k *keywordIndex) scoreCode(ctx context.Context, code string, terms int, scores *keywordScores) error {
	reader, err := k.reader.TermFieldReader(ctx, []byte(code), codeField, false, false, false)
	if err != nil {
		return fmt.Errorf("look code %q up: %w", code, err)
	}
	defer reader.Close()
	return k.postings(ctx, reader, func(doc uint32, _ *index.TermFieldDoc) { scores.addCode(doc, terms) })
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

func mayBeMisspelt(term string) bool {
	letters := 0
	for _, r := range term {
		if !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) {
			return false // no other product is meant by a model number that is nearly the same
		}
		letters++
	}
	return letters >= fuzzyMinRunes
}

// nearTerms returns the terms at edit distance 1 (a swap of neighbours is one edit) with the same
// first letter, the commonest first.
func (k *keywordIndex) nearTerms(ctx context.Context, term string) ([]string, error) {
	reader, ok := k.reader.(index.IndexReaderFuzzy)
	if !ok {
		return nil, nil
	}
	first := string([]rune(term)[:1])
	common := make(map[string]uint64)
	for _, field := range keywordFields {
		if !field.fuzzy {
			continue
		}
		if err := k.nearTermsIn(ctx, reader, field.name, term, first, common); err != nil {
			return nil, fmt.Errorf("look for words near %q: %w", term, err)
		}
	}
	near := slices.SortedFunc(maps.Keys(common), func(a, b string) int {
		return cmp.Or(cmp.Compare(common[b], common[a]), cmp.Compare(a, b))
	})
	return near[:min(len(near), fuzzyTerms)], nil
}

// nearTermsIn notes in common how many products have each term near term in a field.
func (k *keywordIndex) nearTermsIn(ctx context.Context, reader index.IndexReaderFuzzy, field, term, first string, common map[string]uint64) error {
	dictionary, err := reader.FieldDictFuzzy(field, term, 1, first)
	if err != nil {
		return err
	}
	defer dictionary.Close()
	for {
		entry, err := dictionary.Next()
		if err != nil || entry == nil {
			return err
		}
		postings, err := k.reader.TermFieldReader(ctx, []byte(entry.Term), field, false, false, false)
		if err != nil {
			return err
		}
		common[entry.Term] = max(common[entry.Term], postings.Count())
		if err := postings.Close(); err != nil {
			return err
		}
	}
}
