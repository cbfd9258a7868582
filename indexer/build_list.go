package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vitrine/catalog"
)

// listing is what one pass over the catalogue leaves for the later stages.
type listing struct {
	count      int
	texts      []textRow
	photos     []photoRow
	lengths    map[string]int64
	photoState string
}

// textRow is a text of a product that gets a vector.
type textRow struct {
	doc  uint32
	id   string
	text string
}

// photoRow is a photo of a product that gets a vector if it can be had.
type photoRow struct {
	doc   uint32
	id    string
	photo catalog.Photo

	number uint32 // among the photos of its product, from 0
}

// list numbers the products and writes everything of the generation but its vectors.
func (b *build) list(ctx context.Context, dir string) (_ *listing, err error) {
	total, err := b.Store.Count(ctx) // an estimate: others may write meanwhile
	if err != nil {
		return nil, err
	}
	if err := b.checkRoom(total); err != nil {
		return nil, err
	}
	products, err := createProducts(filepath.Join(dir, productsFile))
	if err != nil {
		return nil, err
	}
	keyword, err := createKeyword(dir)
	if err != nil {
		return nil, errors.Join(err, products.close())
	}
	l := &listing{}
	columns, state := newColumnsWriter(), newPhotoState()
	err = b.eachProduct(ctx, func(p *catalog.Product) error {
		l.add(p)
		state.add(p)
		columns.add(columnsOf(p))
		if err := keyword.add(p); err != nil {
			return err
		}
		if l.count%1000 == 0 {
			b.report(stageProducts, l.count, total)
		}
		return products.add(p)
	})
	if err := errors.Join(err, products.close()); err != nil {
		return nil, err
	}
	if l.count == 0 {
		return nil, fmt.Errorf("%w: the catalogue has no products: give a feed", ErrNothingToIndex)
	}
	if l.lengths, err = keyword.close(); err != nil {
		return nil, err
	}
	l.photoState = state.sum()
	b.report(stageProducts, l.count, total)
	return l, columns.write(filepath.Join(dir, columnsFile))
}

func (b *build) eachProduct(ctx context.Context, visit func(*catalog.Product) error) error {
	for p, err := range b.Store.Products(ctx) {
		if err != nil {
			return err
		}
		if err := visit(&p); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (l *listing) add(p *catalog.Product) {
	doc := uint32(l.count)
	l.count++
	for _, text := range embeddedTexts(p) {
		l.texts = append(l.texts, textRow{doc, p.ID, text})
	}
	for number, photo := range distinctPhotos(p) {
		l.photos = append(l.photos, photoRow{doc: doc, id: p.ID, photo: photo, number: uint32(number)})
	}
}

// embeddedTexts returns the texts that stand for a product in the text space: its title, with the
// brand ahead where the title does not name it, and its titles in further languages. Each is a row of
// its own, so that a query in one language is compared with a text in that language.
func embeddedTexts(p *catalog.Product) []string {
	var texts []string
	if title := strings.TrimSpace(p.Title); title != "" {
		if !strings.Contains(fold(title), fold(p.Brand)) {
			title = strings.TrimSpace(p.Brand) + " " + title
		}
		texts = append(texts, title)
	}
	for _, language := range slices.Sorted(maps.Keys(p.Titles)) {
		if title := strings.TrimSpace(p.Titles[language]); title != "" && !slices.Contains(texts, title) {
			texts = append(texts, title)
		}
	}
	return texts
}

func columnsOf(p *catalog.Product) columnRow {
	colours := []string{p.Colour}
	for _, v := range p.Variants {
		colours = append(colours, v.Colour)
	}
	return columnRow{
		category:   slices.Clone(p.Category),
		brand:      []string{p.Brand},
		colour:     colours,
		currency:   []string{p.Currency},
		attributes: attributeValues(p),
		price:      p.PriceCents,
		inStock:    p.InStock,
		released:   p.Released,
	}
}

// photoState digests which photos the catalogue names and, of those in folders, size and time of
// change, so that a build sees that a file has changed or come although the feed is the same. Paths that
// leave their folder are not looked at, since catalog.ReadPhoto refuses them.
type photoState struct{ hash hash.Hash }

func newPhotoState() photoState { return photoState{sha256.New()} }

func (s photoState) add(p *catalog.Product) {
	for _, photo := range p.Photos {
		fmt.Fprintf(s.hash, "%q %q %q", p.ID, photo.Root, photo.Ref)
		if ref := filepath.FromSlash(photo.Ref); !photo.Remote() && filepath.IsLocal(ref) {
			if info, err := os.Stat(filepath.Join(photo.Root, ref)); err == nil {
				fmt.Fprint(s.hash, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
}

func (s photoState) sum() string { return hex.EncodeToString(s.hash.Sum(nil)) }
