package retrieval

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"vitrine/indexer"
)

// Limits of the filters of one query.
const (
	MaxFilters      = 32
	MaxFilterValues = 256 // of one filter
)

// The fields that filters and facets know, in the order in which facets are shown.
const (
	FieldCategory = "category"
	FieldBrand    = "brand"
	FieldColour   = "colour"
	FieldPrice    = "price"
	FieldInStock  = "in_stock"

	// FieldWords keeps the products that have all words of a value in their title, brand, category,
	// colour or attributes.
	FieldWords = "words"
	// AttributePrefix and an attribute's name are the field of that attribute: "attribute.material".
	AttributePrefix = "attribute."
)

// filterFields are the fields that every catalogue has, in the order in which facets are shown.
var filterFields = []string{FieldCategory, FieldBrand, FieldColour, FieldPrice, FieldInStock}

// knownField says whether filters know the field of that name.
func knownField(field string) bool {
	return slices.Contains(filterFields, field) || field == FieldWords || len(field) > len(AttributePrefix) && strings.HasPrefix(field, AttributePrefix)
}

const fieldsNote = "the fields are category, brand, colour, price, in_stock, words and attribute.NAME"

// ParseFilter reads the string form of a filter, which the command line and URLs use:
//
//	brand=Nike|Puma            one of the values
//	colour!=red                none of the values
//	in_stock=true              or false
//	price=10..50               inclusive; either end may be left out: price=..50
//	attribute.material=wool    an attribute of the catalogue
//	words!=long sleeves        products with all of these words, or here without
//
// Within a value a backslash makes the next character plain, so that `\|` is a bar and `\\` a
// backslash. Blanks around field and values do not count. Errors wrap ErrBadQuery.
func ParseFilter(s string) (Filter, error) {
	field, value, ok := strings.Cut(s, "=")
	if !ok {
		return Filter{}, fmt.Errorf("%w: filter %q has no \"=\": write FIELD=VALUE or FIELD!=VALUE; %s", ErrBadQuery, s, fieldsNote)
	}
	field, not := strings.CutSuffix(field, "!")
	f := Filter{Field: strings.ToLower(strings.TrimSpace(field)), Not: not}
	if f.Field != FieldPrice {
		f.Values = splitValues(value)
		return f.normalise()
	}
	low, high, ok := strings.Cut(value, "..")
	if !ok {
		return Filter{}, fmt.Errorf("%w: filter %q needs a range: write price=10..50, price=10.. or price=..50", ErrBadQuery, s)
	}
	var err error
	if f.Min, err = parsePrice(low); err != nil {
		return Filter{}, err
	}
	if f.Max, err = parsePrice(high); err != nil {
		return Filter{}, err
	}
	return f.normalise()
}

// splitValues cuts at every bar that no backslash precedes, and takes the backslashes away.
func splitValues(s string) []string {
	var values []string
	var value strings.Builder
	plain := false
	for _, b := range []byte(s) { // bar and backslash are never part of a longer UTF-8 character
		switch {
		case !plain && b == '\\':
			plain = true
			continue
		case !plain && b == '|':
			values = append(values, value.String())
			value.Reset()
		default:
			value.WriteByte(b)
		}
		plain = false
	}
	return append(values, value.String())
}

// parsePrice returns nil for an end that is left open.
func parsePrice(s string) (*float64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	price, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsAny(s, "xXpP_") { // ParseFloat reads hexadecimal too
		return nil, fmt.Errorf("%w: %q is not a price: write a number such as 49.90", ErrBadQuery, s)
	}
	return &price, nil
}

var escapeValue = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// String is the inverse of ParseFilter for every filter that a Query may have.
func (f Filter) String() string {
	sign := "="
	if f.Not {
		sign = "!="
	}
	if f.Field == FieldPrice {
		return f.Field + sign + priceRange(f.Min, f.Max)
	}
	values := make([]string, len(f.Values))
	for i, value := range f.Values {
		values[i] = escapeValue.Replace(value)
	}
	return f.Field + sign + strings.Join(values, "|")
}

func priceRange(low, high *float64) string {
	end := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return end(low) + ".." + end(high)
}

