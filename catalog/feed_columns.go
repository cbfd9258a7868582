package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// field is a part of Product that columns can fill.
type field string

const (
	fieldAttribute   field = "" // every column that is recognised as nothing else
	fieldAttributes  field = "attributes"
	fieldBrand       field = "brand"
	fieldCategory    field = "category"
	fieldColour      field = "colour"
	fieldCost        field = "cost"
	fieldCurrency    field = "currency"
	fieldDescription field = "description"
	fieldEAN         field = "ean"
	fieldGroup       field = "item_group_id"
	fieldID          field = "id"
	fieldImage       field = "image"
	fieldMargin      field = "margin"
	fieldMarginCents field = "margin_cents"
	fieldPrice       field = "price"
	fieldPriceCents  field = "price_cents"
	fieldReleased    field = "released"
	fieldSaleDates   field = "sale_price_effective_date"
	fieldSalePrice   field = "sale_price"
	fieldSKU         field = "sku"
	fieldStock       field = "in_stock"
	fieldTitle       field = "title"
	fieldTitleIn     field = "title_LANGUAGE"
	fieldTitles      field = "titles"
	fieldVariants    field = "variants"
)

// What columns of one format are besides parts of a product; no mapping names these.
const (
	fieldIgnored  field = "-"              // nothing that a shopper looks for
	fieldListed   field = "status"         // whether the product is sold at all
	fieldOption   field = "option"         // name or value of what tells variants apart
	fieldPosition field = "photo position" // from 1
	fieldTracking field = "stock keeping"  // what a quantity means for the stock
)

// aliases are the names by which a field's column is recognised, best first; compare squash. Where a
// feed has several columns of one field, the best that is not empty counts and the others become
// attributes, except that images and EANs are added up and categories go from general to special.
var aliases = map[field][]string{
	fieldAttributes:  {"attributes", "attrs", "properties"},
	fieldBrand:       {"brand", "brand_name", "manufacturer", "vendor", "maker"},
	fieldCategory:    {"master_category", "main_category", "top_category", "department", "category", "categories", "category_path", "category_name", "product_category", "google_product_category", "sub_category", "sub_sub_category", "article_type", "product_type"},
	fieldColour:      {"colour", "color", "base_colour", "base_color", "main_colour", "main_color", "colour_name", "color_name"},
	fieldCost:        {"cost", "unit_cost", "cost_price", "cost_of_goods_sold", "purchase_price", "wholesale_price"},
	fieldCurrency:    {"currency", "currency_code", "price_currency"},
	fieldDescription: {"description", "product_description", "long_description", "desc", "short_description", "details"},
	fieldEAN:         {"ean", "eans", "ean13", "ean8", "gtin", "gtins", "gtin13", "gtin14", "gtin12", "gtin8", "upc", "barcode", "barcodes"},
	fieldGroup:       {"item_group_id"},
	fieldID:          {"id", "product_id", "item_id", "article_id", "product_code"},
	fieldImage:       {"photos", "photo", "image", "images", "image_link", "image_url", "image_urls", "image_src", "image_path", "image_file", "main_image", "main_image_url", "picture", "pictures", "picture_url", "photo_url", "photo_urls", "img", "img_url", "additional_image", "additional_images", "additional_image_link", "additional_image_links", "lifestyle_image_link"},
	fieldMargin:      {"margin", "gross_margin", "unit_margin", "margin_percent"},
	fieldMarginCents: {"margin_cents"},
	fieldPrice:       {"price", "unit_price", "selling_price", "current_price", "price_amount"},
	fieldPriceCents:  {"price_cents", "price_in_cents", "price_minor"},
	fieldReleased:    {"released", "release_date", "released_at", "released_on", "date_released", "launch_date", "launched", "published_at"},
	fieldSaleDates:   {"sale_price_effective_date"},
	fieldSalePrice:   {"sale_price"},
	fieldSKU:         {"sku", "item_number", "article_number", "product_number"},
	fieldStock:       {"in_stock", "is_in_stock", "availability", "available", "stock", "stock_status", "stock_quantity", "stock_level", "current_stock", "quantity", "qty", "inventory", "inventory_quantity"},
	fieldTitle:       {"title", "product_title", "product_display_name", "product_name", "item_name", "display_name", "name"},
	fieldTitles:      {"titles"},
	fieldVariants:    {"variants"},
}

// role is what a column means.
type role struct {
	field    field
	rank     int    // among the columns of the field, best (of categories: most general) first
	language string // of fieldTitleIn, BCP 47
	table    bool   // the value is a table's text, in which a list needs separators
	html     bool   // of fieldDescription: the value may be HTML
	derived  bool   // the cell was made from others of its row
}

