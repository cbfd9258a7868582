package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vitrine/catalog"
	"vitrine/indexer/fetch"
	"vitrine/indexer/vector"
)

// Errors of Build. They are wrapped with what to do; the old generation stays in use.
var (
	ErrNothingToIndex = errors.New("there is nothing to index")
	ErrRecall         = errors.New("the vector index misses too many neighbours")
	ErrEncoder        = errors.New("the encoder gave an unusable answer")
)

// Encoder is what the indexer needs of a model. It is called by two goroutines at once.
type Encoder interface {
	// EmbedTexts returns a unit vector for each text.
	EmbedTexts(ctx context.Context, texts []string) ([][]float32, error)
	// EmbedPhotos returns a unit vector for each encoded photo, or in broken the reason why it has none.
	EmbedPhotos(ctx context.Context, photos [][]byte) (vectors [][]float32, broken []error, err error)
}

// BuildOptions says what Build makes of what. Store, Cache, Encoder, Model and DataDir are needed.
type BuildOptions struct {
	DataDir string
	Store   *catalog.Store
	Cache   *catalog.Embeddings
	Encoder Encoder
	Model   Model         // what Encoder is; vectors of another fingerprint are not used
	Feed    *catalog.Feed // read into the catalogue first; nil = the catalogue as it is
	// Full says that the feed is the whole catalogue: products that it does not name are deleted, unless
	// it could not be read to its end or has rows of which not even the id can be told.
	Full bool
	// Live leaves the live generation in use where FoldAt allows: what has changed since is then searched beside it.
	Live bool
	Anew bool // build a generation also when nothing has changed
	// Progress is called now and then, by one goroutine at a time; total 0 = unknown. May be nil.
	Progress func(stage string, done, total int)
	// MinRecall is the recall@10 against exact search, in [0, 1], below which a vector index does not go
	// live; 0 = vector.MinRecall.
	MinRecall float64
	// RetryPhotos tries every photo again that could not be had; else those are tried whose time has come.
	RetryPhotos bool
	// Fetch limits the fetching of photos; its Dir is <data>/photos by default, and its clock that of the retries.
	Fetch fetch.Options
}

// WithDefaults returns a copy in which what is zero and has a default has it.
func (o BuildOptions) WithDefaults() BuildOptions {
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	if o.MinRecall == 0 {
		o.MinRecall = vector.MinRecall
	}
	if o.Fetch.Dir == "" {
		o.Fetch.Dir = filepath.Join(o.DataDir, "photos")
	}
	o.Fetch = o.Fetch.WithDefaults()
	return o
}

// The stages that Progress is told of, in order.
const (
	stageFeed     = "feed"     // rows read
	stageRetries  = "retries"  // photos tried again
	stageProducts = "products" // products written to the generation, with their words
	stageTexts    = "texts"    // texts with a vector
	stagePhotos   = "photos"   // photos with a vector, or a reason why there is none
	stageVectors  = "vectors"  // vector indexes built
	stageVerify   = "verify"   // spaces whose recall was measured
	stagePublish  = "publish"  // synced, named, live, old ones removed
)

// build is one run of Build.
type build struct {
	BuildOptions
	summary  Summary
	embedder *embedder

	fetcher *fetch.Fetcher
	ledger  *photoLedger

	progress sync.Mutex
}

// Build brings the index up to date: feed → catalogue → photos that failed before → products and their words → vectors of texts
// and photos → vector indexes → verification → swap. When nothing has changed since the live
// generation, or little and Live is set, it is left as it is.
//
// Build may be cancelled or killed at any moment: the live generation is the old one until the new one
// is complete, verified and on the disk, and vectors that were computed are in the cache for the next
// run. With an error the summary says how far it came. The caller holds catalog.LockDir of DataDir.
func Build(ctx context.Context, opts BuildOptions) (*Summary, error) {
	begun := time.Now()
	b := &build{BuildOptions: opts.WithDefaults(), summary: newSummary()}
	b.embedder = newEmbedder(b.Cache, b.Encoder, b.Model)
	b.fetcher = fetch.New(b.Fetch)
	defer b.fetcher.Close()

	err := b.run(ctx)
	b.summary.count(b.embedder)
	b.summary.Elapsed = time.Since(begun)
	if err == nil || len(b.summary.Rejected) > 0 {
		err = errors.Join(err, b.summary.writeRejected(b.DataDir))
	}
	if err != nil {
		return &b.summary, fmt.Errorf("index: %w", advise(err, b.DataDir))
	}
	return &b.summary, nil
}

func (b *build) run(ctx context.Context) error {
	if b.Feed != nil {
		if err := b.readFeed(ctx); err != nil {
			return err
		}
	}
	var err error
	if b.ledger, err = openLedger(ctx, b.Store, b.Fetch.Now); err != nil {
		return err
	}
	if err := b.retryPhotos(ctx); err != nil {
		return err
	}
	// Asked before the products are read: what changes in between is in this generation and, being
	// after its sequence, in the next one too.
	if b.summary.Sequence, err = b.Store.Sequence(ctx); err != nil {
		return err
	}
	if kept, err := b.keepLive(ctx); kept || err != nil {
		b.summary.PhotoProblems = b.ledger.problems()
		return err
	}
	name, dir, err := stageGeneration(b.DataDir)
	if err != nil {
		return err
	}
	if err := b.stage(ctx, name, dir); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return b.swap(name, dir)
}

