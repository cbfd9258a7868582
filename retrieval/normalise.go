package retrieval

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of one query.
const (
	MaxTextRunes  = 256
	MaxTerms      = 32
	MaxPhotoBytes = 10 << 20
	MaxDepth      = 1000 // Offset + Limit
	DefaultLimit  = 24
)

var modes = []Mode{ModeKeyword, ModeVector, ModeHybrid, ModeRanked}

// normalise checks q and returns a copy with its defaults filled in and its text and filters in the
// spelling that the rest of the path sees. The copy shares nothing with q that the caller could change. Its
// errors wrap ErrBadQuery.
func normalise(q Query) (Query, error) {
	if q.Mode == "" {
		q.Mode = ModeRanked
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	text, err := normaliseQueryText(q.Text)
	if err != nil {
		return q, err
	}
	q.Text, q.typed = text, text
	switch {
	case !slices.Contains(modes, q.Mode):
		return q, fmt.Errorf("%w: there is no mode %q: use keyword, vector, hybrid or ranked", ErrBadQuery, q.Mode)
	case q.Offset < 0 || q.Limit < 0:
		return q, fmt.Errorf("%w: offset %d and limit %d must not be negative", ErrBadQuery, q.Offset, q.Limit)
	case q.Offset > MaxDepth || q.Limit > MaxDepth-q.Offset: // written so that no sum overflows
		return q, fmt.Errorf("%w: offset %d + limit %d is more than %d: narrow the search by filters instead of paging deeper", ErrBadQuery, q.Offset, q.Limit, MaxDepth)
	}
	if err := checkShown(&q); err != nil {
		return q, err
	}
	q.tip()
	if q.Filters, err = normaliseFilters(q.Filters); err != nil {
		return q, err
	}
	if q, err = normalisePresentation(q); err != nil {
		return q, err
	}
	q.detach()
	return q, nil
}

// detach gives q its own copy of what the caller may change as soon as the search has returned: a leg that is
// late and the list of a cursor go on reading it then. Filters have been copied.
func (q *Query) detach() {
	q.Like, q.Unlike, q.Ignore = slices.Clone(q.Like), slices.Clone(q.Unlike), slices.Clone(q.Ignore)
	q.Balance = cloneNumber(q.Balance)
	q.Photos = slices.Clone(q.Photos)
	for i := range q.Photos {
		q.Photos[i].Data = bytes.Clone(q.Photos[i].Data)
	}
}

// cloneNumber copies a number that may be missing.
func cloneNumber(n *float64) *float64 {
	if n == nil {
		return nil
	}
	copied := *n
	return &copied
}

// normalisePresentation checks what q says of the order and choice of hits.
func normalisePresentation(q Query) (Query, error) {
	if q.Sort == "" {
		q.Sort = SortRelevance
	}
	q.Group = strings.ToLower(strings.TrimSpace(q.Group))
	switch {
	case len(q.Ignore) > MaxFilters:
		return q, fmt.Errorf("%w: %d filters are to be ignored, the limit is %d", ErrBadQuery, len(q.Ignore), MaxFilters)
	case !slices.Contains(sorts, q.Sort):
		return q, fmt.Errorf("%w: there is no order %q: use relevance, price_asc, price_desc or newest", ErrBadQuery, q.Sort)
	case q.Group != "" && !groups(q.Group):
		return q, fmt.Errorf("%w: hits cannot be grouped by %q: use brand, category, colour or attribute.NAME", ErrBadQuery, q.Group)
	case !(q.Diversity >= 0 && q.Diversity <= 1): // NaN too
		return q, fmt.Errorf("%w: diversity %v does not lie between 0 and 1", ErrBadQuery, q.Diversity)
	case q.Cursor != "" && q.Offset > 0:
		return q, fmt.Errorf("%w: a cursor says where its page begins: leave the offset out", ErrBadQuery)
	}
	return q, nil
}

// browses says whether q has nothing to search for and lists the catalogue instead.
func (q *Query) browses() bool { return q.Text == "" && !q.shows() }

func normaliseQueryText(raw string) (string, error) {
	if !utf8.ValidString(raw) {
		return "", fmt.Errorf("%w: the text is not UTF-8", ErrBadQuery)
	}
	// Counted before, so that the work is bounded, and after, because NFKC can lengthen a text.
	text := raw
	for range 2 {
		if n := utf8.RuneCountInString(text); n > MaxTextRunes {
			return "", fmt.Errorf("%w: the text has %d characters, the limit is %d", ErrBadQuery, n, MaxTextRunes)
		}
		text = normaliseText(raw)
	}
	if n := len(strings.Fields(text)); n > MaxTerms {
		return "", fmt.Errorf("%w: the text has %d words, the limit is %d", ErrBadQuery, n, MaxTerms)
	}
	return text, nil
}

// normaliseText gives the one spelling in which words are compared: NFKC (full-width letters, ligatures
// and composed accents become plain ones), lower case, single spaces between words, nothing invisible.
func normaliseText(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00ad' || r == '\u200b' || r == '\ufeff': // soft hyphen, zero-width space, BOM: come along with a paste
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
	return strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
}
