package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// productBuilder turns the cells of rows into products.
type productBuilder struct {
	root     string // of relative photo paths
	currency string // of prices that name none, or ""
	now      time.Time
}

// item reads a row.
func (b *productBuilder) item(rec record) item {
	it := item{line: rec.line, size: rec.size, position: rec.position, unlisted: rec.unlisted, err: rec.err}
	if rec.err != nil {
		return it
	}
	row := newRowReader(rec.cells)
	row.now = b.now
	it.group, it.id, it.variant = row.text(fieldGroup), row.text(fieldID), row.buyable()
	it.product, it.err = b.product(row)
	for _, id := range []string{it.group, it.id} {
		if it.err == nil && id != "" {
			it.err = validateID(id)
		}
	}
	if it.err != nil {
		it.product = Product{ID: cmp.Or(it.group, it.product.ID)}
	}
	return it
}

// product reads every field from its cells. On an error the product has at most its id.
func (b *productBuilder) product(row *rowReader) (Product, error) {
	p := Product{
		ID:          row.text(fieldID),
		Title:       row.text(fieldTitle),
		Titles:      row.titles(),
		Description: row.description(),
		Brand:       row.text(fieldBrand),
		Category:    row.category(),
		Colour:      row.text(fieldColour),
		InStock:     row.inStock(),
		Released:    row.released(),
		SKU:         row.text(fieldSKU),
		EAN:         row.list(fieldEAN),
		Photos:      row.photos(b.root),
		Variants:    row.variants(),
	}
	p.PriceCents, p.Currency = row.price()
	if p.Currency == "" && p.PriceCents > 0 {
		p.Currency = b.currency
	}
	p.MarginCents = row.margin(p.PriceCents)
	p.Attributes = row.attributes()
	if p.ID == "" {
		p.ID = p.SKU // shops that know their articles by nothing else
	}
	if p.Title == "" {
		p.Title, p.Titles = promoteTitle(p.Titles)
	}
	if row.err != nil {
		return Product{ID: p.ID}, row.err
	}
	return p, nil
}

// promoteTitle makes one of the titles by language the title: the English one, else the first.
func promoteTitle(titles map[string]string) (string, map[string]string) {
	if len(titles) == 0 {
		return "", titles
	}
	tag := "en"
	if titles[tag] == "" {
		tag = slices.Min(slices.Collect(maps.Keys(titles)))
	}
	title := titles[tag]
	delete(titles, tag)
	if len(titles) == 0 {
		titles = nil
	}
	return title, titles
}

// rowReader reads fields from the cells of a row and keeps the first error.
type rowReader struct {
	cells map[field][]cell // by rank; empty cells are left out
	now   time.Time        // when sale prices must be in effect
	err   error
}

func newRowReader(cells []cell) *rowReader {
	r := &rowReader{cells: make(map[field][]cell)}
	for _, c := range cells {
		if text, isText := c.value.(string); isText {
			c.value = strings.TrimSpace(text)
		}
		if c.value == nil || c.value == "" {
			continue
		}
		r.cells[c.role.field] = append(r.cells[c.role.field], c)
	}
	for _, some := range r.cells {
		slices.SortStableFunc(some, func(a, b cell) int { return cmp.Compare(a.role.rank, b.role.rank) })
	}
	return r
}

// fail keeps the first error about a cell; its text says what to write instead.
func (r *rowReader) fail(c cell, format string, args ...any) {
	if r.err == nil {
		r.err = &valueError{field: c.role.field, column: c.column, reason: fmt.Sprintf(format, args...)}
	}
}

// best takes the field's best cell; the others become attributes.
func (r *rowReader) best(f field) (cell, bool) {
	some := r.cells[f]
	if len(some) == 0 {
		return cell{}, false
	}
	r.cells[fieldAttribute] = append(r.cells[fieldAttribute], some[1:]...)
	return some[0], true
}

func (r *rowReader) text(f field) string {
	c, ok := r.best(f)
	if !ok {
		return ""
	}
	text, ok := flatText(c.value)
	if !ok {
		r.fail(c, "it holds an object: write a text")
	}
	return text
}

// description reads the best description, HTML as text.
func (r *rowReader) description() string {
	html := len(r.cells[fieldDescription]) > 0 && r.cells[fieldDescription][0].role.html
	text := r.text(fieldDescription)
	if html {
		return htmlText(text)
	}
	return text
}

