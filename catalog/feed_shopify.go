package catalog

import (
	"strconv"
	"strings"
	"unique"
)

// shopifyOptions is how many options tell Shopify's variants apart.
const shopifyOptions = 3

// shopifySource reads Shopify's product export, in which each variant and each photo of a product is a row, all with
// the same handle: it makes cells of each row that the handle joins to one product.
type shopifySource struct {
	table   *tableSource
	at      map[string]int          // index of columns by squashed names, the first of each
	options map[string]shopifyNames // by handle: only a product's first row has them
}

type shopifyNames [shopifyOptions]unique.Handle[string]

// hasShopifyColumns tells an export of the present columns or of those until 2025.
func hasShopifyColumns(names []string) bool {
	return (has(names, "handle") || has(names, "urlhandle")) && has(names, "title") &&
		(has(names, "variantprice") || has(names, "variantsku") || has(names, "option1value") || has(names, "bodyhtml"))
}

func newShopifySource(table *tableSource, mapping map[string]string) (*shopifySource, error) {
	if err := table.assign(mapping, shopifyRole); err != nil {
		return nil, err
	}
	s := &shopifySource{table: table, at: make(map[string]int), options: make(map[string]shopifyNames)}
	for i, name := range table.names {
		if _, taken := s.at[squash(name)]; !taken {
			s.at[squash(name)] = i
		}
	}
	return s, nil
}

// shopifyRoles are the roles of Shopify's columns by squashed names, of both generations of its export.
var shopifyRoles = map[string]role{
	"handle": {field: fieldGroup}, "urlhandle": {field: fieldGroup},
	"title":    {field: fieldTitle},
	"bodyhtml": {field: fieldDescription, html: true}, "description": {field: fieldDescription, html: true},
	"vendor":          {field: fieldBrand},
	"productcategory": {field: fieldCategory}, "standardproducttype": {field: fieldCategory, rank: 1},
	"type": {field: fieldCategory, rank: 2}, "customproducttype": {field: fieldCategory, rank: 3},
	"googleshoppinggoogleproductcategory": {field: fieldCategory, rank: 4},
	"tags":                                {},
	"published":                           {field: fieldListed}, "publishedononlinestore": {field: fieldListed}, "status": {field: fieldListed},
	"variantsku": {field: fieldSKU}, "sku": {field: fieldSKU},
	"variantprice": {field: fieldPrice}, "price": {field: fieldPrice},
	"variantbarcode": {field: fieldEAN}, "barcode": {field: fieldEAN},
	"variantinventoryqty": {field: fieldTracking}, "inventoryquantity": {field: fieldTracking},
	"variantinventorytracker": {field: fieldTracking}, "inventorytracker": {field: fieldTracking},
	"variantinventorypolicy": {field: fieldTracking}, "continuesellingwhenoutofstock": {field: fieldTracking},
	"imagesrc": {field: fieldImage}, "productimageurl": {field: fieldImage}, "imageposition": {field: fieldPosition},
	"variantimage": {field: fieldImage, rank: 1}, "variantimageurl": {field: fieldImage, rank: 1},
	"costperitem":          {field: fieldCost},
	"googleshoppinggender": {}, "googleshoppingagegroup": {}, "googleshoppingmpn": {},
}

// shopifyIgnored begin the squashed names of columns that say nothing of what is sold.
var shopifyIgnored = []string{
	"variant", "image", "seo", "googleshopping", "giftcard", "included", "price", "compareatprice", "chargetax", "taxcode", "unitprice", "weight",
	"requiresshipping", "fulfillmentservice", "inventory", "option",
}

func shopifyRole(name string) role {
	key := squash(name)
	if known, ok := shopifyRoles[key]; ok {
		return known
	}
	if strings.HasPrefix(key, "option") && (strings.HasSuffix(key, "name") || strings.HasSuffix(key, "value")) {
		return role{field: fieldOption}
	}
	for _, prefix := range shopifyIgnored {
		if strings.HasPrefix(key, prefix) {
			return role{field: fieldIgnored}
		}
	}
	return role{} // a metafield, or a column of the shop's own
}

func (s *shopifySource) next() (record, error) {
	rec, err := s.table.next()
	if err != nil || rec.err != nil {
		return rec, err
	}
	text := func(names ...string) string { return s.text(rec.cells, names...) }
	handle := text("handle", "urlhandle")
	options := s.optionCells(rec.cells, handle)
	if len(options) > 0 || text("variantsku", "sku") != "" || text("variantprice", "price") != "" {
		rec.cells = append(rec.cells, s.stock(text))
	}
	rec.cells = append(rec.cells, options...)
	if position, err := strconv.Atoi(text("imageposition")); err == nil && text("imagesrc", "productimageurl") != "" {
		rec.position = max(0, position)
	}
	status, published := text("status"), text("published", "publishedononlinestore")
	rec.unlisted = status != "" && !strings.EqualFold(status, "active") || strings.EqualFold(published, "false")
	for i, c := range rec.cells {
		// "Color (product.metafields.shopify.color-pattern)", "Google Shopping / Gender"
		if c.role.field == fieldAttribute {
			name, _, _ := strings.Cut(c.column, " (")
			rec.cells[i].column = strings.TrimPrefix(name, "Google Shopping / ")
		}
	}
	return rec, nil
}

// text is the value of the first of the columns that the table has.
func (s *shopifySource) text(cells []cell, names ...string) string {
	for _, name := range names {
		if i, ok := s.at[name]; ok {
			return strings.TrimSpace(cells[i].value.(string))
		}
	}
	return ""
}

// optionCells makes a cell of each option's value: its colour, its size, or an attribute. The option that products
// without a choice have is none.
func (s *shopifySource) optionCells(cells []cell, handle string) []cell {
	names := s.options[handle]
	var made []cell
	for i := range names {
		option := "option" + strconv.Itoa(i+1)
		if name := s.text(cells, option+"name"); name != "" && len(name) <= MaxIDBytes && len(handle) <= MaxIDBytes {
			names[i] = unique.Make(name)
			s.options[strings.Clone(handle)] = names
		}
		value := s.text(cells, option+"value")
		if value == "" || strings.EqualFold(value, "Default Title") || names[i] == (unique.Handle[string]{}) {
			continue
		}
		c := cell{column: names[i].Value(), role: role{derived: true, table: true}, value: value}
		if c.role.field = recognise(c.column).field; c.role.field != fieldColour {
			c.role.field = fieldAttribute
		}
		made = append(made, c)
	}
	return made
}

// stock says whether a variant can be bought: when nobody counts it, when it is sold beyond what there is, or when
// there is some.
func (s *shopifySource) stock(text func(names ...string) string) cell {
	c := cell{column: "Variant Inventory Qty", role: role{field: fieldStock, derived: true}, value: text("variantinventoryqty", "inventoryquantity")}
	policy := text("variantinventorypolicy", "continuesellingwhenoutofstock")
	_, tracked := s.at["variantinventorytracker"]
	_, trackedNow := s.at["inventorytracker"]
	untracked := (tracked || trackedNow) && text("variantinventorytracker", "inventorytracker") == ""
	if untracked || c.value == "" || strings.EqualFold(policy, "continue") || strings.EqualFold(policy, "true") {
		c.value = "true"
	}
	return c
}
