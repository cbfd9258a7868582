package vector

import (
	"cmp"
	"slices"
)

const (
	// alpha is how much nearer a chosen neighbour must be to a candidate than the row itself is for the
	// candidate to be left out, in squared distance. DiskANN's value.
	alpha = 1.2
	// leastDegree: lists that pruning leaves shorter are filled up with the nearest of those left out.
	// Without it recall stalled at .93 on vectors of high intrinsic dimension.
	leastDegree = maxDegree * 3 / 4
)

// pruner chooses a row's neighbours among candidates. It is reused from row to row.
type pruner struct {
	row        uint32
	candidates []candidate // expanded: chosen, or left out because of a chosen one
	chosen     []uint32
	leftOut    []uint32
	far        []uint32 // the rows of candidates[farAt[i]]
	farAt      []int
	probe      probe
}

func (p *pruner) begin(row uint32) {
	p.row, p.candidates = row, p.candidates[:0]
}

// offer adds a candidate, cosine being that with the row; the row itself is passed over.
func (p *pruner) offer(row uint32, cosine float32) {
	if row != p.row {
		p.candidates = append(p.candidates, candidate{row: row, score: cosine})
	}
}

// offerAll offers rows; seen is aimed at the row.
func (p *pruner) offerAll(c *codes, seen *probe, rows []uint32) {
	for i, cosine := range seen.cosines(c, rows) {
		p.offer(rows[i], cosine)
	}
}

// prune returns the neighbours chosen, at most maxDegree, nearest first and then those that fill the
// list up; valid until the next call. It is RobustPrune of DiskANN (algorithm 2): the nearest candidate
// is taken and those left out that lie much nearer to it than to the row, for they are reached
// over it; and so on.
func (p *pruner) prune(c *codes) []uint32 {
	slices.SortFunc(p.candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.row, b.row))
	})
	p.candidates = slices.CompactFunc(p.candidates, func(a, b candidate) bool { return a.row == b.row })
	p.chosen, p.leftOut = p.chosen[:0], p.leftOut[:0]
	for i, near := range p.candidates {
		if near.expanded {
			p.leftOut = append(p.leftOut, near.row)
			continue
		}
		if p.chosen = append(p.chosen, near.row); len(p.chosen) == maxDegree {
			return p.chosen
		}
		p.leaveOut(c, near.row, i+1)
	}
	if missing := leastDegree - len(p.chosen); missing > 0 {
		p.chosen = append(p.chosen, p.leftOut[:min(missing, len(p.leftOut))]...)
	}
	return p.chosen
}

// leaveOut marks those candidates from the given one on that lie much nearer to near than to the row.
func (p *pruner) leaveOut(c *codes, near uint32, from int) {
	p.far, p.farAt = p.far[:0], p.farAt[:0]
	for at := from; at < len(p.candidates); at++ {
		if !p.candidates[at].expanded {
			p.far, p.farAt = append(p.far, p.candidates[at].row), append(p.farAt, at)
		}
	}
	p.probe.aimAt(c, near)
	for i, cosine := range p.probe.cosines(c, p.far) {
		if far := &p.candidates[p.farAt[i]]; alpha*(1-cosine) <= 1-far.score {
			far.expanded = true
		}
	}
}