// buyable reports whether the row describes something to buy, and not just a further photo of it.
func (r *rowReader) buyable() bool {
	for _, f := range []field{fieldID, fieldSKU, fieldPrice, fieldPriceCents, fieldStock, fieldColour} {
		if len(r.cells[f]) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(r.cells[fieldAttribute], func(c cell) bool { return isSize(c.column) })
}

// list reads the texts of all cells of a field: JSON arrays, or in tables texts with separators.
func (r *rowReader) list(f field) []string {
	var all []string
	for _, c := range r.cells[f] {
		switch v := c.decoded().(type) {
		case []any:
			for _, item := range v {
				all = append(all, r.item(c, item))
			}
		case string:
			if c.role.table {
				all = append(all, strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(",;| \t\n", r) })...)
			} else {
				all = append(all, v)
			}
		default:
			all = append(all, r.item(c, v))
		}
	}
	return distinct(all)
}

func (r *rowReader) item(c cell, value any) string {
	text, ok := flatText(value)
	if !ok {
		r.fail(c, "it holds an object: write a text or a list of texts")
	}
	return text
}

// distinct drops empty texts and repetitions.
func distinct(all []string) []string {
	var kept []string
	seen := make(map[string]bool, len(all))
	for _, text := range all {
		if text != "" && !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}

// titles reads the columns and the object of titles by language.
func (r *rowReader) titles() map[string]string {
	titles := make(map[string]string)
	for _, c := range r.cells[fieldTitleIn] {
		if text := r.item(c, c.value); text != "" {
			titles[c.role.language] = text
		}
	}
	if c, ok := r.best(fieldTitles); ok {
		object, isObject := c.decoded().(map[string]any)
		if !isObject {
			r.fail(c, `it is not an object of titles by language: write {"zh": "…"}`)
		}
		for tag, value := range object {
			if text := r.item(c, value); text != "" {
				titles[tag] = text
			}
		}
	}
	if len(titles) == 0 {
		return nil
	}
	return titles
}

// category reads one column that holds a path, or several columns that make one, level by level.
func (r *rowReader) category() []string {
	var some []cell
	for _, c := range r.cells[fieldCategory] {
		if text, isText := c.value.(string); isText && squash(c.column) == "googleproductcategory" && isNumber(text) {
			r.cells[fieldAttribute] = append(r.cells[fieldAttribute], c) // an entry of Google's own list
		} else {
			some = append(some, c)
		}
	}
	for i, c := range some {
		if path := r.categoryPath(c); len(path) > 1 || len(some) == 1 {
			r.cells[fieldAttribute] = append(r.cells[fieldAttribute], slices.Concat(some[:i], some[i+1:])...)
			return path
		}
	}
	var levels []string
	for _, c := range some {
		for _, level := range r.categoryPath(c) {
			// "Watches" within "Watches" tells a customer nothing.
			if n := len(levels); n == 0 || !strings.EqualFold(levels[n-1], level) {
				levels = append(levels, level)
			}
		}
	}
	return levels
}

func (r *rowReader) categoryPath(c cell) []string {
	var path []string
	if items, isList := c.decoded().([]any); isList {
		for _, item := range items {
			path = append(path, r.item(c, item))
		}
	} else {
		for level := range strings.SplitSeq(r.item(c, c.value), " > ") {
			path = append(path, strings.TrimSpace(level))
		}
	}
	return slices.DeleteFunc(path, func(level string) bool { return level == "" })
}

// photos reads URLs and paths; strings, objects with a ref, and lists of both.
func (r *rowReader) photos(root string) []Photo {
	var refs []string
	for _, c := range r.cells[fieldImage] {
		switch v := c.decoded().(type) {
		case []any:
			for _, item := range v {
				refs = append(refs, r.photoRef(c, item))
			}
		case string:
			if c.role.table {
				refs = append(refs, splitRefs(v)...)
			} else {
				refs = append(refs, v)
			}
		default:
			refs = append(refs, r.photoRef(c, v))
		}
	}
	var photos []Photo
	for _, ref := range distinct(refs) {
		photo := Photo{Ref: ref}
		if !photo.Remote() {
			photo = Photo{Ref: strings.ReplaceAll(ref, `\`, "/"), Root: root}
		}
		photos = append(photos, photo)
	}
	return photos
}

// photoRef reads one photo of a list. An object's root is not read: which folders are opened is for
// who runs the program to say, not for a feed.
func (r *rowReader) photoRef(c cell, value any) string {
	object, isObject := value.(map[string]any)
	if !isObject {
		return r.item(c, value)
	}
	for _, key := range []string{"ref", "url", "src", "path"} {
		if ref, ok := object[key].(string); ok {
			return strings.TrimSpace(ref)
		}
	}
	r.fail(c, "a photo has no ref: write its URL or path")
	return ""
}
