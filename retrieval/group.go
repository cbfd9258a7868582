package retrieval

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// maxGroupedReads is how many products of a list are read to group them by an attribute that is no column.
const maxGroupedReads = 10_000

// groups says whether hits can be grouped by a field.
func groups(field string) bool {
	return slices.Contains([]string{FieldBrand, FieldCategory, FieldColour}, field) ||
		len(field) > len(AttributePrefix) && strings.HasPrefix(field, AttributePrefix)
}

// groupOf returns what says the group of each of docs: the first, by name, of its values of a field, whatever
// their case, or "" where it has none. Attributes by which people do not choose, such as the number of a
// family of products, are no column and are read from the products.
func groupOf(ctx context.Context, snapshot *indexer.Snapshot, field string, docs []uint32) (func(doc uint32) string, error) {
	columns := snapshot.Columns()
	name, attribute := strings.CutPrefix(field, AttributePrefix)
	if !attribute {
		return func(doc uint32) string {
			for _, value := range columns.ValuesOf(field, doc) {
				return value
			}
			return ""
		}, nil
	}
	prefix := indexer.AttributeValue(name, "")
	isPart := func(value string) bool { return strings.HasPrefix(value, prefix) }
	if slices.ContainsFunc(columns.Values(indexer.FieldAttributes), isPart) {
		return func(doc uint32) string {
			for _, value := range columns.ValuesOf(indexer.FieldAttributes, doc) {
				if isPart(value) {
					return value
				}
			}
			return ""
		}, nil
	}
	if len(docs) > maxGroupedReads {
		return nil, fmt.Errorf("%w: %d products are too many to group by %s, the limit is %d: use words or filters", ErrBadQuery, len(docs), field, maxGroupedReads)
	}
	products, err := snapshot.Products(ctx, docs)
	if err != nil {
		return nil, fmt.Errorf("read products to group: %w", err)
	}
	values := make(map[uint32]string, len(docs))
	for i := range products {
		for attribute, value := range products[i].Attributes {
			if indexer.AttributeValue(attribute, "") == prefix {
				values[docs[i]] = strings.ToLower(strings.TrimSpace(value))
			}
		}
	}
	return func(doc uint32) string { return values[doc] }, nil
}

// oneOfEach returns the first of each group of docs, in their order, and how many others it stands for. A
// product of no group stands for itself.
func oneOfEach(docs []uint32, group func(doc uint32) string) (firsts []uint32, others map[uint32]int) {
	first := make(map[string]uint32)
	others = make(map[uint32]int)
	for _, doc := range docs {
		name := group(doc)
		if known, ok := first[name]; ok && name != "" {
			others[known]++
			continue
		}
		first[name] = doc
		firsts = append(firsts, doc)
	}
	return firsts, others
}

// grouped leaves the first of each group of a list that lacks the pinned products, and says how many others
// each hit stands for. A pinned product stands for its group before all others, and of two pinned ones the upper.
func (m *merchandise) grouped(ctx context.Context, field string, list []uint32) (left []uint32, others map[uint32]int, err error) {
	pinned := roaring.New()
	docs := make([]uint32, 0, len(list)+len(m.pins))
	for _, p := range m.pins {
		pinned.Add(p.doc)
		docs = append(docs, p.doc)
	}
	docs = append(docs, list...)
	group, err := groupOf(ctx, m.snapshot, field, docs)
	if err != nil {
		return nil, nil, err
	}
	left, others = oneOfEach(docs, group)
	firsts := roaring.BitmapOf(left...)
	m.pins = slices.DeleteFunc(m.pins, func(p pin) bool { return !firsts.Contains(p.doc) })
	return slices.DeleteFunc(left, pinned.Contains), others, nil
}