var recognised = func() map[string]role {
	known := make(map[string]role)
	for f, names := range aliases {
		for i, name := range names {
			known[squash(name)] = role{field: f, rank: 10 * i}
		}
	}
	return known
}()

// recognise tells a column's role by its name.
func recognise(name string) role {
	key := squash(name)
	if r, ok := recognised[key]; ok {
		return r
	}
	// category_1, category_2; image1, image2
	bare := strings.TrimRight(key, "0123456789")
	if r := recognised[bare]; len(key) == len(bare)+1 && (r.field == fieldCategory || r.field == fieldImage) {
		r.rank += int(key[len(key)-1] - '0')
		return r
	}
	if tag, ok := titleLanguage(name); ok {
		return role{field: fieldTitleIn, language: tag}
	}
	return role{}
}

// squash leaves a name's letters and digits, in lower case: "Product ID", "product-id" and
// "productId" are one name.
func squash(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// titleLanguage reads "title_zh" or "name-pt-BR". Only two-letter languages count, because "title_tag"
// and "name_key" are more likely to be something else than titles in Tagbu and Komering.
func titleLanguage(name string) (tag string, ok bool) {
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("_- .:[]()", r) })
	if len(words) < 2 || len(words[1]) != 2 || recognised[squash(words[0])].field != fieldTitle {
		return "", false
	}
	parsed, err := language.Parse(strings.Join(words[1:], "-"))
	return parsed.String(), err == nil
}

// roles tells the roles of one feed's columns: those of the mapping and, for fields that it does not
// name, those that are recognised.
type roles struct {
	mapped    map[string]role // by column as the feed writes it
	fields    map[field]bool  // that the mapping names
	recognise func(name string) role
}

// newRoles checks a mapping against the feed's columns; names is empty where they are not known. A
// column of the mapping may be written in another case or with other separators than in the feed.
// What the mapping does not name is for known to recognise.
func newRoles(names []string, mapping map[string]string, known func(name string) role) (*roles, error) {
	r := &roles{mapped: make(map[string]role), fields: make(map[field]bool), recognise: known}
	for _, target := range slices.Sorted(maps.Keys(mapping)) {
		to := recognise(target)
		if to.field == fieldAttribute {
			return nil, fmt.Errorf("%w: there is no field %q: the fields are %s", ErrMapping, target, strings.Join(fieldNames(), ", "))
		}
		columns := []string{mapping[target]}
		if to.several() {
			columns = strings.Split(mapping[target], ",")
		}
		for i, column := range columns {
			column, err := findColumn(names, strings.TrimSpace(column), target)
			if err != nil {
				return nil, err
			}
			if before, taken := r.mapped[column]; taken && before.field != to.field {
				return nil, fmt.Errorf("%w: column %q is given to both %s and %s", ErrMapping, column, before.field, to.field)
			}
			r.mapped[column] = role{field: to.field, rank: i, language: to.language}
		}
		r.fields[to.field] = to.field != fieldTitleIn // whose columns are of different languages
	}
	return r, nil
}

// several reports whether the field takes more than one column.
func (r role) several() bool {
	return r.field == fieldCategory || r.field == fieldImage || r.field == fieldEAN
}

func fieldNames() []string {
	names := []string{string(fieldTitleIn)}
	for f := range aliases {
		names = append(names, string(f))
	}
	slices.Sort(names)
	return names
}

func findColumn(names []string, wanted, target string) (string, error) {
	if len(names) == 0 || slices.Contains(names, wanted) {
		return wanted, nil
	}
	for _, name := range names {
		if key := squash(name); key != "" && key == squash(wanted) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%w: %s=%s: there is no column %q: the columns are %s", ErrMapping, target, wanted, wanted, strings.Join(names, ", "))
}

// json returns the role of an object's key.
func (r *roles) json(key string) role {
	if mapped, ok := r.mapped[key]; ok {
		return mapped
	}
	found := r.recognise(key)
	if r.fields[found.field] {
		return role{}
	}
	return found
}

// table returns the role of a table's column.
func (r *roles) table(name string) role {
	found := r.json(name)
	found.table = true
	return found
}

// usable reports whether products can be read from a table of these columns at all.
func (r *roles) usable(columns []cell) error {
	var id, shown bool
	names := make([]string, 0, len(columns))
	for _, c := range columns {
		id = id || c.role.field == fieldID || c.role.field == fieldSKU || c.role.field == fieldGroup
		shown = shown || c.role.field == fieldTitle || c.role.field == fieldTitleIn || c.role.field == fieldImage
		names = append(names, c.column)
	}
	missing := "id"
	switch {
	case id && shown:
		return nil
	case id:
		missing = "title"
	}
	return fmt.Errorf("%w: no column is recognised as the %s: name it with --map %s=COLUMN; the columns are %s", ErrFeedFormat, missing, missing, strings.Join(names, ", "))
}
