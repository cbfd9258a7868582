package vector

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Options are the choices of Build; the zero value is documented at each field.
type Options struct {
	GraphFrom int                   // rows from which a graph is built; 0 = 20,000, below which a scan is fast enough
	Seed      uint64                // of the order in which rows are linked; any value is as good
	Workers   int                   // goroutines; 0 = GOMAXPROCS. The result does not depend on it
	Progress  func(done, total int) // steps of work, called by one goroutine at a time; nil = none
}

// WithDefaults returns a copy in which every zero is replaced by its default.
func (o Options) WithDefaults() Options {
	if o.GraphFrom == 0 {
		o.GraphFrom = 20_000
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o
}

// maxRows keeps the numbers of rows within the 24 bits of a link.
const maxRows = maxLink + 1

// maxDim keeps the sums of dotNibbles within 32 bits.
const maxDim = 1 << 14

// Build makes the index of vectors: n·dim values, unit rows one after the other. It keeps the slice,
// which must not be changed afterwards. A row that is zero, not finite or not of unit length is refused
// with an error that names it and wraps ErrVector. No rows make an index that finds nothing.
func Build(ctx context.Context, vectors []float32, dim int, opts Options) (*Index, error) {
	opts = opts.WithDefaults()
	if err := checkVectors(vectors, dim); err != nil {
		return nil, err
	}
	x := &Index{vectors: vectors, codes: newCodes(len(vectors)/dim, dim)}
	n := x.Len()
	buffers := make([][]int8, opts.Workers)
	for i := range buffers {
		buffers[i] = make([]int8, 2*x.codes.stride)
	}
	if err := parallel(ctx, opts.Workers, n, 256, func(worker, i int) {
		x.codes.set(uint32(i), x.Vector(uint32(i)), buffers[worker])
	}); err != nil {
		return nil, err
	}
	x.signs = signsOf(&x.codes)
	if n < opts.GraphFrom || n < 2 {
		opts.Progress(n, n)
		return x, nil
	}
	graph, err := buildGraph(ctx, &x.codes, x.medoid(), opts)
	if err != nil {
		return nil, err
	}
	x.graph = graph
	return x, nil
}

// builder is a graph under construction, and who works on it.
type builder struct {
	codes    *codes
	graph    *graph
	workers  int
	progress *progress
}

// buildGraph links the rows of c: coder/hnsw links some of them, a pass over all rows brings the others
// in and prunes every row's links, then those are added that some row needs to be reached from entry. Of
// equal rows only the first takes part, and the others are hung below it. entry is none of those.
func buildGraph(ctx context.Context, c *codes, entry uint32, opts Options) (*graph, error) {
	equal, err := findCopies(ctx, c, opts.Workers)
	if err != nil {
		return nil, fmt.Errorf("compare the rows: %w", err)
	}
	order := without(permutation(c.rows(), opts.Seed), equal)
	at := slices.Index(order, entry)
	order[0], order[at] = order[at], order[0]
	seeded := seedRows(len(order))
	b := &builder{
		codes:    c,
		graph:    newGraph(c.rows(), growingWidth),
		workers:  opts.Workers,
		progress: &progress{total: seeded + len(order), report: opts.Progress},
	}
	b.graph.entry = entry
	entries, err := b.seed(ctx, order[:seeded])
	if err != nil {
		return nil, fmt.Errorf("seed the graph: %w", err)
	}
	if err := b.refine(ctx, order, seeded, entries); err != nil {
		return nil, fmt.Errorf("refine the graph: %w", err)
	}
	for _, same := range equal {
		same.hang(b.graph)
	}
	if err := b.reachAll(ctx); err != nil {
		return nil, fmt.Errorf("connect the graph: %w", err)
	}
	return b.graph, nil
}

func checkVectors(vectors []float32, dim int) error {
	if dim < 1 || dim > maxDim {
		return fmt.Errorf("%w: %d dimensions, want 1 to %d", ErrVector, dim, maxDim)
	}
	if len(vectors)%dim != 0 {
		return fmt.Errorf("%w: %d values are not a whole number of rows of %d dimensions", ErrVector, len(vectors), dim)
	}
	if len(vectors)/dim > maxRows {
		return fmt.Errorf("%w: %d rows, the limit is %d: split the catalogue", ErrVector, len(vectors)/dim, maxRows)
	}
	for row := 0; row*dim < len(vectors); row++ {
		length := norm(vectors[row*dim : (row+1)*dim])
		switch {
		case math.IsNaN(length) || math.IsInf(length, 0):
			return fmt.Errorf("%w: row %d holds a value that is not finite", ErrVector, row)
		case length == 0:
			return fmt.Errorf("%w: row %d is zero and has no direction", ErrVector, row)
		case math.Abs(length-1) > 0.01:
			return fmt.Errorf("%w: row %d has length %.4g, want 1: normalise it", ErrVector, row, length)
		}
	}
	return nil
}

// medoid is the row nearest to the mean of all rows, of equal ones the first, where every search begins.
func (x *Index) medoid() uint32 {
	dim := x.Dim()
	sums := make([]float64, dim)
	for row := range x.Len() {
		for i, v := range x.Vector(uint32(row)) {
			sums[i] += float64(v)
		}
	}
	mean := make([]float32, dim)
	for i, sum := range sums {
		mean[i] = float32(sum / float64(x.Len()))
	}
	if norm(mean) == 0 { // rows that cancel out: any of them is as central
		return 0
	}
	var center probe
	center.aim(&x.codes, mean)
	best, bestScore := uint32(0), float32(math.Inf(-1))
	for block := range blocksOf(x.Len()) {
		for i, score := range center.cosines(&x.codes, block) {
			if score > bestScore {
				best, bestScore = block[i], score
			}
		}
	}
	return best
}

// permutation is the numbers 0..n-1 in an order that depends on n and seed alone.
func permutation(n int, seed uint64) []uint32 {
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	random := rand.New(rand.NewPCG(seed, 0x76697472696e65))
	random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// progress adds up steps from several goroutines and reports them one at a time.
type progress struct {
	mu          sync.Mutex
	done, total int
	report      func(done, total int)
}

func (p *progress) add(steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += steps
	p.report(p.done, p.total)
}

// parallel calls work for each i below n from at most workers goroutines, which take grain of them at a
// time, and waits for them. worker, below workers, tells which goroutine calls. A cancelled context
// stops it between grains.
func parallel(ctx context.Context, workers, n, grain int, work func(worker, i int)) error {
	var claimed atomic.Int64
	var group sync.WaitGroup
	for worker := range min(workers, (n+grain-1)/grain) {
		group.Go(func() {
			for ctx.Err() == nil {
				end := int(claimed.Add(int64(grain)))
				for i := end - grain; i < min(end, n); i++ {
					work(worker, i)
				}
				if end >= n {
					return
				}
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
