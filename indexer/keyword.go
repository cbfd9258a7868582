package indexer

import (
	"context"
	"errors"
	"fmt"
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
	docs    []uint32     // the product of each Bleve document
	lengths fieldLengths // of all products together
	weights *weights     // by the average of these
	scratch sync.Pool    // of *keywordScores
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
	k := &keywordIndex{index: idx}
	k.scratch.New = func() any { return new(keywordScores) }
	for i, field := range keywordFields {
		k.lengths[i] = manifest.Lengths[field.name]
	}
	k.weights = newWeights(k.lengths, count)
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

// takeScores returns empty scores for so many products, which the caller returns.
func (k *keywordIndex) takeScores(count int) *keywordScores {
	scores := k.scratch.Get().(*keywordScores)
	scores.grow(count)
	return scores
}

func (k *keywordIndex) returnScores(scores *keywordScores) {
	scores.reset()
	k.scratch.Put(scores)
}
