package vector

// maxDegree is the most neighbours that pruning leaves a row: R of DiskANN.
const maxDegree = 32

// growingDegree is how many a row may have while the graph grows. With no room to spare each new link
// meant pruning again, which took half of the build.
const growingDegree = maxDegree + 12

// links is a graph under construction. Reading it from many goroutines is safe, and so is writing to
// different rows, as long as no one reads those.
type links struct {
	rows [][]uint32
}

func newLinks(rows int) *links {
	l := &links{rows: make([][]uint32, rows)}
	backing := make([]uint32, rows*growingDegree)
	for i := range l.rows {
		l.rows[i] = backing[i*growingDegree : i*growingDegree : (i+1)*growingDegree]
	}
	return l
}

func (l *links) neighbours(row uint32) []uint32 { return l.rows[row] }

// set replaces the neighbours of row.
func (l *links) set(row uint32, neighbours []uint32) {
	l.rows[row] = append(l.rows[row][:0], neighbours...)
}

func (l *links) freeze(entry uint32) *frozen {
	total := 0
	for _, neighbours := range l.rows {
		total += len(neighbours)
	}
	f := &frozen{entry: entry, offsets: make([]uint32, 1, len(l.rows)+1), links: make([]uint32, 0, total)}
	for _, neighbours := range l.rows {
		f.links = append(f.links, neighbours...)
		f.offsets = append(f.offsets, uint32(len(f.links)))
	}
	return f
}
