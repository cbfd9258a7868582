package catalog

import (
	"fmt"
	"maps"
	"slices"
)

// variants reads a list of objects whose keys are recognised like columns.
func (r *rowReader) variants() []Variant {
	c, ok := r.best(fieldVariants)
	if !ok {
		return nil
	}
	items, isList := c.decoded().([]any)
	if !isList {
		r.fail(c, `it is not a list of objects: write [{"sku": "…", "size": "…"}]`)
	}
	var variants []Variant
	for _, item := range items {
		object, isObject := item.(map[string]any)
		if !isObject {
			r.fail(c, `it is not a list of objects: write [{"sku": "…", "size": "…"}]`)
			return nil
		}
		variants = append(variants, r.variant(c, object))
	}
	return variants
}

func isSize(attribute string) bool { return squash(attribute) == "size" }

// sizeOf returns the attribute that is the size, of several the first by name.
func sizeOf(attributes map[string]string) (name, size string) {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if isSize(name) {
			return name, attributes[name]
		}
	}
	return "", ""
}

func (r *rowReader) variant(c cell, object map[string]any) Variant {
	inner := newRowReader(objectCells(object, recognise))
	v := Variant{
		SKU:     inner.text(fieldSKU),
		Colour:  inner.text(fieldColour),
		InStock: inner.inStock(),
	}
	v.PriceCents, _ = inner.price()
	_, v.Size = sizeOf(inner.attributes())
	if v.SKU == "" {
		v.SKU = inner.text(fieldID)
	}
	if inner.err != nil && r.err == nil {
		r.err = fmt.Errorf("%w (in %q)", inner.err, c.column)
	}
	return v
}
