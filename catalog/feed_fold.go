package catalog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	// maxHeldBytes bounds what is held of products whose rows may not all be read yet. Rows of one product that are
	// further apart than that are not joined.
	maxHeldBytes = 64 << 20
	heldOverhead = 512 // bytes of an item beside its row's text, about

	maxVariants = 2048 // of a product; it is what Shopify allows
	// maxFoldedPhotos bounds the photos of a product that are sorted by position before all but MaxPhotos are cut off.
	maxFoldedPhotos = 20 * MaxPhotos
	// maxFoldedValues bounds the values of an attribute that are joined from a product's rows.
	maxFoldedValues = 20
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
	return &folder{groups: make(map[string]*waiting), left: make(map[string]int), ids: make(map[string]int)}
}

// take returns the next complete item.
func (f *folder) take() (item, bool) {
	if len(f.queue) == 0 {
		return item{}, false
	}
	head := f.queue[0]
	if head.family != nil && !f.ended && f.bytes <= maxHeldBytes {
		return item{}, false
	}
	f.queue[0], f.queue = nil, f.queue[1:]
	f.bytes -= head.bytes
	if head.family == nil {
		return head.item, true
	}
	group := head.item.group
	delete(f.groups, group)
	f.left[strings.Clone(group)] = head.item.line
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
	f.last = nil
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
		h = &waiting{item: item{line: it.line, group: it.group, product: Product{ID: it.group}}, family: newFamily(it.group)}
	}
	if err := h.family.add(it); err != nil {
		return err
	}
	h.item.unlisted = h.item.unlisted || it.unlisted
	if it.id != "" {
		f.ids[strings.Clone(it.id)] = it.line
	}
	f.mixed = f.mixed || began && h != f.last
	if began {
		f.grow(h, it.size)
	} else {
		f.groups[it.group] = h
		f.hold(h, it.size)
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

// family is a product as far as its rows are read.
type family struct {
	product Product // what rows have in common: of each field the first that is stated
	photos  []placedPhoto
	refs    map[string]int // index of photos
	eans    map[string]bool
	values  map[string][]string // of attributes, by name
	best    offer
	rows    int
}

type placedPhoto struct {
	Photo
	position int
}

// offer is what a product with variants is shown to cost.
type offer struct {
	priceCents, marginCents int64
	inStock                 bool
}

// before prefers what can be bought, then what has a price, then what is cheap.
func (o offer) before(other offer) bool {
	if o.inStock != other.inStock {
		return o.inStock
	}
	unknownLast := func(cents int64) int64 {
		if cents == 0 {
			return math.MaxInt64
		}
		return cents
	}
	return unknownLast(o.priceCents) < unknownLast(other.priceCents)
}

func newFamily(group string) *family {
	return &family{product: Product{ID: group}, refs: make(map[string]int), eans: make(map[string]bool), values: make(map[string][]string)}
}

// add takes in a row, whole or, on an error, not at all.
func (f *family) add(it item) error {
	p := it.product
	if p.Currency != "" && f.product.Currency != "" && p.Currency != f.product.Currency {
		return &valueError{field: fieldPrice, column: string(fieldPrice), reason: fmt.Sprintf("it is in %s, and other rows of the product have %s: give all variants one currency", p.Currency, f.product.Currency)}
	}
	o := offer{p.PriceCents, p.MarginCents, p.InStock}
	if it.variant {
		if err := f.addVariant(p, o); err != nil {
			return err
		}
	}
	if f.rows++; f.rows == 1 && !it.variant {
		f.best = o
	}
	f.merge(p)
	f.addPhotos(p.Photos, it.position)
	for name, value := range p.Attributes {
		if values := f.values[name]; len(values) < maxFoldedValues && !slices.Contains(values, value) {
			f.values[name] = append(values, value)
		}
	}
	return nil
}

// addPhotos adds those of a row, of which the first is at the position if it has one.
func (f *family) addPhotos(photos []Photo, position int) {
	for _, photo := range photos {
		at := cmp.Or(position, math.MaxInt)
		position = 0
		if i, known := f.refs[photo.Ref]; known {
			f.photos[i].position = min(f.photos[i].position, at)
		} else if len(f.photos) < maxFoldedPhotos {
			f.refs[photo.Ref] = len(f.photos)
			f.photos = append(f.photos, placedPhoto{photo, at})
		}
	}
}

// addVariant makes a variant of a row, and takes from it what is the variant's alone.
func (f *family) addVariant(p Product, o offer) error {
	variants := p.Variants
	if len(variants) == 0 {
		name, size := sizeOf(p.Attributes)
		delete(p.Attributes, name)
		variants = []Variant{{SKU: cmp.Or(p.SKU, p.ID), Colour: p.Colour, Size: size, PriceCents: p.PriceCents, InStock: p.InStock}}
	}
	if len(f.product.Variants)+len(variants) > maxVariants {
		return fmt.Errorf("%w: split it, or leave the rest out", ErrTooManyVariants)
	}
	if len(f.product.Variants) == 0 || o.before(f.best) {
		f.best = o
	}
	f.product.Variants = append(f.product.Variants, variants...)
	return nil
}

// merge fills what no row before has stated.
func (f *family) merge(p Product) {
	own := &f.product
	own.Title = cmp.Or(own.Title, p.Title)
	own.Description = cmp.Or(own.Description, p.Description)
	own.Brand = cmp.Or(own.Brand, p.Brand)
	own.Colour = cmp.Or(own.Colour, p.Colour)
	own.Currency = cmp.Or(own.Currency, p.Currency)
	if own.Titles == nil {
		own.Titles = p.Titles
	}
	if own.Category == nil {
		own.Category = p.Category
	}
	if own.Released.IsZero() {
		own.Released = p.Released
	}
	for _, ean := range p.EAN {
		if !f.eans[ean] {
			f.eans[ean] = true
			own.EAN = append(own.EAN, ean)
		}
	}
}

// fold returns the product.
func (f *family) fold() Product {
	p := f.product
	p.PriceCents, p.MarginCents, p.InStock = f.best.priceCents, f.best.marginCents, f.best.inStock
	if len(p.Variants) == 1 && p.Variants[0].Colour == "" && p.Variants[0].Size == "" {
		p.SKU, p.Variants = p.Variants[0].SKU, nil // nothing to choose from
	}
	slices.SortStableFunc(f.photos, func(a, b placedPhoto) int { return cmp.Compare(a.position, b.position) })
	for _, photo := range f.photos {
		p.Photos = append(p.Photos, photo.Photo)
	}
	for name, values := range f.values {
		if p.Attributes == nil {
			p.Attributes = make(map[string]string, len(f.values))
		}
		p.Attributes[name] = strings.Join(values, ", ")
	}
	return p
}
