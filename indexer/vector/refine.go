package vector

import (
	"cmp"
	"context"
	"slices"
)

const (
	// searchList is how many candidates a row's neighbours are chosen from: L of DiskANN.
	searchList = 128
	// largestBatch bounds how many rows are linked without seeing each other.
	largestBatch = 2048
	// batchShare keeps a batch below this share of the rows already in the graph, for the same reason.
	batchShare = 8
)

// link is a link from one row to another.
type link struct{ from, to uint32 }

// refine visits every row in the given order, of which the first seeded ones have links already, and
// gives each the neighbours that a search from entries and robust pruning find, with links back: one
// pass of Vamana (DiskANN, algorithm 3). It goes in batches: all rows of a batch search the graph as the
// last batch left it, then all changes are made. So the cores share the work and the result does not
// depend on their number (after ParlayANN, Manohar et al., PPoPP 2024).
func (b *builder) refine(ctx context.Context, order []uint32, seeded int, entries []uint32) error {
	pruners := make([]pruner, b.workers)
	searches := make([]scratch, b.workers)
	for done := 0; done < len(order); {
		size := min(largestBatch, max(1, max(seeded, done)/batchShare), len(order)-done)
		batch := order[done : done+size]
		chosen := make([][]uint32, size)
		if err := parallel(ctx, b.workers, size, 4, func(worker, i int) {
			chosen[i] = b.chooseNeighbours(batch[i], entries, &searches[worker], &pruners[worker])
		}); err != nil {
			return err
		}
		var back []link
		for i, row := range batch {
			b.graph.set(row, chosen[i])
			for _, neighbour := range chosen[i] {
				back = append(back, link{from: neighbour, to: row})
			}
		}
		if err := b.linkBack(ctx, back, pruners); err != nil {
			return err
		}
		done += size
		b.progress.add(size)
	}
	return b.finish(ctx, pruners)
}

// finish gives the rows the width of a finished graph and prunes those that have more links.
func (b *builder) finish(ctx context.Context, pruners []pruner) error {
	finished := &graph{entry: b.graph.entry, width: width, slots: make([]byte, linkSize*b.codes.rows()*width)}
	err := parallel(ctx, b.workers, b.codes.rows(), 16, func(worker, i int) {
		row := uint32(i)
		neighbours := b.graph.neighbours(row)
		if len(neighbours) > maxDegree {
			neighbours = b.prune(row, neighbours, &pruners[worker])
		}
		finished.set(row, neighbours)
	})
	b.graph = finished
	return err
}

// chooseNeighbours searches for row and prunes what the search passed and what row was linked to before.
func (b *builder) chooseNeighbours(row uint32, entries []uint32, s *scratch, p *pruner) []uint32 {
	s.probe.aimAt(b.codes, row)
	p.begin(row)
	passed := s.passed[:0]
	greedySearch(b.graph, b.codes, s, entries, searchList, func(row uint32) { passed = append(passed, row) })
	p.offerAll(b.codes, &s.probe, passed)
	p.offerAll(b.codes, &s.probe, b.graph.neighbours(row))
	s.passed = passed
	return slices.Clone(p.prune(b.codes))
}

// linkBack adds the given links; a row whose links become too many even for now is pruned again.
func (b *builder) linkBack(ctx context.Context, back []link, pruners []pruner) error {
	slices.SortFunc(back, func(x, y link) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to))
	})
	var starts []int // of the links from one row
	for i := range back {
		if i == 0 || back[i].from != back[i-1].from {
			starts = append(starts, i)
		}
	}
	return parallel(ctx, b.workers, len(starts), 16, func(worker, i int) {
		end := len(back)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		b.addLinks(back[starts[i]:end], &pruners[worker])
	})
}

// addLinks adds links that all go out from one row.
func (b *builder) addLinks(more []link, p *pruner) {
	row := more[0].from
	neighbours := b.graph.neighbours(row)
	for _, l := range more {
		if !slices.Contains(neighbours, l.to) {
			neighbours = append(neighbours, l.to)
		}
	}
	if len(neighbours) > b.graph.width {
		neighbours = b.prune(row, neighbours, p)
	}
	b.graph.set(row, neighbours)
}

// prune chooses among the neighbours of row; valid until p is used again.
func (b *builder) prune(row uint32, neighbours []uint32, p *pruner) []uint32 {
	p.begin(row)
	p.probe.aimAt(b.codes, row)
	p.offerAll(b.codes, &p.probe, neighbours)
	return p.prune(b.codes)
}
