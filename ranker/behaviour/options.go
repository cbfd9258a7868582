package behaviour

import (
	"context"

	"vitrine/catalog"
)

// Products says what the shop knows of a product; an error stands for a product that it does not have.
type Products interface {
	Product(ctx context.Context, id string) (catalog.Product, error)
}

// Options bound a State; a zero field stands for its default. What was not heard of for longest is forgotten first.
type Options struct {
	Visitors    int // with their profiles; 200,000
	Pairs       int // of a query's words and a product; 200,000
	Searches    int // whose impressions wait for clicks and whose counts can be taken back; 50,000
	DailyClicks int // of one visitor that count for rates; 50
}

// WithDefaults returns a copy of o in which every zero field has its default.
func (o Options) WithDefaults() Options {
	for _, option := range []struct {
		value *int
		given int
	}{{&o.Visitors, 200_000}, {&o.Pairs, 200_000}, {&o.Searches, 50_000}, {&o.DailyClicks, 50}} {
		if *option.value == 0 {
			*option.value = option.given
		}
	}
	return o
}

// Bounds of single records.
const (
	maxValues         = 64  // of a profile, the strongest
	maxTouched        = 50  // products of a profile, the last
	maxPriced         = 8   // top categories of a profile in which prices are remembered
	maxShown          = 200 // products of a search
	maxVisitorQueries = 100 // of a visitor, the last: more than a bot is let
	maxPersons        = 4   // profiles that one client may write to
	maxCategoryLevels = 4
)
