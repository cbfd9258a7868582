package adapter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
)

var (
	// ErrData is wrapped by every reason why pairs cannot be learnt from.
	ErrData = errors.New("unusable pairs")
	// ErrDiverged is wrapped where the loss or the parameters are no longer finite.
	ErrDiverged = errors.New("training diverged")
)

// Products are the vectors that queries are to find, which training leaves as they are.
type Products interface {
	// Vector returns the unit vector of a product; false where it has none.
	Vector(product uint32) ([]float32, bool)
	// Nearest returns at most k products with the vectors of the highest cosine with query, best first.
	Nearest(ctx context.Context, query []float32, k int) ([]uint32, error)
}

// Pair is a query and a product that was meant by it.
type Pair struct {
	Query   int // row of Data.Queries
	Product uint32
	Weight  float64 // in the loss, above 0
}

// Data is what a projection is learnt from. A query has pairs in Training or in Validation, not in both.
type Data struct {
	Dim        int
	Queries    []float32 // unit vectors of Dim numbers, one after the other
	Products   Products
	Training   []Pair
	Validation []Pair // these choose the best epoch and end the training
	// Anchors are unit vectors like Queries that are better left where they are, such as those of words that the encoder
	// knows: what is learnt of some queries is not to spoil all others.
	Anchors []float32
}

// Epoch is what one pass over the pairs came to.
type Epoch struct {
	Number int     // from 1; 0 is before training
	Loss   float64 // mean over the steps; 0 before training
	MRR    float64 // of the validation queries among all products, 0 beyond the first Depth
	Best   bool    // no epoch before has a higher MRR
}

// Depth is how far down the MRR of an epoch looks.
const Depth = 100

// Train fits a projection to the training pairs and returns it as it was after the best epoch, which is the identity
// where none was better than that (Projection.IsIdentity). Each epoch is reported.
//
// When ctx ends or training diverges (ErrDiverged) after an epoch that was better than the identity, the best
// projection so far is returned together with the error. Other errors wrap ErrOptions or ErrData.
func Train(ctx context.Context, data Data, o Options, report func(Epoch)) (*Projection, error) {
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := data.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	t := &training{
		Data:      data,
		options:   o,
		learner:   newLearner(data.Dim, o.Rank, rand.New(rand.NewPCG(o.Seed, streamStart))),
		optimiser: newAdamW(o.Rate, max(0, o.Decay), 2*o.Rank*data.Dim),
		meant:     meantBy(data.Training),
		random:    rand.New(rand.NewPCG(o.Seed, streamSteps)),
	}
	return t.fit(ctx, report)
}

// The streams of chance that one seed gives.
const (
	streamStart = iota + 1
	streamSteps
)

func (d *Data) check() error {
	if d.Dim < 1 || d.Dim > MaxDim || len(d.Queries)%d.Dim != 0 || len(d.Anchors)%d.Dim != 0 {
		return fmt.Errorf("%d and %d numbers are no rows of %d dimensions", len(d.Queries), len(d.Anchors), d.Dim)
	}
	if len(d.Training) == 0 || len(d.Validation) == 0 {
		return fmt.Errorf("%d pairs to train on and %d to validate on: both are needed", len(d.Training), len(d.Validation))
	}
	if !finite(d.Queries...) || !finite(d.Anchors...) {
		return errors.New("a query's vector has a number that is not finite")
	}
	for _, p := range slices.Concat(d.Training, d.Validation) {
		if p.Query < 0 || p.Query >= len(d.Queries)/d.Dim || !(p.Weight > 0) || !finite(p.Weight) {
			return fmt.Errorf("a pair of query %d and product %d with the weight %v", p.Query, p.Product, p.Weight)
		}
		if v, ok := d.Products.Vector(p.Product); !ok || len(v) != d.Dim {
			return fmt.Errorf("product %d has no vector of %d dimensions: leave its pairs out", p.Product, d.Dim)
		}
	}
	trained := meantBy(d.Training)
	for _, p := range d.Validation {
		if trained[p.Query] != nil {
			return fmt.Errorf("query %d has pairs to train and to validate on", p.Query)
		}
	}
	return nil
}

func (d *Data) query(i int) []float32 { return d.Queries[i*d.Dim : (i+1)*d.Dim] }

// meantBy lists the products of each query.
func meantBy(pairs []Pair) map[int][]uint32 {
	meant := map[int][]uint32{}
	for _, p := range pairs {
		meant[p.Query] = append(meant[p.Query], p.Product)
	}
	return meant
}

// training is one run of Train.
type training struct {
	Data
	options Options
	*learner
	optimiser *adamW
	meant     map[int][]uint32 // the products of each training query
	random    *rand.Rand
	hard      map[int][]uint32 // hard negatives of each training query, to draw from

	in                  batch
	queries, candidates buffer
	anchors             buffer
	drawn               []uint32 // the candidates' products
}

