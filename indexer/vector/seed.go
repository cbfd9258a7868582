package vector

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"slices"

	"github.com/coder/hnsw"
)

const (
	// seedShare: one row in so many is linked by coder/hnsw, the others enter during refinement. Linking
	// all of them costs more than refinement itself and finds no more: docs/decisions/0004.
	seedShare = 16
	// seedShardRows is the most rows of a shard: coder/hnsw's time a row grows with their number.
	seedShardRows = 1024
	// seedShards is the most shards. It is a constant, and not the number of cores, because the result
	// must not depend on the machine.
	seedShards = 16
	// seedNeighbours is how many neighbours coder/hnsw looks for; it links both ways, so a row ends
	// with about twice as many.
	seedNeighbours = 16
)

// seedRows is how many of rows coder/hnsw links.
func seedRows(rows int) int {
	return min(rows, max(rows/seedShare, seedShardRows), seedShards*seedShardRows)
}

// seed has coder/hnsw link rows among themselves and returns an entry row for each of the shards that it
// deals them into. The shards are built side by side and stay unconnected: that is refine's work.
func (b *builder) seed(ctx context.Context, rows []uint32) (entries []uint32, err error) {
	shards := make([][]uint32, (len(rows)+seedShardRows-1)/seedShardRows)
	for i, row := range rows {
		s := i % len(shards)
		shards[s] = append(shards[s], row)
	}
	failures := make([]error, len(shards))
	err = parallel(ctx, b.workers, len(shards), 1, func(_, s int) {
		failures[s] = b.seedShard(ctx, shards[s])
		b.progress.add(len(shards[s]))
	})
	if err = errors.Join(append(failures, err)...); err != nil {
		return nil, err
	}
	for _, shard := range shards {
		entries = append(entries, shard[0])
	}
	return entries, nil
}

// seedShard links rows among themselves with coder/hnsw. The library is used as far as v0.6.1 is sound:
// each key once, vectors that never change, nothing deleted, nothing imported. Two more things make
// its result repeat, which it does not do by itself:
//
//   - A search begins at the first node that a Go map of the top layer yields, so the top layer gets
//     one node only: levels feeds the library's random source such that the first node enters layers
//     0 and 1 and all others layer 0.
//   - It reads M twice a node, first for how many neighbours to look for, then for how many a node may
//     keep. A node over the limit drops one and refills the dropped one's links in the order of a Go
//     map. shardDistance, called in between, lifts the limit, so that nothing is ever dropped.
func (b *builder) seedShard(ctx context.Context, rows []uint32) error {
	graph := hnsw.NewGraph[int]()
	graph.EfSearch = 2 * seedNeighbours
	graph.Rng = rand.New(&levels{})
	graph.Distance = shardDistance(graph, b.codes)
	for _, row := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		graph.M = seedNeighbours
		graph.Add(hnsw.MakeNode(int(row), rowValue(row)))
	}
	return b.readLinks(graph)
}

// rowValue is what coder/hnsw holds as the vector of row: its number, which is all shardDistance needs.
func rowValue(row uint32) hnsw.Vector { return hnsw.Vector{math.Float32frombits(row)} }

// shardDistance is the cosine distance of the codes. The library calls it first for layer 1, where the
// first node is alone, then for layer 0: by the second call for a target, M has been read.
func shardDistance(graph *hnsw.Graph[int], c *codes) hnsw.DistanceFunc {
	var probe probe
	target, calls := ^uint32(0), 0
	return func(value, near hnsw.Vector) float32 {
		if row := math.Float32bits(near[0]); row != target {
			probe.aimAt(c, row)
			target, calls = row, 0
		}
		if calls++; calls == 2 {
			graph.M = math.MaxInt
		}
		return 1 - probe.cosines(c, []uint32{math.Float32bits(value[0])})[0]
	}
}

// levels is a random source that draws a level of 1 for the first node and 0 for all others.
type levels struct{ drawn bool }

func (l *levels) Int63() int64 {
	if !l.drawn {
		l.drawn = true
		return 0
	}
	return 3 << 61 // of 1<<63: 0.75, above the library's Ml of 0.25
}

func (l *levels) Seed(int64) {}

// readLinks takes over the links of layer 0. The library gives its links away only in
// its export format: signed varints, and values that are no integers in little-endian order.
func (b *builder) readLinks(graph *hnsw.Graph[int]) error {
	graph.Distance = hnsw.CosineDistance // an export names its distance function
	var export bytes.Buffer
	if err := graph.Export(&export); err != nil {
		return fmt.Errorf("export the seed graph: %w", err)
	}
	var p pruner
	in := exportReader{buffer: &export}
	in.integer()          // encoding version
	in.integer()          // M
	in.skip(8)            // Ml
	in.integer()          // EfSearch
	in.skip(in.integer()) // name of the distance function
	in.integer()          // layers; the first is the one that holds every row
	for range in.integer() {
		row := in.integer()
		in.skip(4 * in.integer()) // vector
		neighbours := make([]uint32, in.integer())
		for i := range neighbours {
			neighbours[i] = uint32(in.integer())
		}
		slices.Sort(neighbours)
		if in.err == nil {
			if len(neighbours) > b.graph.width {
				neighbours = b.prune(uint32(row), neighbours, &p)
			}
			b.graph.set(uint32(row), neighbours)
		}
	}
	if in.err != nil {
		return fmt.Errorf("read the export of the seed graph: %w", in.err)
	}
	return nil
}

// exportReader reads an export that this process has just written; the first error stays.
type exportReader struct {
	buffer *bytes.Buffer
	err    error
}

func (r *exportReader) integer() int {
	if r.err != nil {
		return 0
	}
	var v int64
	v, r.err = binary.ReadVarint(r.buffer)
	return int(v)
}

func (r *exportReader) skip(n int) {
	if len(r.buffer.Next(n)) < n && r.err == nil {
		r.err = io.ErrUnexpectedEOF
	}
}
