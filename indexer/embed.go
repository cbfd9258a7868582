package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"vitrine/catalog"
)

const (
	// encoderCalls are under way at once, so that one decodes and tokenises while the other computes.
	encoderCalls = 2
	// textBatch and photoBatch are also what a crash may lose of an encoder call's work.
	textBatch  = 256
	photoBatch = 16
)

// embedder gets vectors from the cache and, what the cache does not have, from the encoder. Each batch
// is in the cache before the next one begins.
type embedder struct {
	cache   *catalog.Embeddings
	encoder Encoder
	model   Model
	clock   encoderClock

	rows, texts, photos atomic.Int64 // rows with a vector; texts and photos that were embedded for them
}

func newEmbedder(cache *catalog.Embeddings, encoder Encoder, model Model) *embedder {
	return &embedder{cache: cache, encoder: encoder, model: model}
}

// matrix is the vectors of one space: row i is values[i·dim : (i+1)·dim] and belongs to docs[i].
// docs ascends.
type matrix struct {
	dim    int
	values []float32
	docs   []uint32
	photos []uint32 // of the photo space: the number of each row's photo among those of its product
}

// first returns for each of count products the row at which it begins, and the number of rows.
func (m matrix) first(count int) []uint32 {
	first := make([]uint32, count+1)
	for _, doc := range m.docs {
		first[doc+1]++
	}
	for doc := range count {
		first[doc+1] += first[doc]
	}
	return first
}

// embedTexts returns a row for each text. Texts that are the same are embedded once.
func (b *build) embedTexts(ctx context.Context, rows []textRow) (matrix, error) {
	var distinct []textRow // the first row of each text
	rowsOf := make(map[string][]int)
	m := matrix{dim: b.Model.Dim, values: make([]float32, len(rows)*b.Model.Dim), docs: make([]uint32, len(rows))}
	for i, row := range rows {
		if len(rowsOf[row.text]) == 0 {
			distinct = append(distinct, row)
		}
		rowsOf[row.text] = append(rowsOf[row.text], i)
		m.docs[i] = row.doc
	}
	var done atomic.Int64
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(encoderCalls)
	for begin := 0; begin < len(distinct) && groupCtx.Err() == nil; begin += textBatch {
		batch := distinct[begin:min(begin+textBatch, len(distinct))]
		group.Go(func() error {
			vectors, err := b.embedder.embedTexts(groupCtx, batch)
			if err != nil {
				return err
			}
			for i, first := range batch {
				for _, row := range rowsOf[first.text] {
					copy(m.values[row*m.dim:], vectors[i])
				}
				b.embedder.rows.Add(int64(len(rowsOf[first.text])))
			}
			b.report(stageTexts, int(done.Add(int64(len(batch)))), len(distinct))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return matrix{}, fmt.Errorf("embed texts: %w", err)
	}
	return m, ctx.Err()
}

// embedTexts returns the vectors of rows with distinct texts.
func (e *embedder) embedTexts(ctx context.Context, rows []textRow) ([][]float32, error) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = contentKey([]byte(row.text))
	}
	cached, err := e.cached(ctx, keys)
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(rows))
	var missing []int
	var ask []string
	for i, key := range keys {
		if vectors[i] = cached[key]; vectors[i] == nil {
			missing, ask = append(missing, i), append(ask, rows[i].text)
		}
	}
	if len(ask) == 0 {
		return vectors, nil
	}
	stop := e.clock.start()
	made, err := e.encoder.EmbedTexts(ctx, ask)
	stop()
	if err != nil {
		return nil, err
	}
	if len(made) != len(ask) {
		return nil, fmt.Errorf("%w: %d vectors for %d texts", ErrEncoder, len(made), len(ask))
	}
	fresh := make(map[string][]float32, len(made))
	for n, v := range made {
		if err := e.usable(v); err != nil {
			return nil, fmt.Errorf("product %q, text %q: %w", rows[missing[n]].id, excerpt(ask[n]), err)
		}
		vectors[missing[n]], fresh[keys[missing[n]]] = v, v
	}
	e.texts.Add(int64(len(made)))
	return vectors, e.cache.Put(ctx, e.model.Fingerprint, fresh)
}

// cached returns those vectors of keys that the cache has and that can be used; others are made again.
func (e *embedder) cached(ctx context.Context, keys []string) (map[string][]float32, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := e.cache.Get(ctx, e.model.Fingerprint, keys)
	for key, v := range found {
		if e.usable(v) != nil {
			delete(found, key)
		}
	}
	return found, err
}

// usable checks a vector that an encoder returned, now or in an earlier run: dim finite values of length 1.
func (e *embedder) usable(v []float32) error {
	if len(v) != e.model.Dim {
		return fmt.Errorf("%w: a vector has %d dimensions and the model %d", ErrEncoder, len(v), e.model.Dim)
	}
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if !(math.Abs(math.Sqrt(square)-1) < 0.01) { // also when it is not a number
		return fmt.Errorf("%w: a vector has length %.3g and not 1", ErrEncoder, math.Sqrt(square))
	}
	return nil
}

// contentKey is the key of a content in the cache.
func contentKey(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// encoderClock measures the time in which at least one encoder call is under way.
type encoderClock struct {
	mu     sync.Mutex
	active int
	since  time.Time
	total  time.Duration
}

// start begins a call; the function it returns ends it.
func (c *encoderClock) start() (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.active == 0 {
		c.since = time.Now()
	}
	c.active++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.active--; c.active == 0 {
			c.total += time.Since(c.since)
		}
	}
}

func (c *encoderClock) elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}
