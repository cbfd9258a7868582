package vector

import "slices"

const (
	// width is how many neighbours a row of a finished graph has room for: two cache lines.
	width = 32
	// maxDegree is the most neighbours that pruning leaves a row: R of DiskANN. The slot that stays free is
	// for the link that may be needed to reach another row: reach.go.
	maxDegree = width - 1
	// growingWidth is the same while the graph grows. With no room to spare each new link meant pruning again,
	// which took half of the build.
	growingWidth = 48
)

// graph has links from each row to its neighbours, in slots of which every row has as many, so that they are found
// without looking up where they begin. Slots without a neighbour hold the row itself. Reading it from many goroutines
// is safe, and so is writing to different rows, as long as no one reads those.
type graph struct {
	entry uint32 // where searches begin
	width int
	slots []uint32 // rows·width
}

func newGraph(rows, width int) *graph {
	g := &graph{width: width, slots: make([]uint32, rows*width)}
	for row := range uint32(rows) {
		g.set(row, nil)
	}
	return g
}

// at is the slots of row: its neighbours and then row itself, over and over.
func (g *graph) at(row uint32) []uint32 {
	start := int(row) * g.width
	return g.slots[start : start+g.width : start+g.width]
}

func (g *graph) neighbours(row uint32) []uint32 {
	slots := g.at(row)
	if end := slices.Index(slots, row); end >= 0 {
		return slots[:end]
	}
	return slots
}

// set replaces the neighbours of row, at most width of them.
func (g *graph) set(row uint32, neighbours []uint32) {
	slots := g.at(row)
	for i := copy(slots, neighbours); i < len(slots); i++ {
		slots[i] = row
	}
}

// hasRoom says whether row can have one more neighbour.
func (g *graph) hasRoom(row uint32) bool { return len(g.neighbours(row)) < g.width }

// add links from one row, which must have room, to another.
func (g *graph) add(from, to uint32) { g.at(from)[len(g.neighbours(from))] = to }
