package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// stockWords are the squashed words for what can and cannot be bought now.
var stockWords = map[string]bool{
	"true": true, "yes": true, "y": true, "t": true, "instock": true, "available": true, "limited": true,
	"limitedavailability": true, "onlineonly": true, "instoreonly": true, "lowstock": true,
	"false": false, "no": false, "n": false, "f": false, "outofstock": false, "soldout": false, "unavailable": false,
	"notavailable": false, "discontinued": false, "preorder": false, "presale": false, "backorder": false,
}

// inStock reads a word, a boolean or a quantity. A feed that says nothing sells what it lists.
func (r *rowReader) inStock() bool {
	c, ok := r.best(fieldStock)
	if !ok {
		return true
	}
	text := r.item(c, c.value)
	word := text[strings.LastIndexByte(text, '/')+1:] // https://schema.org/InStock
	if known, ok := stockWords[squash(word)]; ok {
		return known
	}
	quantity, err := strconv.ParseFloat(text, 64)
	if err != nil || quantity != quantity {
		r.fail(c, "%q does not say whether it is in stock: write true or false, in stock or out of stock, or a quantity", text)
	}
	return quantity > 0
}

var dateLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z0700", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006-01", "2006",
	"2.1.2006", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", time.RFC1123, time.RFC1123Z,
}

// released reads a date, of which a missing time of day is midnight in UTC.
func (r *rowReader) released() time.Time {
	c, ok := r.best(fieldReleased)
	if !ok {
		return time.Time{}
	}
	date, err := parseDate(r.item(c, c.value))
	if err != nil {
		r.fail(c, "%v", err)
	}
	return date
}

// saleInEffect reads from when to when a sale price holds: "2026-11-27T00:00+0100/2026-11-30T23:59+0100". One
// without dates holds.
func (r *rowReader) saleInEffect() bool {
	c, ok := r.best(fieldSaleDates)
	if !ok {
		return true
	}
	text := r.item(c, c.value)
	from, to, both := strings.Cut(text, "/")
	start, err := parseDate(strings.TrimSpace(from))
	end, errEnd := parseDate(strings.TrimSpace(to))
	if !both || err != nil || errEnd != nil {
		r.fail(c, "%q does not say from when to when: write 2026-11-27T00:00+0100/2026-11-30T23:59+0100", text)
		return false
	}
	if !strings.ContainsAny(to, "T:") {
		end = end.AddDate(0, 0, 1) // the last day counts
	}
	return !r.now.Before(start) && r.now.Before(end)
}

func parseDate(text string) (time.Time, error) {
	if strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}, nil // how MySQL writes that there is none
	}
	for _, layout := range dateLayouts {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC(), nil
		}
	}
	day, errDay := time.Parse("2/1/2006", text)
	month, errMonth := time.Parse("1/2/2006", text)
	switch {
	case errDay == nil && errMonth == nil && !day.Equal(month):
		return time.Time{}, fmt.Errorf("%q could be %s or %s: write dates like 2024-03-31", text, day.Format(time.DateOnly), month.Format(time.DateOnly))
	case errDay == nil:
		return day, nil
	case errMonth == nil:
		return month, nil
	}
	return time.Time{}, fmt.Errorf("%q is no date: write dates like 2024-03-31", text)
}
