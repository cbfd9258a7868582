package catalog

import (
	"fmt"
	"strings"
)

const (
	// maxHeldBytes bounds what is held of products whose rows may not all be read yet. Rows of one product that are
	// further apart than that are not joined.
	maxHeldBytes = 128 << 20
	heldOverhead = 1 << 10 // bytes of an item beside its texts, about
)

// item is what one row says: of a product of its own, or of the product that its group is.
type item struct {
	line     int
	size     int    // bytes of the row, about
	group    string // the product's id; "" = a product of its own
	id       string // of the row within its group, may be empty
	product  Product
	variant  bool // the row is something to buy, and not just a further photo
	position int  // as record.position
	unlisted bool
	err      error // then product has at most its id
}

// folder puts the rows of a group together, wherever they are among the others, and gives products in the order of
// their first rows. Because a group's last row is known by the feed's end alone, products wait in a queue until then
// or until the queue is full.
type folder struct {
	queue  []*waiting
	groups map[string]*waiting // those in the queue
	left   map[string]int      // lines of the groups that have left the queue
	ids    map[string]int      // lines of the rows' own ids
	last   *waiting            // to which the last row belongs
	bytes  int
	most   int // bytes to hold
	ended  bool
	mixed  bool // the rows of some group have others between them
}

// waiting is an item in the queue.
type waiting struct {
	item   item
	family *family // nil = the item is complete
	bytes  int
}

func newFolder() *folder {
	return &folder{most: maxHeldBytes, groups: make(map[string]*waiting), left: make(map[string]int), ids: make(map[string]int)}
}

// take returns the next complete item.
func (f *folder) take() (item, bool) {
	if len(f.queue) == 0 {
		return item{}, false
	}
	head := f.queue[0]
	if head.family != nil && !f.ended && f.bytes <= f.most {
		return item{}, false
	}
	f.queue[0], f.queue = nil, f.queue[1:]
	f.bytes -= head.bytes
	if head.family == nil {
		return head.item, true
	}
	group := head.item.group
	delete(f.groups, group)
	f.left[group] = head.item.line
	if head.item.err == nil {
		head.item.product = head.family.fold()
	}
	return head.item, true
}

// add takes in a row.
func (f *folder) add(it item) {
	if it.err == nil && it.group != "" {
		if it.err = f.join(it); it.err == nil {
			return
		}
		it.product = Product{ID: it.group}
	}
	if it.err == nil {
		f.last = nil // a broken row may be of any product
	}
	f.hold(&waiting{item: it}, it.size)
}

func (f *folder) hold(h *waiting, size int) {
	f.queue = append(f.queue, h)
	f.grow(h, size+heldOverhead)
}

func (f *folder) grow(h *waiting, bytes int) {
	h.bytes += bytes
	f.bytes += bytes
}

// join adds a row to its group.
func (f *folder) join(it item) error {
	if line, gone := f.left[it.group]; gone {
		return fmt.Errorf("%w: %q begins on line %d: sort the feed so that they follow one another", ErrScattered, it.group, line)
	}
	if line, taken := f.ids[it.id]; taken && it.id != "" {
		return errDuplicate(it.id, line)
	}
	h := f.groups[it.group]
	began := h != nil
	if !began {
		group := strings.Clone(it.group)
		h = &waiting{item: item{line: it.line, group: group, product: Product{ID: group}}, family: newFamily(group)}
	}
	before := h.family.bytes
	if err := h.family.add(it); err != nil {
		return err
	}
	kept := h.family.bytes - before
	h.item.unlisted = h.item.unlisted || it.unlisted
	if it.id != "" {
		f.ids[strings.Clone(it.id)] = it.line
	}
	f.mixed = f.mixed || began && h != f.last
	if began {
		f.grow(h, kept)
	} else {
		f.groups[h.item.group] = h
		f.hold(h, kept)
	}
	f.last = h
	return nil
}

// end says that no more rows come.
func (f *folder) end() { f.ended = true }

// breakOff says that no more rows can be read, and why. The product whose rows were being read may lack some, and where
// rows are mixed any in the queue may: it is an error, so that a catalogue keeps what it has of it.
func (f *folder) breakOff(line int, err error) {
	for _, h := range f.groups {
		if f.mixed || h == f.last {
			h.item.err = fmt.Errorf("%w: the feed breaks off where more rows of the product may follow", ErrBrokenRow)
		}
	}
	f.hold(&waiting{item: item{line: line, err: err}}, 0)
	f.ended = true
}
