package catalog

import (
	"errors"
	"fmt"
)

// Errors of feeds. They are wrapped with what to do.
var (
	ErrEmptyFeed   = errors.New("feed has no products")                // from OpenFeed, and in Row.Err where none of its products is sold
	ErrFeedFormat  = errors.New("cannot read this feed")               // from OpenFeed: an unknown format, or no columns to read products from
	ErrMapping     = errors.New("mapping does not fit this feed")      // from OpenFeed: FeedOptions.Mapping
	ErrCurrency    = errors.New("unknown currency")                    // from OpenFeed: FeedOptions.Currency
	ErrDuplicateID = errors.New("product is in the feed already")      // in Row.Err
	ErrBrokenRow   = errors.New("row cannot be read")                  // in Row.Err
	ErrFeedBroken  = errors.New("the rest of the feed cannot be read") // in the last Row.Err: damaged compression, a file that breaks off, disk errors
	errCompression = errors.New("it unpacks to more than 100 times its size, as an attack would")

	ErrScattered       = fmt.Errorf("%w: it lies too far from the other rows of its product", ErrBrokenRow) // in Row.Err
	ErrTooManyVariants = fmt.Errorf("%w: its product has more than %d variants", ErrBrokenRow, maxVariants) // in Row.Err
	ErrTooManyPhotos   = errors.New("product has too many photos")                                          // in Row.Warning
)

// valueError is a row that is broken by one value. It wraps ErrBrokenRow.
type valueError struct {
	field  field
	column string
	reason string // with what to write instead
}

func (e *valueError) Error() string {
	return fmt.Sprintf("%v: column %q: %s", ErrBrokenRow, e.column, e.reason)
}

func (e *valueError) Unwrap() error { return ErrBrokenRow }

// Problem is a kind of what can be wrong in a feed, in words for who wrote it.
type Problem string

// The kinds of problems.
const (
	ProblemNoID            Problem = "missing id"
	ProblemNoTitle         Problem = "missing title and photo"
	ProblemInvalid         Problem = "product not allowed"
	ProblemDuplicateID     Problem = "duplicate id"
	ProblemPrice           Problem = "price cannot be read"
	ProblemMargin          Problem = "margin or cost cannot be read"
	ProblemStock           Problem = "stock cannot be read"
	ProblemDate            Problem = "date cannot be read"
	ProblemValue           Problem = "other value cannot be read"
	ProblemScattered       Problem = "rows of a product far apart"
	ProblemTooManyVariants Problem = "too many variants"
	ProblemTooManyPhotos   Problem = "too many photos"
	ProblemPhoto           Problem = "photo missing or unusable"
	ProblemBrokenRow       Problem = "broken row"
	ProblemFeedBroken      Problem = "feed breaks off"
)

// problems are the kinds of errors that are not about one value, special ones before general ones.
var problems = []struct {
	err  error
	kind Problem
}{
	{ErrFeedBroken, ProblemFeedBroken},
	{ErrNoID, ProblemNoID},
	{ErrNoTitle, ProblemNoTitle},
	{ErrInvalid, ProblemInvalid},
	{ErrDuplicateID, ProblemDuplicateID},
	{ErrScattered, ProblemScattered},
	{ErrTooManyVariants, ProblemTooManyVariants},
	{ErrTooManyPhotos, ProblemTooManyPhotos},
	{ErrNoPhoto, ProblemPhoto},
}

// ProblemOf tells the kind of an error of a row or a photo.
func ProblemOf(err error) Problem {
	var value *valueError
	if errors.As(err, &value) {
		return value.field.problem()
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.kind
		}
	}
	return ProblemBrokenRow
}

func (f field) problem() Problem {
	switch f {
	case fieldPrice, fieldPriceCents, fieldCurrency, fieldSalePrice, fieldSaleDates:
		return ProblemPrice
	case fieldCost, fieldMargin, fieldMarginCents:
		return ProblemMargin
	case fieldStock:
		return ProblemStock
	case fieldReleased:
		return ProblemDate
	}
	return ProblemValue
}
