package vector

// adjacency is a directed graph over rows.
type adjacency interface {
	neighbours(row uint32) []uint32
}

// frozen is the graph of a finished index: the neighbours of row r are links[offsets[r]:offsets[r+1]].
type frozen struct {
	entry   uint32
	offsets []uint32
	links   []uint32
}

func (f *frozen) neighbours(row uint32) []uint32 {
	return f.links[f.offsets[row]:f.offsets[row+1]]
}

// scratch is what one search needs; searches borrow it from the index's pool.
type scratch struct {
	probe   probe
	code    []byte
	visited []uint64
	fresh   []uint32 // rows about to be compared
	exact   []float32
	nearest nearest
}

// visit marks row and says whether that was news.
func (s *scratch) visit(row uint32) bool {
	word, bit := row>>6, uint64(1)<<(row&63)
	if s.visited[word]&bit != 0 {
		return false
	}
	s.visited[word] |= bit
	return true
}

// greedySearch fills s.nearest with the rows of g nearest to s.probe: GreedySearch of Vamana
// (Subramanya et al., DiskANN, NeurIPS 2019, algorithm 1) with list size ef. expanded, if not nil,
// sees each row whose neighbours were looked at.
func greedySearch(g adjacency, c *codes, s *scratch, entries []uint32, ef int, expanded func(candidate)) {
	words := (c.rows() + 63) / 64
	if cap(s.visited) < words {
		s.visited = make([]uint64, words)
	}
	s.visited = s.visited[:words]
	clear(s.visited)

	s.nearest.reset(ef)
	s.consider(c, entries)
	for {
		p, ok := s.nearest.expand()
		if !ok {
			return
		}
		if expanded != nil {
			expanded(p)
		}
		s.consider(c, g.neighbours(p.row))
	}
}

// consider compares those of rows that were not visited yet, and puts them on the list.
func (s *scratch) consider(c *codes, rows []uint32) {
	s.fresh = s.fresh[:0]
	for _, row := range rows {
		if s.visit(row) {
			s.fresh = append(s.fresh, row)
		}
	}
	for i, score := range s.probe.relatives(c, s.fresh) {
		s.nearest.add(s.fresh[i], score)
	}
}