// normalise checks f and returns a copy with trimmed values, which shares nothing with f; the error wraps
// ErrBadQuery.
func (f Filter) normalise() (Filter, error) {
	bad := func(format string, args ...any) (Filter, error) {
		return Filter{}, fmt.Errorf("%w: filter on %s: %s", ErrBadQuery, f.Field, fmt.Sprintf(format, args...))
	}
	if !knownField(f.Field) {
		return Filter{}, fmt.Errorf("%w: there is no filter on %q: %s", ErrBadQuery, f.Field, fieldsNote)
	}
	if f.Field == FieldPrice {
		switch {
		case len(f.Values) > 0:
			return bad("it takes min and max, not values")
		case f.Min == nil && f.Max == nil:
			return bad("it needs a min, a max or both")
		case !validPrice(f.Min) || !validPrice(f.Max):
			return bad("min and max must be numbers from 0 up")
		case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
			return bad("min %v is more than max %v", *f.Min, *f.Max)
		}
		f.Min, f.Max = cloneNumber(f.Min), cloneNumber(f.Max)
		return f, nil
	}
	switch {
	case f.Min != nil || f.Max != nil:
		return bad("it takes values, not min and max")
	case len(f.Values) == 0:
		return bad("it needs a value")
	case len(f.Values) > MaxFilterValues:
		return bad("it has %d values, the limit is %d", len(f.Values), MaxFilterValues)
	}
	f.Values = slices.Clone(f.Values)
	for i, value := range f.Values {
		value = strings.TrimSpace(value)
		switch {
		case value == "":
			return bad("a value is empty")
		case !utf8.ValidString(value):
			return bad("a value is not UTF-8")
		case f.Field == FieldInStock && value != "true" && value != "false":
			return bad("%q is neither true nor false", value)
		}
		f.Values[i] = value
	}
	return f, nil
}

func validPrice(price *float64) bool {
	return price == nil || (*price >= 0 && !math.IsInf(*price, 1)) // NaN is not >= 0
}

func normaliseFilters(filters []Filter) ([]Filter, error) {
	if len(filters) > MaxFilters {
		return nil, fmt.Errorf("%w: there are %d filters, the limit is %d", ErrBadQuery, len(filters), MaxFilters)
	}
	checked := make([]Filter, len(filters))
	for i, f := range filters {
		var err error
		if checked[i], err = f.normalise(); err != nil {
			return nil, err
		}
	}
	return checked, nil
}

// matching returns the products that pass every filter; nil when there is no filter.
func matching(ctx context.Context, snapshot *indexer.Snapshot, filters []Filter) (*roaring.Bitmap, error) {
	var allowed *roaring.Bitmap
	for _, f := range filters {
		set, err := f.products(ctx, snapshot)
		switch {
		case err != nil:
			return nil, fmt.Errorf("filter %s: %w", f, err)
		case f.Not && allowed == nil:
			allowed = snapshot.All()
			allowed.AndNot(set)
		case f.Not:
			allowed.AndNot(set)
		case allowed == nil:
			allowed = set
		default:
			allowed.And(set)
		}
	}
	return allowed, nil
}

// products returns the products that f is about: those it keeps or, with Not, those it takes away. A product
// that is also to be had in another colour than the ones denied stays.
func (f Filter) products(ctx context.Context, snapshot *indexer.Snapshot) (*roaring.Bitmap, error) {
	columns := snapshot.Columns()
	switch {
	case f.Field == FieldPrice:
		return columns.PriceRange(f.Min, f.Max), nil
	case f.Field == FieldWords:
		return containing(ctx, snapshot, f.Values)
	case f.Field == FieldColour && f.Not:
		return columns.MatchOnly(f.Field, f.Values), nil
	case strings.HasPrefix(f.Field, AttributePrefix):
		name := strings.TrimPrefix(f.Field, AttributePrefix)
		values := make([]string, len(f.Values))
		for i, value := range f.Values {
			values[i] = indexer.AttributeValue(name, value)
		}
		return columns.Match(indexer.FieldAttributes, values), nil
	}
	return columns.Match(f.Field, f.Values), nil
}

func containing(ctx context.Context, snapshot *indexer.Snapshot, values []string) (*roaring.Bitmap, error) {
	all := roaring.New()
	for _, value := range values {
		some, err := snapshot.Containing(ctx, value)
		if err != nil {
			return nil, err
		}
		all.Or(some)
	}
	return all, nil
}
