package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"vitrine/catalog"
)

const (
	maxProductsBytes    = 8 << 20
	maxProductLineBytes = 1 << 20 // as a line of a feed
	maxProducts         = 1000
)

// rejectedProduct is one of several that could not be used.
type rejectedProduct struct {
	Line   int    `json:"line"` // of the body, or the place in the array; from 1
	ID     string `json:"id,omitempty"`
	Reason string `json:"reason"`
}

// productLine is a product on its way in.
type productLine struct {
	number int
	text   []byte
}

// readProducts takes a body apart, which is a JSON array or one JSON object a line.
func (s *site) readProducts(ctx context.Context, body []byte) ([]catalog.Product, []rejectedProduct, error) {
	lines, err := splitProducts(body)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	var products []catalog.Product
	rejected := []rejectedProduct{}
	for _, line := range lines {
		p, err := s.readProduct(ctx, line.text)
		switch {
		case err == nil:
			products = append(products, p)
		case errors.Is(err, catalog.ErrInvalid):
			rejected = append(rejected, rejectedProduct{line.number, p.ID, err.Error()})
		default:
			return nil, nil, err
		}
	}
	return products, rejected, nil
}

func splitProducts(body []byte) ([]productLine, error) {
	var lines []productLine
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		var objects []json.RawMessage
		if err := json.Unmarshal(body, &objects); err != nil {
			return nil, jsonFault(err)
		}
		for i, object := range objects {
			lines = append(lines, productLine{i + 1, object})
		}
	} else {
		number := 0
		for text := range bytes.Lines(body) {
			number++
			if text = bytes.TrimSpace(text); len(text) > 0 {
				lines = append(lines, productLine{number, text})
			}
		}
	}
	switch {
	case len(lines) == 0:
		return nil, errors.New("there are no products: send one JSON object a line, or a JSON array")
	case len(lines) > maxProducts:
		return nil, fmt.Errorf("there are %d products, the limit is %d: send several requests, or index a feed", len(lines), maxProducts)
	}
	return lines, nil
}

// sentProduct is a product as others write it: some of what catalog.Product holds is said in another way, or not at all.
type sentProduct struct {
	catalog.Product
	InStock     *bool         `json:"in_stock"`     // nil = true: who says nothing sells what is listed, as in a feed
	MarginCents *int64        `json:"margin_cents"` // nil = as it is stored: no answer shows it, so who writes a product back cannot know it
	Photos      []sentPhoto   `json:"photos"`
	Variants    []sentVariant `json:"variants"`
}

// sentPhoto has no folder: which ones are opened is for who runs the server to say.
type sentPhoto struct {
	Ref string `json:"ref"`
}

type sentVariant struct {
	catalog.Variant
	InStock *bool `json:"in_stock"` // nil = true
}

// product joins what was sent with what is stored under the same id, if anything is.
func (s *sentProduct) product(stored *catalog.Product) catalog.Product {
	p := s.Product
	p.InStock = s.InStock == nil || *s.InStock
	p.MarginCents = stored.MarginCents
	if s.MarginCents != nil {
		p.MarginCents = *s.MarginCents
	}
	for _, v := range s.Variants {
		variant := v.Variant
		variant.InStock = v.InStock == nil || *v.InStock
		p.Variants = append(p.Variants, variant)
	}
	return p
}

// readProduct reads and validates a product. When the product is at fault, the error wraps catalog.ErrInvalid and the
// product has at most its id.
func (s *site) readProduct(ctx context.Context, text []byte) (catalog.Product, error) {
	sent, err := decodeProduct(text)
	id := catalog.Product{ID: sent.ID}
	if err != nil {
		return id, fmt.Errorf("%w: %w", catalog.ErrInvalid, err)
	}
	stored, err := s.opts.Catalogue.Product(ctx, sent.ID)
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return id, err
	}
	p := sent.product(&stored)
	for _, photo := range sent.Photos {
		photo, err := s.acceptPhoto(strings.TrimSpace(photo.Ref), &stored)
		if err != nil {
			return id, fmt.Errorf("%w: %w", catalog.ErrInvalid, err)
		}
		p.Photos = append(p.Photos, photo)
	}
	if err := p.Validate(); err != nil {
		return id, err
	}
	return p, nil
}

// decodeProduct refuses members that a product does not have, since what they say would be lost.
func decodeProduct(text []byte) (sentProduct, error) {
	var sent sentProduct
	switch {
	case len(text) > maxProductLineBytes:
		return sent, fmt.Errorf("it is longer than %d MB", maxProductLineBytes>>20)
	case !utf8.Valid(text):
		return sent, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sent); err != nil {
		var named struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(text, &named) // the id, if it can be told
		return sentProduct{Product: catalog.Product{ID: named.ID}}, lineFault(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return sentProduct{}, errors.New("text follows the object: write one object a line")
	}
	return sent, nil
}

// lineFault says what is wrong with a line in the words of its sender.
func lineFault(err error) error {
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return fmt.Errorf("it has a member %s that products do not have: see SentProduct in /api/v1/openapi.json", name)
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("broken JSON: %w at byte %d", err, syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("broken JSON: it ends too early: write one object a line")
	}
	return jsonFault(err)
}

// acceptPhoto takes an http(s) URL, the address at which an answer of this server showed a photo of the stored product,
// and a path below the folder that the server was told.
func (s *site) acceptPhoto(ref string, stored *catalog.Product) (catalog.Photo, error) {
	for n, photo := range stored.Photos {
		if ref == imageURL(stored, n) {
			return photo, nil
		}
	}
	photo := catalog.Photo{Ref: ref}
	if photo.Remote() {
		if u, err := url.Parse(ref); err != nil || u.Hostname() == "" {
			return photo, fmt.Errorf("the photo %q is not a URL with a host", ref)
		}
		return photo, nil
	}
	photo = catalog.Photo{Ref: strings.ReplaceAll(ref, `\`, "/"), Root: s.opts.PhotoFolder}
	switch {
	case ref == "":
		return photo, errors.New("a photo has no ref: write its URL or path")
	case strings.Contains(ref, ":"):
		return photo, fmt.Errorf("the photo %q is neither an http(s) URL nor a path", ref)
	case photo.Root == "":
		return photo, fmt.Errorf("the photo %q is a path, and this server was not told where photos lie: send its URL, or start the server with --images DIR", ref)
	case strings.HasPrefix(photo.Ref, "/") || !filepath.IsLocal(filepath.FromSlash(photo.Ref)):
		return photo, fmt.Errorf("the photo %q is not a path below the server's folder of photos", ref)
	}
	return photo, nil
}
