package web

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitrine/retrieval"
)

// pageSize is the number of results on a page.
const pageSize = retrieval.DefaultLimit

// modes are the modes that a request may name, with the words that pages use for them.
var modes = []struct {
	mode         retrieval.Mode
	label, about string
}{
	{retrieval.ModeRanked, "Ranked", "everything: all legs, then the ranker"},
	{retrieval.ModeHybrid, "Hybrid", "all legs, fused"},
	{retrieval.ModeVector, "Vector", "by meaning and looks alone"},
	{retrieval.ModeKeyword, "Keyword", "by the words alone"},
}

// request is a search as a URL states it.
type request struct {
	Text string
	shown
	Mode    retrieval.Mode // empty = ranked
	Filters []retrieval.Filter
	Ignore  []string // strings of filters not to read out of the words
	Literal bool
	Offset  int
	Limit   int // 0 = the engine's default
	Explain bool

	Sort      retrieval.Sort // empty = by relevance
	Group     string
	Diversity float64
	Cursor    string
}

// parseRequest reads the parameters q, mode, those of parseShown, filter (repeated, in the
// form of retrieval.ParseFilter), price_min and price_max (which replace a price filter: a plain form
// cannot write one), ignore (repeated), literal, sort, group, diversity, cursor, offset, limit and explain. Other parameters are passed over. On an error, which
// wraps errRequest, the request holds what could be read, so that a page can show it for correction.
func parseRequest(v url.Values) (request, error) {
	var first error
	note := func(err error) {
		if err != nil && first == nil {
			first = fmt.Errorf("%w: %w", errRequest, err)
		}
	}
	r := request{Text: strings.TrimSpace(v.Get("q"))}
	if !utf8.ValidString(r.Text) {
		r.Text = strings.ToValidUTF8(r.Text, "")
		note(fmt.Errorf("q is not UTF-8"))
	}
	var err error
	r.Mode, err = parseMode(v.Get("mode"))
	note(err)
	r.shown, err = parseShown(v)
	note(err)
	r.Filters, err = parseFilters(v["filter"])
	note(err)
	note(r.limitPrice(v.Get("price_min"), v.Get("price_max")))
	r.Ignore, err = parseIgnored(v["ignore"])
	note(err)
	r.Literal, err = parseBool("literal", v.Get("literal"))
	note(err)
	r.Sort, err = parseSort(v.Get("sort"))
	note(err)
	r.Group = v.Get("group")
	r.Diversity, err = parseShare("diversity", v.Get("diversity"))
	note(err)
	r.Cursor = v.Get("cursor")
	r.Offset, err = parseCount("offset", v.Get("offset"))
	note(err)
	r.Limit, err = parseCount("limit", v.Get("limit"))
	note(err)
	r.Explain, err = parseBool("explain", v.Get("explain"))
	note(err)
	return r, first
}

func parseMode(s string) (retrieval.Mode, error) {
	if s == "" {
		return "", nil
	}
	for _, m := range modes {
		if string(m.mode) == s {
			return m.mode, nil
		}
	}
	return "", fmt.Errorf("mode is %q: use ranked, hybrid, vector or keyword", s)
}

// sorts are the orders that a request may name, with the words that pages use for them.
var sorts = []struct {
	sort  retrieval.Sort
	label string
}{
	{retrieval.SortRelevance, "Best match"}, {retrieval.SortPriceAsc, "Lowest price"}, {retrieval.SortPriceDesc, "Highest price"}, {retrieval.SortNewest, "Newest"},
}

func parseSort(s string) (retrieval.Sort, error) {
	if s == "" {
		return "", nil
	}
	for _, known := range sorts {
		if string(known.sort) == s {
			return known.sort, nil
		}
	}
	return "", fmt.Errorf("sort is %q: use relevance, price_asc, price_desc or newest", s)
}

func parseIgnored(some []string) ([]string, error) {
	if len(some) > retrieval.MaxFilters {
		return nil, fmt.Errorf("%d filters are to be ignored, the limit is %d", len(some), retrieval.MaxFilters)
	}
	return some, nil
}

func parseShare(name, s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	share, err := strconv.ParseFloat(s, 64)
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fmt.Errorf("%s is %q: use a number from 0 to 1", name, s)
	}
	return share, nil
}

func parseHash(s string) (string, error) {
	if raw, err := hex.DecodeString(s); err != nil || (len(raw) != 32 && s != "") || s != strings.ToLower(s) {
		return "", fmt.Errorf("photo is not the hash of an uploaded photo: upload it again")
	}
	return s, nil
}

func parseFilters(some []string) ([]retrieval.Filter, error) {
	if len(some) > retrieval.MaxFilters {
		return nil, fmt.Errorf("there are %d filters, the limit is %d", len(some), retrieval.MaxFilters)
	}
	var filters []retrieval.Filter
	var first error
	for _, s := range some {
		f, err := retrieval.ParseFilter(s)
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		filters = append(filters, f)
	}
	return filters, first
}