// stage makes a complete and verified generation in dir.
func (b *build) stage(ctx context.Context, name, dir string) error {
	listed, err := b.list(ctx, dir)
	if err != nil {
		return err
	}
	manifest := Manifest{
		Format:     formatVersion,
		Generation: name,
		Created:    time.Now().UTC().Truncate(time.Second),
		Sequence:   b.summary.Sequence,
		Model:      b.Model,
		Products:   listed.count,
		Rows:       make(map[Space]int),
		Recall:     make(map[string]float64),
		Lengths:    listed.lengths,
	}
	b.summary.Generation, b.summary.Products = name, listed.count

	texts, err := b.embedTexts(ctx, listed.texts)
	if err != nil {
		return err
	}
	photos, err := b.embedPhotos(ctx, listed.photos)
	if err != nil {
		return err
	}
	matrices := map[Space]matrix{SpaceText: texts, SpacePhoto: photos}
	if err := b.indexVectors(ctx, dir, matrices, &manifest); err != nil {
		return err
	}
	manifest.Photos = listed.photoState
	b.summary.PhotoProblems = b.ledger.problems()
	if manifest.Files, err = describeFiles(dir); err != nil {
		return err
	}
	if err := writeManifest(dir, &manifest); err != nil {
		return err
	}
	return b.verify(ctx, dir)
}

// indexVectors builds the vector index of each space and measures, on what was written, how many of the
// true neighbours it finds.
func (b *build) indexVectors(ctx context.Context, dir string, matrices map[Space]matrix, manifest *Manifest) error {
	first := make(map[Space][]uint32)
	for _, space := range spaces {
		m := matrices[space]
		idx, err := vector.Build(ctx, m.values, b.Model.Dim, vector.Options{
			Progress: func(done, total int) { b.report(stageVectors, done, total) },
		})
		if err != nil {
			return fmt.Errorf("index the %s vectors: %w", space, err)
		}
		if err := idx.WriteFile(filepath.Join(dir, space.file())); err != nil {
			return fmt.Errorf("write the %s vectors: %w", space, err)
		}
		first[space] = m.first(manifest.Products)
		manifest.Rows[space] = len(m.docs)
	}
	if err := writeRows(filepath.Join(dir, rowsFile), rowTable{first, matrices[SpacePhoto].photos}); err != nil {
		return err
	}
	for i, space := range spaces {
		if err := b.measureRecall(ctx, dir, space, manifest); err != nil {
			return err
		}
		b.report(stageVerify, i+1, len(spaces))
	}
	b.summary.Recall = manifest.Recall
	return nil
}

const (
	recallQueries = 200 // rows that are searched for; their neighbours are compared with exact search
	recallAt      = 10
)

func (b *build) measureRecall(ctx context.Context, dir string, space Space, manifest *Manifest) error {
	if manifest.Rows[space] == 0 {
		return nil
	}
	idx, err := vector.Open(filepath.Join(dir, space.file()))
	if err != nil {
		return err
	}
	defer idx.Close()
	recall, err := idx.Recall(ctx, recallQueries, recallAt, uint64(manifest.Sequence))
	if err != nil {
		return fmt.Errorf("measure recall of the %s vectors: %w", space, err)
	}
	manifest.Recall[string(space)] = recall
	if recall < b.MinRecall {
		return fmt.Errorf("%w: recall@%d of the %s vectors is %.3f and must be %.2f: the old index stays in use; please report this with the size of your catalogue",
			ErrRecall, recallAt, space, recall, b.MinRecall)
	}
	return nil
}

// verify opens the generation as a search would and reads every product.
func (b *build) verify(ctx context.Context, dir string) error {
	generation, err := openGeneration(dir)
	if err != nil {
		return fmt.Errorf("verify what was built: %w", err)
	}
	defer generation.release()
	for doc := range uint32(generation.len()) {
		if err := ctx.Err(); err != nil {
			return err
		}
		product, err := generation.products.read(doc)
		if err != nil {
			return fmt.Errorf("verify what was built: %w", err)
		}
		if at, ok := generation.products.find(product.ID); !ok || at != doc {
			return fmt.Errorf("verify what was built: %w: product %q is not found as number %d", ErrDamaged, product.ID, doc)
		}
	}
	return nil
}

// swap makes the staged generation the live one and clears old ones away.
func (b *build) swap(name, dir string) error {
	before, _ := currentGeneration(b.DataDir) // stays on the disk for whoever still reads it; "" = none
	const steps = 4
	done := 0
	step := func() { done++; b.report(stagePublish, done, steps) }
	if err := publish(b.DataDir, name, dir, step); err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	step()
	// The new generation is live: an old one that cannot be removed yet is the next build's to remove.
	_ = removeOldGenerations(b.DataDir, name, before)
	step()
	return nil
}

func (b *build) report(stage string, done, total int) {
	b.progress.Lock()
	defer b.progress.Unlock()
	b.Progress(stage, done, total)
}
