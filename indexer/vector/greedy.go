package vector

import (
	"encoding/binary"
	"slices"
)

// beamWidth is how many rows are expanded at a time: W of DiskANN's beam search. While the links and codes for one come
// from memory, those for the other are on their way. More than two look at rows that were better left out.
const beamWidth = 2

// scratch is what one search needs; searches borrow it from the index's pool.
type scratch struct {
	unit    []float32 // the query
	probe   probe     // its codes
	visited []uint64
	beam    []uint32 // rows to expand
	fresh   []uint32 // rows to compare
	passed  []uint32 // rows that a search of the build has expanded
	exact   []float32
	groups  []uint32 // of the best so far
	nearest nearest

	// of a scan of the signs:
	signs signProbe
	above []uint32 // bits of rows above the least
	sums  []uint16
	short shortlist
	left  []uint32 // the rows on it

	hits []candidate // of other scans
}

// greedySearch fills s.nearest with the rows of g nearest to s.probe by glances: GreedySearch of Vamana
// (Subramanya et al., DiskANN, NeurIPS 2019, algorithm 1) with list size ef. expanded, if not nil,
// sees each row whose neighbours were looked at.
func greedySearch(g *graph, c *codes, s *scratch, entries []uint32, ef int, expanded func(row uint32)) {
	s.begin(c.rows(), ef)
	s.visit(entries)
	s.compare(c)
	for {
		s.beam = s.nearest.expand(s.beam[:0], beamWidth)
		if len(s.beam) == 0 {
			return
		}
		for _, row := range s.beam {
			prefetch(g.at(row))
		}
		for _, row := range s.beam {
			if expanded != nil {
				expanded(row)
			}
			s.visitLinks(g.at(row))
		}
		s.compare(c)
	}
}

func (s *scratch) begin(rows, ef int) {
	words := (rows + 63) / 64
	if cap(s.visited) < words {
		s.visited = make([]uint64, words)
	}
	s.visited = s.visited[:words]
	clear(s.visited)
	s.fresh = s.fresh[:0]
	s.nearest.reset(ef)
}

// visit marks rows and notes those for which that is news.
func (s *scratch) visit(rows []uint32) {
	n := len(s.fresh)
	s.fresh = slices.Grow(s.fresh, len(rows))[:n+len(rows)]
	for _, row := range rows {
		n += note(s.visited, s.fresh, n, row)
	}
	s.fresh = s.fresh[:n]
}

// visitLinks visits the rows that slots link to.
func (s *scratch) visitLinks(slots []byte) {
	n, links := len(s.fresh), len(slots)/linkSize
	s.fresh = slices.Grow(s.fresh, links)[:n+links]
	fresh, visited := s.fresh, s.visited
	for ; len(slots) >= 8; slots = slots[2*linkSize:] {
		two := binary.LittleEndian.Uint64(slots)
		n += note(visited, fresh, n, uint32(two)&maxLink)
		n += note(visited, fresh, n, uint32(two>>(8*linkSize))&maxLink)
	}
	for ; len(slots) > 0; slots = slots[linkSize:] {
		n += note(visited, fresh, n, linkOf(slots))
	}
	s.fresh = fresh[:n]
}

// note marks row and writes it to fresh[n]; it returns 1 if the row is new. Nobody can foresee that, so it does not branch.
func note(visited []uint64, fresh []uint32, n int, row uint32) int {
	word, bit := visited[row>>6], row&63
	fresh[n] = row
	visited[row>>6] = word | 1<<bit
	return int(^word >> bit & 1)
}

// compare puts the rows that were noted on the list.
func (s *scratch) compare(c *codes) {
	for i, score := range s.probe.glances(c, s.fresh) {
		s.nearest.add(s.fresh[i], score)
	}
	s.fresh = s.fresh[:0]
}
