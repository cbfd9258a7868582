package retrieval

import (
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
)

var filterFields = []string{FieldCategory, FieldBrand, FieldColour, FieldPrice, FieldInStock}

// ParseFilter reads the string form of a filter, which the command line and URLs use:
//
//	brand=Nike|Puma    one of the values
//	in_stock=true      or false
//	price=10..50       inclusive; either end may be left out: price=..50
//
// Within a value a backslash makes the next character plain, so that `\|` is a bar and `\\` a
// backslash. Blanks around field and values do not count. Errors wrap ErrBadQuery.
func ParseFilter(s string) (Filter, error) {
	field, value, ok := strings.Cut(s, "=")
	if !ok {
		return Filter{}, fmt.Errorf("%w: filter %q has no \"=\": write FIELD=VALUE, with FIELD one of %s", ErrBadQuery, s, strings.Join(filterFields, ", "))
	}
	f := Filter{Field: strings.ToLower(strings.TrimSpace(field))}
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
	if f.Field == FieldPrice {
		return f.Field + "=" + priceRange(f.Min, f.Max)
	}
	values := make([]string, len(f.Values))
	for i, value := range f.Values {
		values[i] = escapeValue.Replace(value)
	}
	return f.Field + "=" + strings.Join(values, "|")
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

// normalise checks f and returns a copy with trimmed values; the error wraps ErrBadQuery.
func (f Filter) normalise() (Filter, error) {
	bad := func(format string, args ...any) (Filter, error) {
		return Filter{}, fmt.Errorf("%w: filter on %s: %s", ErrBadQuery, f.Field, fmt.Sprintf(format, args...))
	}
	if !slices.Contains(filterFields, f.Field) {
		return Filter{}, fmt.Errorf("%w: there is no filter on %q: the fields are %s", ErrBadQuery, f.Field, strings.Join(filterFields, ", "))
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
func matching(columns *indexer.Columns, filters []Filter) *roaring.Bitmap {
	var all *roaring.Bitmap
	for _, f := range filters {
		var set *roaring.Bitmap
		if f.Field == FieldPrice {
			set = columns.PriceRange(f.Min, f.Max)
		} else {
			set = columns.Match(f.Field, f.Values)
		}
		if all == nil {
			all = set
		} else {
			all = roaring.And(all, set)
		}
	}
	return all
}
