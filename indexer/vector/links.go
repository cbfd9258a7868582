package vector

import "slices"

const (
	// width is how many neighbours a row of a finished graph has room for.
	width = 32
	// maxDegree is the most neighbours that pruning leaves a row: R of DiskANN. The slot that stays free is
	// for the link that may be needed to reach another row: reach.go.
	maxDegree = width - 1
	// growingWidth is the same while the graph grows. With no room to spare each new link meant pruning again,
	// which took half of the build.
	growingWidth = 48
	// linkSize is the bytes of a link: a row's 32 take 96, which touch two cache lines as 128 would.
	linkSize = 3
	maxLink  = 1<<(8*linkSize) - 1
)

// graph has links from each row to its neighbours, in slots of which every row has as many, so that they are found
// without looking up where they begin. Slots without a neighbour hold the row itself. Reading it from many goroutines
// is safe, and so is writing to different rows, as long as no one reads those.
type graph struct {
	entry uint32 // where searches begin
	width int
	slots []byte // rows·width links, the lowest byte of each first
}

func newGraph(rows, width int) *graph {
	g := &graph{width: width, slots: make([]byte, linkSize*rows*width)}
	for row := range uint32(rows) {
		g.set(row, nil)
	}
	return g
}

// at is the slots of row: its neighbours and then row itself, over and over.
func (g *graph) at(row uint32) []byte {
	size := linkSize * g.width
	start := int(row) * size
	return g.slots[start : start+size : start+size]
}

// linkOf is the row that the first of slots links to.
func linkOf(slots []byte) uint32 {
	return uint32(slots[0]) | uint32(slots[1])<<8 | uint32(slots[2])<<16
}

func (g *graph) neighbours(row uint32) []uint32 {
	neighbours := make([]uint32, 0, g.width)
	for slots := range slices.Chunk(g.at(row), linkSize) {
		link := linkOf(slots)
		if link == row {
			break
		}
		neighbours = append(neighbours, link)
	}
	return neighbours
}

// set replaces the neighbours of row, at most width of them.
func (g *graph) set(row uint32, neighbours []uint32) {
	for i := range g.width {
		link := row
		if i < len(neighbours) {
			link = neighbours[i]
		}
		g.setSlot(row, i, link)
	}
}

func (g *graph) setSlot(row uint32, i int, link uint32) {
	slot := g.at(row)[linkSize*i:]
	slot[0], slot[1], slot[2] = byte(link), byte(link>>8), byte(link>>16)
}

// hasRoom says whether row can have one more neighbour.
func (g *graph) hasRoom(row uint32) bool { return linkOf(g.at(row)[linkSize*(g.width-1):]) == row }

// add links from one row, which must have room, to another.
func (g *graph) add(from, to uint32) { g.setSlot(from, len(g.neighbours(from)), to) }