func (t *training) fit(ctx context.Context, report func(Epoch)) (*Projection, error) {
	best, bestEpoch := t.projection(), 0
	mrr, err := t.validate(ctx, best)
	if err != nil {
		return nil, err
	}
	report(Epoch{MRR: mrr, Best: true})
	for number, highest := 1, mrr; number <= t.options.Epochs && number-bestEpoch <= t.options.Patience; number++ {
		epoch, now := Epoch{Number: number}, (*Projection)(nil)
		if epoch.Loss, err = t.pass(ctx, number); err != nil {
			break
		}
		if now = t.projection(); !finite(epoch.Loss) || !finite(now.A...) || !finite(now.B...) {
			err = fmt.Errorf("%w: in epoch %d numbers became too large: choose a lower learning rate", ErrDiverged, number)
			break
		}
		if epoch.MRR, err = t.validate(ctx, now); err != nil {
			break
		}
		if epoch.Best = epoch.MRR > highest; epoch.Best {
			best, bestEpoch, highest = now, number, epoch.MRR
		}
		report(epoch)
	}
	if err != nil && bestEpoch == 0 {
		return nil, err
	}
	return best, err
}

// validate returns the mean over the validation queries of 1 / the rank of the first product that was meant.
func (t *training) validate(ctx context.Context, p *Projection) (float64, error) {
	meant := meantBy(t.Validation)
	sum := 0.0
	for query := range len(t.Queries) / t.Dim { // in their order, so that the sum is the same each time
		if meant[query] == nil {
			continue
		}
		found, err := t.Products.Nearest(ctx, p.Apply(t.query(query)), Depth)
		if err != nil {
			return 0, err
		}
		if at := slices.IndexFunc(found, func(product uint32) bool { return slices.Contains(meant[query], product) }); at >= 0 {
			sum += 1 / float64(at+1)
		}
	}
	return sum / float64(len(meant)), nil
}

// pass takes one step for each batch of the training pairs, in an order of chance, and returns the mean loss.
func (t *training) pass(ctx context.Context, number int) (float64, error) {
	if t.options.Hard > 0 && (number-1)%t.options.Refresh == 0 {
		if err := t.mine(ctx); err != nil {
			return 0, err
		}
	}
	sum, steps := 0.0, 0
	for order := range slices.Chunk(t.random.Perm(len(t.Training)), t.options.Batch) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		t.fill(order)
		sum += t.loss(&t.in, t.options.Temperature)
		if t.options.Hold > 0 && len(t.Anchors) > 0 {
			sum += t.hold(t.drawAnchors(), t.options.Hold)
		}
		t.optimiser.step(t.values, t.gradients)
		steps++
	}
	return sum / float64(steps), nil
}

// minedDepth is how many wrong products a query has to draw its hard negatives from, for each that it draws.
const minedDepth = 8

// mine finds, for each training query as it is moved now, the nearest products that it does not mean.
func (t *training) mine(ctx context.Context) error {
	t.hard = map[int][]uint32{}
	now := t.projection()
	for query, meant := range t.meant {
		wanted := minedDepth * t.options.Hard
		found, err := t.Products.Nearest(ctx, now.Apply(t.query(query)), wanted+len(meant))
		if err != nil {
			return err
		}
		wrong := slices.DeleteFunc(found, func(product uint32) bool { return slices.Contains(meant, product) })
		t.hard[query] = wrong[:min(wanted, len(wrong))]
	}
	return nil
}

// fill makes the pairs of an order the batch.
func (t *training) fill(order []int) {
	t.drawn = t.drawn[:0]
	for _, i := range order {
		t.drawn = append(t.drawn, t.Training[i].Product)
	}
	for _, i := range order {
		pool := t.hard[t.Training[i].Query]
		for range min(max(0, t.options.Hard), len(pool)) {
			t.drawn = append(t.drawn, pool[t.random.IntN(len(pool))])
		}
	}
	n, m := len(order), len(t.drawn)
	t.in.queries, t.in.candidates = t.queries.matrix(n, t.Dim), t.candidates.matrix(m, t.Dim)
	t.in.weights, t.in.hidden = t.in.weights[:0], t.in.hidden[:0]
	for j, product := range t.drawn {
		vector, _ := t.Products.Vector(product) // what is meant was checked, and what is near has one
		widen(row(t.in.candidates, j), vector)
	}
	for i, p := range order {
		pair := t.Training[p]
		t.in.weights = append(t.in.weights, pair.Weight)
		widen(row(t.in.queries, i), t.query(pair.Query))
		meant := t.meant[pair.Query]
		for j, product := range t.drawn {
			hidden := j != i && (slices.Contains(meant, product) || slices.Equal(row(t.in.candidates, i), row(t.in.candidates, j)))
			t.in.hidden = append(t.in.hidden, hidden)
		}
	}
	t.drop(n)
}

// drawAnchors gives as many anchors as a batch has pairs.
func (t *training) drawAnchors() blas64.General {
	anchors := t.anchors.matrix(t.options.Batch, t.Dim)
	for i := range anchors.Rows {
		at := t.random.IntN(len(t.Anchors) / t.Dim)
		widen(row(anchors, i), t.Anchors[at*t.Dim:(at+1)*t.Dim])
	}
	return anchors
}

// drop draws which hidden units are left out; the others are scaled so that their sum is the same in the mean
// (Srivastava et al. 2014, section 10, in its inverted form).
func (t *training) drop(n int) {
	t.in.kept = t.in.kept[:0]
	if t.options.Dropout <= 0 {
		t.in.kept = nil
		return
	}
	for range n * t.rank {
		factor := 0.0
		if t.random.Float64() >= t.options.Dropout {
			factor = 1 / (1 - t.options.Dropout)
		}
		t.in.kept = append(t.in.kept, factor)
	}
}

func widen(into []float64, vector []float32) {
	for i, x := range vector {
		into[i] = float64(x)
	}
}
