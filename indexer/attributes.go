package indexer

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"vitrine/catalog"
)

// An attribute is a column when people can choose by it: it has at most maxChoices values, each of at
// most maxChoiceRunes, and on average at least minChoiceShare products a value. The rest, such as article
// numbers and sentences, is only searched for words.
const (
	maxChoices     = 300
	maxChoiceRunes = 64
	minChoiceShare = 2
)

// sizeAttribute is the name under which the sizes of variants are found.
const sizeAttribute = "size"

// AttributeValue is how the column of attributes writes the value of one: "material=cotton". Names are
// compared whatever their case, as values are.
func AttributeValue(name, value string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "=", " ") + "=" + strings.TrimSpace(value)
}

// CutAttribute is the inverse of AttributeValue.
func CutAttribute(column string) (name, value string) {
	name, value, _ = strings.Cut(column, "=")
	return name, value
}

// attributeValues lists a product's attributes and its variants' sizes as the column writes them.
func attributeValues(p *catalog.Product) []string {
	var values []string
	add := func(name, value string) {
		value = strings.TrimSpace(value)
		if value != "" && utf8.RuneCountInString(value) <= maxChoiceRunes && utf8.RuneCountInString(name) <= maxChoiceRunes {
			values = append(values, AttributeValue(name, value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		add(name, p.Attributes[name])
	}
	for _, v := range p.Variants {
		add(sizeAttribute, v.Size)
	}
	return values
}

// choosing says of each value of a column of attributes whether its attribute is one to choose by.
func choosing(col *column) []bool {
	values, products := make(map[string]int), make(map[string]int)
	for _, value := range col.values {
		name, _ := CutAttribute(value)
		values[name]++
	}
	for _, code := range col.codes {
		name, _ := CutAttribute(col.values[code])
		products[name]++
	}
	keep := make([]bool, len(col.values))
	for code, value := range col.values {
		name, _ := CutAttribute(value)
		keep[code] = values[name] <= maxChoices && products[name] >= minChoiceShare*values[name]
	}
	return keep
}