// limitPrice replaces the price filter by one from low to high, both in currency units and either
// empty for no limit. Limits the wrong way round are turned.
func (r *request) limitPrice(low, high string) error {
	lowest, err := parsePrice(low)
	if err != nil {
		return err
	}
	highest, err := parsePrice(high)
	if err != nil {
		return err
	}
	if lowest == nil && highest == nil {
		return nil
	}
	if lowest != nil && highest != nil && *lowest > *highest {
		lowest, highest = highest, lowest
	}
	r.Filters = append(without(r.Filters, retrieval.FieldPrice), retrieval.Filter{Field: retrieval.FieldPrice, Min: lowest, Max: highest})
	return nil
}

func parsePrice(s string) (*float64, error) {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	if s == "" {
		return nil, nil
	}
	// ParseFloat also takes hexadecimal and infinities, which nobody means.
	price, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(price) || price < 0 || price > 1e9 || strings.ContainsAny(s, "xXpP_") {
		return nil, fmt.Errorf("the price %q is not a number like 19.90", s)
	}
	return &price, nil
}

func parseCount(name, s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n > retrieval.MaxDepth {
		return 0, fmt.Errorf("%s is %q: use a number from 0 to %d", name, s, retrieval.MaxDepth)
	}
	return int(n), nil
}

func parseBool(name, s string) (bool, error) {
	if s == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, fmt.Errorf("%s is %q: use true or false", name, s)
	}
	return b, nil
}

// values is the inverse of parseRequest; what has its default is left out.
func (r request) values() url.Values {
	v := url.Values{}
	set := func(name, value string, present bool) {
		if present {
			v.Set(name, value)
		}
	}
	set("q", r.Text, r.Text != "")
	set("mode", string(r.Mode), r.Mode != "" && r.Mode != retrieval.ModeRanked)
	r.shown.add(v)
	for _, f := range r.Filters {
		v.Add("filter", f.String())
	}
	for _, filter := range r.Ignore {
		v.Add("ignore", filter)
	}
	set("literal", "true", r.Literal)
	set("sort", string(r.Sort), r.Sort != "" && r.Sort != retrieval.SortRelevance)
	set("group", r.Group, r.Group != "")
	set("diversity", strconv.FormatFloat(r.Diversity, 'f', -1, 64), r.Diversity != 0)
	set("cursor", r.Cursor, r.Cursor != "")
	set("offset", strconv.Itoa(r.Offset), r.Offset != 0)
	set("limit", strconv.Itoa(r.Limit), r.Limit != 0)
	set("explain", "true", r.Explain)
	return v
}

// url is the address of path for this request.
func (r request) url(path string) string {
	query := r.values().Encode()
	if query == "" {
		return path
	}
	return path + "?" + query
}

// at is the same search from another offset.
func (r request) at(offset int) request {
	r.Offset = offset
	return r
}

// filtered is the same search, from its first page, with other filters.
func (r request) filtered(filters []retrieval.Filter) request {
	r.Filters, r.Offset = filters, 0
	return r
}

// saying is the same search, from its first page, by other words.
func (r request) saying(words string) request {
	r.Text, r.Offset = words, 0
	return r
}

// ignoring is the same search, from its first page, without reading these filters out of the words.
func (r request) ignoring(filters []string) request {
	r.Ignore, r.Offset = slices.Concat(r.Ignore, filters), 0
	return r
}

// literally is the same search, from its first page, with the words as they are, or not.
func (r request) literally(literal bool) request {
	r.Literal, r.Offset = literal, 0
	return r
}

// sorted is the same search, from its first page, in another order.
func (r request) sorted(by retrieval.Sort) request {
	r.Sort, r.Offset = by, 0
	return r
}

// lists reports whether there is nothing to search for, so that the catalogue is listed.
func (r request) lists() bool { return r.Text == "" && !r.anything() }

// empty reports whether nothing was asked for: nothing to search for and no filter.
func (r request) empty() bool { return r.lists() && len(r.Filters) == 0 }

// query is the search for the engine; photos holds the bytes of r.Photos.
func (r request) query(photos [][]byte) retrieval.Query {
	return retrieval.Query{
		Text: r.Text, Photos: r.queries(photos), Like: r.Like, Unlike: r.Unlike, Balance: r.Balance, Mode: r.Mode, Filters: r.Filters,
		Ignore: r.Ignore, Literal: r.Literal, Sort: r.Sort, Group: r.Group, Diversity: r.Diversity, Cursor: r.Cursor,
		Offset: r.Offset, Limit: r.Limit, Explain: r.Explain,
	}
}

// without is filters less those that choose among the values of field.
func without(filters []retrieval.Filter, field string) []retrieval.Filter {
	return slices.DeleteFunc(slices.Clone(filters), func(f retrieval.Filter) bool { return f.Field == field && !f.Not })
}
