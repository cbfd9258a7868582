package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits that Validate enforces.
const (
	MaxIDBytes    = 128
	MaxTitleRunes = 1000
)

// MaxPhotos is how many photos of a product a feed gives.
const MaxPhotos = 50

// Validation errors. Every one wraps ErrInvalid.
var (
	ErrInvalid = errors.New("invalid product")
	ErrNoID    = fmt.Errorf("%w: it has no id: give it one", ErrInvalid)
	ErrNoTitle = fmt.Errorf("%w: it has neither a title nor a photo: give it one of them", ErrInvalid)
)

// Product is one article of the shop's catalogue.
type Product struct {
	ID          string            `json:"id"`
	Title       string            `json:"title,omitempty"`
	Titles      map[string]string `json:"titles,omitempty"` // title by further language, BCP 47 ("zh")
	Description string            `json:"description,omitempty"`
	Brand       string            `json:"brand,omitempty"`
	Category    []string          `json:"category,omitempty"` // path from general to special
	Colour      string            `json:"colour,omitempty"`
	PriceCents  int64             `json:"price_cents,omitempty"`  // hundredths of Currency, whatever its minor unit; 0 = unknown
	Currency    string            `json:"currency,omitempty"`     // ISO 4217
	MarginCents int64             `json:"margin_cents,omitempty"` // what a sale earns, in hundredths of Currency, may be negative; 0 = unknown. For the shop's eyes only
	InStock     bool              `json:"in_stock"`
	Released    time.Time         `json:"released,omitzero"`
	SKU         string            `json:"sku,omitempty"`
	EAN         []string          `json:"ean,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"` // gender, season, material, pattern…
	Photos      []Photo           `json:"photos,omitempty"`
	Variants    []Variant         `json:"variants,omitempty"`
}

// Photo names one picture of a product.
type Photo struct {
	// Ref is what the feed said: an http(s) URL, or a slash-separated path below Root.
	Ref string `json:"ref"`
	// Root is the absolute folder that a relative Ref is opened in; empty for URLs.
	Root string `json:"root,omitempty"`
}

// Variant is one size or colour of a product that is bought on its own.
type Variant struct {
	SKU        string `json:"sku"`
	Colour     string `json:"colour,omitempty"`
	Size       string `json:"size,omitempty"`
	PriceCents int64  `json:"price_cents,omitempty"`
	InStock    bool   `json:"in_stock"`
}

// Clone is a copy that shares nothing with p.
func (p *Product) Clone() Product {
	clone := *p
	clone.Titles, clone.Attributes = maps.Clone(p.Titles), maps.Clone(p.Attributes)
	clone.Category, clone.EAN = slices.Clone(p.Category), slices.Clone(p.EAN)
	clone.Photos, clone.Variants = slices.Clone(p.Photos), slices.Clone(p.Variants)
	return clone
}

// Validate reports the first reason why p cannot enter the catalogue; the error wraps ErrInvalid.
func (p *Product) Validate() error {
	if err := validateID(p.ID); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(p.Title) == "" && len(p.Photos) == 0:
		return ErrNoTitle
	case !utf8.ValidString(p.ID) || !utf8.ValidString(p.Title) || !utf8.ValidString(p.Description):
		return fmt.Errorf("%w: its text is not UTF-8: save the feed as UTF-8", ErrInvalid)
	case utf8.RuneCountInString(p.Title) > MaxTitleRunes:
		return fmt.Errorf("%w: the title is longer than %d characters", ErrInvalid, MaxTitleRunes)
	case p.PriceCents < 0:
		return fmt.Errorf("%w: the price is negative", ErrInvalid)
	case p.Released.UTC().Year() < 1 || p.Released.UTC().Year() > 9999:
		return fmt.Errorf("%w: the release date lies outside the years 1 to 9999", ErrInvalid)
	}
	return nil
}

func validateID(id string) error {
	switch {
	case strings.TrimSpace(id) == "":
		return ErrNoID
	case len(id) > MaxIDBytes:
		return fmt.Errorf("%w: the id has %d bytes, the limit is %d", ErrInvalid, len(id), MaxIDBytes)
	case strings.ContainsFunc(id, unicode.IsControl):
		return fmt.Errorf("%w: the id %q contains a line end or another control character", ErrInvalid, id)
	}
	return nil
}
