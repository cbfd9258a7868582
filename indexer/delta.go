package indexer

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"vitrine/catalog"
)

// noDoc stands for a product that was deleted.
const noDoc = math.MaxUint32

// delta is what has changed in the catalogue since a generation was built, as of one change. It is never changed:
// apply makes the next one, which shares with it what only grows.
type delta struct {
	sequence int64             // of the last change
	changed  map[string]uint32 // doc of each product that was added or changed, noDoc where it was deleted
	gone     docSet            // docs of products as they were before
	live     int               // products, those of the generation included
	lengths  fieldLengths      // of the fields of all of these
	weights  *weights          // by about the average of these

	// Of the products that were added or changed; their docs begin after the generation's.
	products []*catalog.Product
	terms    []fieldLengths // of each
	rows     map[Space]deltaRows
	columns  *columnSet    // nil = nothing has changed
	keyword  *keywordDelta // nil = nothing has changed
}

// change is a product as it is now.
type change struct {
	id      string
	product *catalog.Product     // nil = deleted
	vectors map[Space][]deltaRow // those that are known
}

func newDelta(g *generation) *delta {
	return &delta{sequence: g.manifest.Sequence, live: g.len(), lengths: g.keyword.lengths, weights: g.keyword.weights}
}

// bound is above every doc of the generation and of the delta.
func (d *delta) bound(g *generation) uint32 { return uint32(g.len() + len(d.products)) }

// apply returns the delta after changes, of which sequence is the last. A product stands among them once.
func (d *delta) apply(g *generation, changes []change, sequence int64) (*delta, error) {
	next := d.next(len(changes))
	next.sequence = sequence
	// What can fail comes before the words are added, which all deltas share.
	gone, err := next.leave(g, changes)
	if err != nil {
		return nil, err
	}
	next.gone = d.gone.with(gone...)
	for _, c := range changes {
		if c.product == nil {
			next.forget(g, c.id)
			continue
		}
		doc := next.bound(g)
		lengths := next.keyword.add(doc, c.product)
		next.live++
		next.lengths.add(lengths, 1)
		next.terms = append(next.terms, lengths)
		next.changed[c.id] = doc
		next.products = append(next.products, c.product)
		for _, space := range spaces {
			next.rows[space] = next.rows[space].with(doc, c.vectors[space])
		}
	}
	if next.wasted(g) {
		return next.compact(g)
	}
	next.weights = d.weights.follow(next.lengths, next.live)
	next.columns = next.makeColumns(g)
	return next, nil
}

// next is a delta that can be added to.
func (d *delta) next(more int) *delta {
	next := *d
	next.changed = make(map[string]uint32, len(d.changed)+more)
	maps.Copy(next.changed, d.changed)
	next.rows = make(map[Space]deltaRows, len(spaces))
	for _, space := range spaces {
		next.rows[space] = d.rows[space]
	}
	if next.keyword == nil {
		next.keyword = newKeywordDelta()
	}
	return &next
}

// leave takes away what the products of changes were before, and returns its docs.
func (d *delta) leave(g *generation, changes []change) (gone []uint32, err error) {
	for _, c := range changes {
		doc, ok := d.find(g, c.id)
		if !ok {
			continue
		}
		lengths, err := d.lengthsAt(g, doc)
		if err != nil {
			return nil, err
		}
		d.live--
		d.lengths.add(lengths, -1)
		gone = append(gone, doc)
	}
	return gone, nil
}

// find returns the doc that a product has.
func (d *delta) find(g *generation, id string) (doc uint32, ok bool) {
	if doc, changed := d.changed[id]; changed {
		return doc, doc != noDoc
	}
	return g.products.find(id)
}

// lengthsAt are the lengths of the fields of a product.
func (d *delta) lengthsAt(g *generation, doc uint32) (fieldLengths, error) {
	if base := uint32(g.len()); doc >= base {
		return d.terms[doc-base], nil
	}
	p, err := g.products.read(doc)
	if err != nil {
		return fieldLengths{}, err
	}
	return lengthsOf(&p), nil
}

// forget notes that a product was deleted. One that the generation never had leaves no trace.
func (d *delta) forget(g *generation, id string) {
	if _, known := g.products.find(id); known {
		d.changed[id] = noDoc
	} else {
		delete(d.changed, id)
	}
}

// wasted says that most of what the delta holds is of products that have changed again.
func (d *delta) wasted(g *generation) bool {
	const spare = 256
	dead := d.gone.len(d.bound(g)) - d.gone.len(uint32(g.len()))
	return dead > spare+len(d.products)/2
}

// compact returns the same changes without those that others have followed.
func (d *delta) compact(g *generation) (*delta, error) {
	base := uint32(g.len())
	var changes []change
	ids := slices.SortedFunc(maps.Keys(d.changed), func(a, b string) int {
		return cmp.Or(cmp.Compare(d.changed[a], d.changed[b]), cmp.Compare(a, b))
	})
	for _, id := range ids {
		doc := d.changed[id]
		c := change{id: id, vectors: make(map[Space][]deltaRow)}
		if doc != noDoc {
			c.product = d.products[doc-base]
			for _, space := range spaces {
				rows := d.rows[space]
				c.vectors[space] = rows.of(doc)
			}
		}
		changes = append(changes, c)
	}
	return newDelta(g).apply(g, changes, d.sequence)
}

// makeColumns returns the columns of the products of the delta. Values are spelt as in the generation, and the
// attributes are those by which one can choose there.
func (d *delta) makeColumns(g *generation) *columnSet {
	w := newColumnsWriter()
	for _, p := range d.products {
		row := columnsOf(p)
		g.columns.spell(fieldCategory, row.category)
		g.columns.spell(fieldBrand, row.brand)
		g.columns.spell(fieldColour, row.colour)
		g.columns.spell(fieldCurrency, row.currency)
		g.columns.spell(FieldAttributes, row.attributes)
		w.add(row)
	}
	return w.set(g.columns.attributes())
}
